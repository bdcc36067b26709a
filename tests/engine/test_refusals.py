"""Every refusal says the truest reason, with its facts."""

from typing import Any

import pytest

from cally import engine
from cally.model.capsule import answer_to_json
from cally.model.rules import Cap, Refusal
from tests.engine.asked import ask, at, hours, on, schedule

MONDAY = "2026-06-08"


def clock(text: str) -> str:
    """A time of that Monday."""
    return f"{MONDAY}T{text}:00Z"


def why(start: str, event_type: dict[str, Any] | None = None, now: str = "00:00", **host: Any) -> Refusal | None:
    """Why Ada cannot be booked at that time on a Monday."""
    host = {"id": "ada", "schedule": schedule(hours("09:00", "17:00")), **host}
    return engine.refusal(ask(on(MONDAY), event_type or {}, host, now=clock(now)), at(clock(start)))


def test_a_slot_is_not_refused() -> None:
    """None says yes."""
    assert why("10:00") is None


def test_past_and_too_soon() -> None:
    """What has begun is past; what begins within the notice is too soon until the notice is over."""
    assert why("10:00", now="10:01") == Refusal(code="past")
    soon = Refusal(code="too_soon", host="ada", until=at(clock("11:30")), rule="notice_minutes")
    assert why("10:00", {"notice_minutes": 120}, now="09:30") == soon
    tomorrow = Refusal(code="too_soon", host="ada", until=at("2026-06-09T00:00:00Z"), rule="notice_days")
    assert why("10:00", {"notice_days": 1}) == tomorrow


def test_too_far() -> None:
    """Behind the horizon, or before a range of dates has begun."""
    beyond = {"horizon": {"kind": "range", "from": "2026-06-01", "to": "2026-06-07"}}
    assert why("10:00", beyond) == Refusal(code="too_far", host="ada", rule="horizon")
    ahead = {"horizon": {"kind": "range", "from": "2026-06-10", "to": "2026-06-11"}}
    assert why("10:00", ahead) == Refusal(code="too_soon", host="ada", until=at("2026-06-10T00:00:00Z"), rule="horizon")


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("hours", {}),
        ("holiday", {"holidays": [MONDAY]}),
        ("override", {"overrides": [{"on": MONDAY, "hours": []}]}),
        ("time_off", {"time_off": [[MONDAY, MONDAY]]}),
    ],
)
def test_closed_says_what_closes_and_what_opens_next(rule: str, more: dict[str, Any]) -> None:
    """The rule's name, and the start of the next opening."""
    start = "18:00" if rule == "hours" else "10:00"
    refused = why(start, schedule=schedule(hours("09:00", "17:00"), **more))
    assert refused == Refusal(code="closed", host="ada", until=at("2026-06-09T09:00:00Z"), rule=rule)


def test_off_grid_says_the_next_start() -> None:
    """Seven past is not on the grid, eight o'clock would be."""
    assert why("10:07") == Refusal(code="off_grid", host="ada", until=at(clock("11:00")))


def test_busy_until_all_of_it_is_over() -> None:
    """Two events that meet are one busy time."""
    busy = [[clock("10:00"), clock("10:30")], [clock("10:30"), clock("11:15")]]
    assert why("10:00", busy=busy) == Refusal(code="busy", host="ada", until=at(clock("11:15")))


def test_booked_held_and_buffer() -> None:
    """A booking, a hold, and the gap around a booking are told apart."""
    booking = {"starts_at": clock("10:00"), "ends_at": clock("10:45"), "buffer_after_minutes": 30}
    assert why("10:00", bookings=[booking]) == Refusal(code="booked", host="ada", until=at(clock("10:45")))
    assert why("11:00", bookings=[booking]) == Refusal(code="buffer", host="ada", until=at(clock("11:15")))
    hold = {"starts_at": clock("10:00"), "ends_at": clock("11:00"), "expires_at": clock("00:05")}
    assert why("10:00", holds=[hold]) == Refusal(code="held", host="ada", until=at(clock("00:05")))


def test_a_reached_cap_is_told_with_the_end_of_its_period() -> None:
    """Which cap, and until when."""
    booking = {"starts_at": clock("20:00"), "ends_at": clock("20:30"), "same_event_type": True}
    refused = why("10:00", {"caps": [{"per": "week", "bookings": 1}]}, bookings=[booking])
    end_of_week = at("2026-06-15T00:00:00Z")
    assert refused == Refusal(code="cap_reached", host="ada", until=end_of_week, cap=Cap(per="week", bookings=1))


def test_outside_the_window_is_said_when_nothing_else_is_wrong() -> None:
    """A start that only the question left out."""
    host = {"schedule": schedule(hours("09:00", "17:00"))}
    asked = ask((clock("09:00"), clock("12:00")), {}, host)
    assert engine.refusal(asked, at(clock("14:00"))) == Refusal(code="outside_window")
    assert engine.refusal(asked, at(clock("18:00"))).code == "closed"


def test_of_hosts_who_stand_for_each_other_the_nearest_to_free_speaks() -> None:
    """Ada is closed, Ben is booked: the team is booked."""
    ada = {"id": "ada", "schedule": schedule()}
    booking = {"starts_at": clock("10:00"), "ends_at": clock("11:00")}
    ben = {"id": "ben", "schedule": schedule(hours("09:00", "17:00")), "bookings": [booking]}
    refused = engine.refusal(ask(on(MONDAY), {"assignment": "round_robin"}, ada, ben), at(clock("10:00")))
    assert refused == Refusal(code="booked", host="ben", until=at(clock("11:00")))


def test_an_answer_explains_each_start_it_was_asked_about() -> None:
    """A refusal with its facts, and null for a slot."""
    host = {"schedule": schedule(hours("09:00", "12:00")), "busy": [[clock("10:00"), clock("10:15")]]}
    question = ask(on(MONDAY), {}, host, ask=[clock("09:00"), clock("10:00")], want=["openings"])
    assert answer_to_json(engine.answer(question)) == {
        "slots": [clock("09:00"), clock("11:00")],
        "refusals": {
            clock("09:00"): None,
            clock("10:00"): {"code": "busy", "host": "h1", "until": clock("10:15")},
        },
        "openings": {"h1": [[clock("09:00"), clock("12:00")]]},
    }
