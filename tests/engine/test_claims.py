"""Busy time, bookings, holds, buffers and seats."""

from typing import Any

import pytest

from tests.engine.asked import ask, clocks, hours, on, schedule

MONDAY = "2026-06-08"


def clock(text: str) -> str:
    """A time of that Monday as an instant."""
    return f"{MONDAY}T{text}:00Z"


def claim(start: str, end: str, **more: Any) -> dict[str, Any]:
    """A booking on that Monday."""
    return {"starts_at": clock(start), "ends_at": clock(end), **more}


def slots(event_type: dict[str, Any] | None = None, start: str = "09:00", end: str = "13:00", **host: Any) -> list[str]:
    """What Ada offers on that Monday."""
    asked = ask(on(MONDAY), event_type or {}, {"schedule": schedule(hours(start, end)), **host}, now=clock("00:00"))
    return clocks(asked)


@pytest.mark.rule(28)
def test_what_only_touches_does_not_clash() -> None:
    """Busy [10,11) leaves 09:00 and 11:00."""
    assert slots(busy=[[clock("10:00"), clock("11:00")]]) == ["09:00", "11:00", "12:00"]


@pytest.mark.rule(28)
def test_an_event_without_length_does_not_block() -> None:
    """Not even with buffers around the slot."""
    found = slots({"buffer_before_minutes": 30, "buffer_after_minutes": 30}, busy=[[clock("10:30"), clock("10:30")]])
    assert found == ["09:00", "10:00", "11:00", "12:00"]


@pytest.mark.rule(29)
def test_the_gap_is_the_larger_of_the_two_buffers() -> None:
    """Twenty minutes after the booking and thirty before the slot make thirty, not fifty."""
    booking = claim("09:00", "09:30", buffer_after_minutes=20)
    event_type = {"duration_minutes": 30, "step_minutes": 10, "buffer_before_minutes": 30}
    assert slots(event_type, bookings=[booking])[0] == "10:00"


@pytest.mark.rule(29)
def test_a_bookings_own_buffers_count_for_a_type_without_any() -> None:
    """Before it and after it."""
    booking = claim("11:00", "11:30", buffer_before_minutes=15, buffer_after_minutes=30)
    found = slots({"duration_minutes": 30, "step_minutes": 15}, start="10:00", bookings=[booking])
    assert found == ["10:00", "10:15", "12:00", "12:15", "12:30"]


@pytest.mark.rule(29)
def test_buffers_may_lie_outside_openings() -> None:
    """The first and the last start need no open minutes around them, but clash with what is there."""
    event_type = {"buffer_before_minutes": 15, "buffer_after_minutes": 15}
    assert slots(event_type) == ["09:00", "10:00", "11:00", "12:00"]
    assert slots(event_type, busy=[[clock("08:00"), clock("08:50")]])[0] == "10:00"


@pytest.mark.rule(30)
def test_buffers_keep_their_distance_from_outside_events() -> None:
    """Ten minutes before and after an external event are kept free."""
    event_type = {"duration_minutes": 30, "buffer_before_minutes": 10, "buffer_after_minutes": 10}
    assert slots(event_type, busy=[[clock("10:00"), clock("11:00")]]) == ["09:00", "11:30", "12:00", "12:30"]


@pytest.mark.rule(36)
def test_an_event_across_the_windows_edge_still_blocks() -> None:
    """It began the day before."""
    assert slots(busy=[["2026-06-07T20:00:00Z", clock("11:00")]]) == ["11:00", "12:00"]


@pytest.mark.rule(43)
def test_only_standing_bookings_block() -> None:
    """Pending and confirmed ones do, cancelled and declined ones do not."""
    bookings = [
        claim(f"{hour:02}:00", f"{hour + 1:02}:00", status=status)
        for hour, status in zip(range(9, 13), ["pending", "confirmed", "declined", "cancelled"], strict=True)
    ]
    assert slots(bookings=bookings) == ["11:00", "12:00"]


@pytest.mark.rule(43, 50)
def test_a_hold_blocks_until_it_runs_out() -> None:
    """The one that has run out by now does not block."""
    holds = [
        {"starts_at": clock("09:00"), "ends_at": clock("10:00"), "expires_at": clock("00:05")},
        {"starts_at": clock("10:00"), "ends_at": clock("11:00"), "expires_at": clock("00:00")},
    ]
    assert slots(holds=holds) == ["10:00", "11:00", "12:00"]


@pytest.mark.rule(58)
def test_a_session_is_offered_while_a_seat_is_left() -> None:
    """Two of three seats are taken at nine; at ten all are."""
    nine = [claim("09:00", "10:00", same_event_type=True)] * 2
    ten = [claim("10:00", "11:00", same_event_type=True, seats_taken=3)]
    assert slots({"seats": 3}, bookings=nine + ten) == ["09:00", "11:00", "12:00"]


@pytest.mark.rule(58)
def test_a_session_blocks_every_other_start() -> None:
    """Half past eight and half past nine overlap it; its own start does not."""
    booking = claim("10:00", "11:00", same_event_type=True)
    assert slots({"seats": 3, "step_minutes": 30}, end="12:00", bookings=[booking]) == ["09:00", "10:00", "11:00"]


@pytest.mark.rule(58)
def test_only_the_same_event_type_can_be_joined() -> None:
    """A booking of another type at the same time blocks as ever."""
    assert slots({"seats": 3}, bookings=[claim("10:00", "11:00")]) == ["09:00", "11:00", "12:00"]


@pytest.mark.rule(30)
def test_buffers_may_be_kept_around_bookings_alone() -> None:
    """Where the host says so, a slot may touch an outside event, and still not a booking."""
    loose = {"buffer_before_minutes": 30, "buffer_after_minutes": 30, "buffers_around_busy": False}
    around = [clock("10:00"), clock("11:00")]
    assert slots(loose, busy=[around]) == ["09:00", "11:00", "12:00"]
    assert slots({**loose, "buffers_around_busy": True}, busy=[around]) == ["12:00"]
    assert slots(loose, bookings=[claim("10:00", "11:00")]) == ["12:00"]
