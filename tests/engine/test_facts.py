"""What stands behind each refusal: the rule, the claim, the grid, the cap, and until when."""

from datetime import date
from typing import Any

import pytest

from cally import engine
from cally.model.facts import Facts, Obstacle
from cally.model.rules import Cap
from tests.engine.asked import ask, at, hours, on, schedule

MONDAY = "2026-06-08"


def clock(text: str) -> str:
    """A time of that Monday."""
    return f"{MONDAY}T{text}:00Z"


def facts(start: str, event_type: dict[str, Any] | None = None, now: str = "00:00", **host: Any) -> Facts:
    """The facts of the refusal of a time on a Monday."""
    host = {"id": "ada", "schedule": schedule(hours("09:00", "17:00")), **host}
    asked = ask(on(MONDAY), event_type or {}, host, now=clock(now))
    refusal = engine.refusal(asked, at(clock(start)))
    assert refusal is not None
    return engine.host_facts(asked, asked.hosts[0], at(clock(start)), refusal)


def booking(start: str, end: str, **more: Any) -> dict[str, Any]:
    """A booking of that Monday."""
    return {"starts_at": clock(start), "ends_at": clock(end), **more}


@pytest.mark.rule(40)
def test_notice_says_until_when_the_time_could_be_had() -> None:
    """The start less the notice: elapsed time."""
    assert facts("10:00", {"notice_minutes": 120}, now="09:30").bookable_until == at(clock("08:00"))


@pytest.mark.rule(41)
def test_notice_in_days_ends_with_a_local_day() -> None:
    """What may not be booked on the same day could be booked until that day began, where the host is."""
    berlin = schedule(hours("09:00", "17:00"), tz="Europe/Berlin")
    assert facts("10:00", {"notice_days": 1}, schedule=berlin).bookable_until == at("2026-06-07T22:00:00Z")


@pytest.mark.rule(42)
@pytest.mark.parametrize(
    ("horizon", "last_on", "bookable_from"),
    [
        ({"kind": "rolling", "days": 7}, date(2026, 6, 7), date(2026, 6, 1)),
        ({"kind": "range", "from": "2026-06-01", "to": "2026-06-05"}, date(2026, 6, 5), None),
        ({"kind": "open_days", "days": 3}, date(2026, 6, 3), None),
    ],
)
def test_a_horizon_names_its_last_day(horizon: dict[str, Any], last_on: date, bookable_from: date | None) -> None:
    """And the day from which the time can be had, where waiting helps."""
    host = {"id": "ada", "schedule": schedule(hours("09:00", "17:00"))}
    asked = ask(on(MONDAY), {"horizon": horizon}, host, now="2026-05-31T18:00:00Z")
    refusal = engine.refusal(asked, at(clock("10:00")))
    assert refusal is not None
    found = engine.host_facts(asked, asked.hosts[0], at(clock("10:00")), refusal)
    assert (found.last_on, found.bookable_from) == (last_on, bookable_from)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("weekly", {}),
        ("holiday", {"holidays": [MONDAY]}),
        ("override", {"overrides": [{"on": MONDAY, "hours": [["10:00", "12:00"]]}], "holidays": [MONDAY]}),
        ("time_off", {"time_off": [["2026-06-01", "2026-06-12"]], "overrides": [{"on": MONDAY, "hours": []}]}),
        ("pattern", {"patterns": [{"rrule": "FREQ=DAILY", "anchored_on": MONDAY, "from": "06:00", "to": "07:00"}]}),
    ],
)
def test_what_is_closed_names_what_decides_the_day(kind: str, more: dict[str, Any]) -> None:
    """Time off beats an override, which beats a holiday, which beats the week (rule 24)."""
    rule = facts("18:00", schedule=schedule(hours("09:00", "17:00"), **more)).day_rule
    assert rule is not None
    assert (rule.kind, rule.on) == (kind, date(2026, 6, 8))


@pytest.mark.rule(14)
def test_a_date_spent_away_is_read_on_the_clock_there() -> None:
    """23:00 in London is already the next morning in Tokyo."""
    away = {"travel": [{"from": "2026-06-09", "to": "2026-06-10", "tz": "Asia/Tokyo"}]}
    rule = facts("23:00", schedule=schedule(hours("09:00", "17:00"), **away)).day_rule
    assert rule is not None
    assert (rule.on, rule.tz, rule.is_travel) == (date(2026, 6, 9), "Asia/Tokyo", True)


def test_what_ends_too_late_names_its_opening() -> None:
    """The start is open, the end is not."""
    assert facts("16:30").opening == (at(clock("09:00")), at(clock("17:00")))


@pytest.mark.rule(26)
def test_off_the_grid_names_the_starts_around() -> None:
    """In the same opening; before its first one there is none."""
    found = facts("10:20")
    assert (found.before, found.after) == (at(clock("10:00")), at(clock("11:00")))
    late = facts("09:10", {"offset_minutes": 15})
    assert (late.before, late.after) == (None, at(clock("09:15")))


@pytest.mark.rule(29)
def test_a_buffer_names_whose_it_is_and_how_wide() -> None:
    """The larger of the two, on the side that is too close."""
    (near,) = facts(
        "11:00", {"buffer_before_minutes": 5}, bookings=[booking("10:00", "11:00", buffer_after_minutes=10)]
    ).obstacles
    assert near == Obstacle(kind="booking", starts_at=at(clock("10:00")), ends_at=at(clock("11:00")), gap_minutes=10)
    (busy,) = facts("11:00", {"buffer_after_minutes": 15}, busy=[[clock("12:10"), clock("13:00")]]).obstacles
    assert (busy.kind, busy.gap_minutes) == ("busy", 15)


def test_all_that_stands_in_the_way_is_named() -> None:
    """Busy time, merged, and the bookings and holds that the meeting would meet."""
    held = {**booking("10:45", "11:00"), "expires_at": clock("08:10")}
    found = facts(
        "10:00",
        busy=[[clock("10:00"), clock("10:10")], [clock("10:10"), clock("10:20")]],
        bookings=[booking("10:20", "10:40")],
        holds=[held],
        now="08:00",
    ).obstacles
    assert [(one.kind, one.starts_at) for one in found] == [
        ("busy", at(clock("10:00"))),
        ("booking", at(clock("10:20"))),
        ("hold", at(clock("10:45"))),
    ]
    assert found[2].expires_at == at(clock("08:10"))


@pytest.mark.rule(58)
def test_a_full_session_says_how_many_seats_are_taken() -> None:
    """Seats of one start, not claims."""
    taken = booking("10:00", "11:00", same_event_type=True, seats_taken=3)
    assert facts("10:00", {"seats": 3}, bookings=[taken]).seats_taken == 3


@pytest.mark.rule(43)
def test_a_cap_says_how_full_it_is_and_which_days_it_counts() -> None:
    """The event type's own cap counts its own bookings, the host's all."""
    own, other = booking("09:00", "10:00", same_event_type=True), booking("15:00", "16:00")
    per_week = {"caps": [{"per": "week", "bookings": 1}]}
    use = facts("11:00", per_week, bookings=[own, other]).cap_use
    assert use is not None
    assert (use.cap, use.scope, use.used) == (Cap(per="week", bookings=1), "event_type", 1)
    assert (use.from_on, use.to_on) == (date(2026, 6, 8), date(2026, 6, 14))


@pytest.mark.rule(45)
def test_a_hosts_own_cap_counts_minutes_of_everything() -> None:
    """Two hours are booked, and a third would be more than the cap."""
    both = [booking("09:00", "10:00", same_event_type=True), booking("15:00", "16:00")]
    use = facts("11:00", bookings=both, caps=[{"per": "day", "minutes": 150}]).cap_use
    assert use is not None
    assert (use.scope, use.used) == ("host", 120)


def test_a_resource_says_what_it_is_booked_for() -> None:
    """The room's own booking is named, and its own hours."""
    room = {"id": "r1", "bookings": [booking("10:00", "11:00")], "schedule": schedule(hours("08:00", "12:00"))}
    asked = ask(on(MONDAY), {}, {"id": "ada", "open": [[clock("00:00"), clock("23:00")]]}, resources=[room])
    found = {start: engine.refusals_of_each(asked, at(clock(start)))["r1"] for start in ("10:00", "13:00")}
    assert found["10:00"] is not None
    assert found["13:00"] is not None
    booked = engine.resource_facts(asked, asked.resources[0], at(clock("10:00")), found["10:00"])
    closed = engine.resource_facts(asked, asked.resources[0], at(clock("13:00")), found["13:00"])
    assert [one.kind for one in booked.obstacles] == ["booking"]
    assert closed.day_rule is not None
    assert closed.day_rule.kind == "weekly"
