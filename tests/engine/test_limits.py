"""Notice, horizon and caps."""

from typing import Any

import pytest

from cally import engine
from tests.engine.asked import WORK, ask, hours, on, schedule, utc

MONDAY = "2026-06-08"
DAILY = schedule(hours("09:00", "10:00"))


def days(event_type: dict[str, Any], now: str = f"{MONDAY}T00:00:00Z", **host: Any) -> list[int]:
    """The days in June, from Monday the 8th on, on which Ada offers her only hour."""
    question = ask(on(MONDAY, "2026-06-30"), event_type, {"schedule": DAILY, **host}, now=now)
    return [int(utc(start)[8:10]) for start in engine.slots(question)]


def booked(day: int, minutes: int = 30, **more: Any) -> dict[str, Any]:
    """A booking in the evening of a day in June."""
    start, end = f"2026-06-{day:02}T20:00:00Z", f"2026-06-{day:02}T{20 + minutes // 60}:{minutes % 60:02}:00Z"
    return {"starts_at": start, "ends_at": end, "same_event_type": True, **more}


@pytest.mark.rule(40)
def test_notice_is_elapsed_time() -> None:
    """Two hours before nine is just enough; a second less is not."""
    assert days({"notice_minutes": 120}, now=f"{MONDAY}T07:00:00Z")[0] == 8
    assert days({"notice_minutes": 120}, now=f"{MONDAY}T07:00:01Z")[0] == 9


@pytest.mark.rule(41)
def test_not_today_counts_local_days() -> None:
    """At 23:30 UTC it is already Tuesday in Berlin, so that Wednesday comes first."""
    host = {"schedule": schedule(hours("09:00", "10:00"), tz="Europe/Berlin")}
    assert days({"notice_days": 1}, now=f"{MONDAY}T21:30:00Z", **host)[0] == 9
    assert days({"notice_days": 1}, now=f"{MONDAY}T22:30:00Z", **host)[0] == 10


@pytest.mark.rule(42)
def test_a_rolling_horizon_counts_from_today_as_day_zero() -> None:
    """Three days from Monday the 8th end with the 11th."""
    assert days({"horizon": {"kind": "rolling", "days": 3}}) == [8, 9, 10, 11]


@pytest.mark.rule(42)
def test_open_days_are_days_with_slots() -> None:
    """Four of them, without the weekend and without the day that is full."""
    busy = [["2026-06-10T00:00:00Z", "2026-06-11T00:00:00Z"]]
    host = {"schedule": schedule(hours("09:00", "10:00", WORK)), "busy": busy}
    assert days({"horizon": {"kind": "open_days", "days": 4}}, **host) == [8, 9, 11, 12]


@pytest.mark.rule(42)
def test_open_days_are_counted_from_today_also_for_a_later_window() -> None:
    """The window does not move the horizon."""
    host = {"schedule": schedule(hours("09:00", "10:00", WORK))}
    question = ask(
        on("2026-06-11", "2026-06-30"), {"horizon": {"kind": "open_days", "days": 5}}, host, now=f"{MONDAY}T00:00:00Z"
    )
    assert [utc(start)[8:10] for start in engine.slots(question)] == ["11", "12"]


@pytest.mark.rule(42)
def test_a_range_includes_both_its_dates() -> None:
    """From the 10th to the 12th."""
    assert days({"horizon": {"kind": "range", "from": "2026-06-10", "to": "2026-06-12"}}) == [10, 11, 12]


@pytest.mark.rule(43)
def test_a_full_day_takes_no_more_starts() -> None:
    """Two of two: confirmed, pending and held ones count, cancelled and declined ones do not."""
    hold = {**booked(10), "expires_at": "2026-06-30T00:00:00Z"}
    bookings = [
        booked(9),
        booked(9, status="pending"),
        booked(10),
        booked(11),
        booked(11, status="cancelled"),
        booked(11, status="declined"),
    ]
    found = days({"caps": [{"per": "day", "bookings": 2}]}, bookings=bookings, holds=[hold])
    assert [day for day in range(8, 13) if day not in found] == [9, 10]


@pytest.mark.rule(43)
def test_a_booking_counts_on_the_day_it_starts() -> None:
    """One across midnight leaves the next day open."""
    night = {"starts_at": "2026-06-09T23:30:00Z", "ends_at": "2026-06-10T00:30:00Z", "same_event_type": True}
    assert days({"caps": [{"per": "day", "bookings": 1}]}, bookings=[night])[:2] == [8, 10]


@pytest.mark.rule(18)
def test_a_week_begins_on_the_hosts_first_day() -> None:
    """A booking on Sunday the 14th fills the week before it, or the week behind it."""
    caps = {"caps": [{"per": "week", "bookings": 1}]}
    assert days(caps, bookings=[booked(14)])[0] == 15
    found = days(caps, bookings=[booked(14)], week_starts_on="sun")
    assert [day for day in range(8, 24) if day not in found] == [*range(14, 21)]


@pytest.mark.rule(44)
def test_caps_of_months_years_and_minutes_combine() -> None:
    """Each of them alone closes what it has to close."""
    assert days({"caps": [{"per": "month", "bookings": 1}]}, bookings=[booked(9)]) == []
    assert days({"caps": [{"per": "year", "bookings": 2}]}, bookings=[booked(9)])[0] == 8
    minutes = {"duration_minutes": 60, "caps": [{"per": "day", "minutes": 120}, {"per": "week", "bookings": 2}]}
    found = days(minutes, bookings=[booked(9, 90), booked(10, 30)])
    assert found[0] == 15
    assert 9 not in days({"caps": [{"per": "day", "minutes": 120}]}, bookings=[booked(9, 90)])


@pytest.mark.rule(45)
def test_a_hosts_own_cap_counts_all_event_types() -> None:
    """The event type's cap does not see the other booking, the host's does."""
    cap = [{"per": "day", "bookings": 1}]
    other = booked(9, same_event_type=False)
    assert 9 in days({"caps": cap}, bookings=[other])
    assert 9 not in days({}, bookings=[other], caps=cap)
