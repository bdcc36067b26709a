"""What the folded parts of an event type's form say while they are closed."""

import pytest

from cally.web.forms import Form
from cally.web.pages.host.event_type_form import new_form
from cally.web.pages.host.event_type_told import nights, told


def test_a_new_event_type_says_that_nothing_special_is_set() -> None:
    """Each part says what holds while it is left alone."""
    assert told(new_form(1)) == {
        "around": "no breaks",
        "limits": "none",
        "seats": "one guest at a time",
        "series": "off",
        "nights": "off",
        "reminders": "as for all",
        "clocks": "what fits the place",
        "consent": "nothing of your own",
    }


@pytest.mark.parametrize(
    ("part", "fields", "words"),
    [
        (
            "around",
            {"buffer_before": 5, "buffer_after": 10, "step": 15},
            "5 min free before · 10 min free after · a time every 15 min",
        ),
        ("around", {"notice_days": 1}, "not today"),
        ("around", {"notice_days": 3}, "not in the first 3 days"),
        (
            "limits",
            {"cap_day": 4, "cap_week_minutes": 600, "active_per_guest": 1},
            "4 per day · 600 min per week · 1 ahead per guest",
        ),
        ("seats", {"seats": 8, "waitlist": True, "guests_meet": True}, "8 seats · waitlist · guests see names"),
        ("series", {"repeats": True, "rhythms": "fortnightly", "series_most": 12}, "every two weeks · up to 12 dates"),
        ("reminders", {"own_reminders": True}, "no reminders"),
        ("reminders", {"own_reminders": True, "guest_reminders": 60}, "1 reminder of its own"),
        ("reminders", {"follow_up": True}, "as for all · a word afterwards"),
        ("nights", {"by_night": True, "nights_from": 2, "nights_to": 7}, "2–7 nights"),
        ("clocks", {"keeps": "instant"}, "keep the moment"),
    ],
)
def test_a_closed_part_says_what_is_set_in_it(part: str, fields: dict[str, str | int | bool], words: str) -> None:
    """Nobody has to open it to know."""
    assert told(Form.of(**fields))[part] == words


def test_one_night_is_one_night() -> None:
    """Neither `1–1` nor `1 nights`."""
    assert (nights(1, 1), nights(3, 3), nights(2, 7)) == ("1 night", "3 nights", "2–7 nights")
