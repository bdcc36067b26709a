"""Forms are read strictly, and every fault is kept beside its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cally.errors import CallyError, invalid
from cally.model.rules import DAYS, ScheduleRules, WeeklyHours, Window
from cally.web.forms import Form
from cally.web.pages.host import rows, week


def test_all_faults_are_noted_at_once():
    """Reading goes on after the first fault."""
    form = Form([("name", ""), ("email", "nobody"), ("age", "old")])
    form.line("name")
    form.email()
    form.number("age", least=1, most=9)
    assert set(form.faults) == {"name", "email", "age"}


@pytest.mark.parametrize("text", ["1.5", "1e3", "٣", "0x1", "- 1", "999999999999999999999", " ", "1_000"])
def test_only_plain_whole_numbers_are_numbers(text: str):
    """Other scripts' digits and Python's own spellings are faults."""
    form = Form([("n", text)])
    form.number("n", least=0, most=2_000)
    assert "n" in form.faults


def test_the_first_fault_of_a_field_stays():
    """What is said first is what the person reads."""
    form = Form([("a", "")])
    form.fault("a", "first")
    form.fault("a", "second")
    assert form.faults == {"a": "first"}


def test_an_error_of_a_room_finds_its_field_or_the_top():
    """By the name that the form gives it; what has no field here is said above."""
    form = Form([("length", "30")])
    form.note(invalid("duration_minutes", "Too long."), {"duration_minutes": "length"})
    form.note(invalid("other", "Wrong."))
    assert form.faults == {"length": "Too long.", "": "Wrong."}


def test_an_unexpected_error_is_not_swallowed():
    """Only an expected "no" becomes a sentence of the form."""
    with pytest.raises(CallyError):
        Form().note(CallyError("storage_full", "The disk is full."))


WINDOWS = st.tuples(st.integers(0, 95), st.integers(1, 96)).map(
    lambda pair: Window(from_minute=pair[0] * 15, to_minute=min(pair[0] * 15 + pair[1] * 15, 2_880))
)


@given(st.dictionaries(st.sampled_from(DAYS), st.sets(WINDOWS, min_size=1, max_size=3)))
def test_a_week_survives_its_form(days: dict[str, set[Window]]):
    """Whatever the week, showing it and reading it back gives the same hours for every day."""
    weekly = tuple(WeeklyHours(days=(day,), hours=hours) for day, found in days.items() for hours in found)
    shown = week.week_of(ScheduleRules(tz="UTC", weekly=weekly))
    pairs = [(f"{row.day}-on", "1") for row in shown if row.open]
    for row in shown:
        pairs += [(f"{row.day}-from", str(hours.from_minute)) for hours in row.windows]
        pairs += [(f"{row.day}-to", str(_shown_end(hours.to_minute))) for hours in row.windows]
    read = week.weekly(week.week_from(Form(pairs)))
    assert {(day, entry.hours) for entry in read for day in entry.days} == {
        (day, entry.hours) for entry in weekly for day in entry.days
    }


@given(st.lists(st.integers()).map(tuple), st.sampled_from(["up", "down", "remove"]), st.integers(-3, 40))
def test_rows_are_never_lost_by_moving(found: tuple[int, ...], verb: str, number: int):
    """Moving keeps every row; removing takes at most one."""
    after = rows.edited(found, verb, str(number), int, most=50)
    if verb == "remove":
        assert len(found) - len(after) in {0, 1}
    else:
        assert sorted(after) == sorted(found)


def _shown_end(minute: int) -> int:
    return minute if minute <= 1_440 else minute - 1_440
