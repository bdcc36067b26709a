"""Capsules made to hurt: each ends in an answer or in one line of error, after a bounded amount of work."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest

from cally.cli.replay import LONGEST_BYTES, answered
from cally.errors import CallyError

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ALWAYS = {"weekly": [{"days": WEEK, "from": "00:00", "to": "24:00"}]}
YEAR = ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"]
# Python counts some ten million calls a second; these are a few seconds at the very most.
MOST_CALLS = 5_000_000


def at(minute: int) -> str:
    """A minute of the year."""
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


def spread(count: int, minutes: int = 1) -> list[list[str]]:
    """Intervals all over the year."""
    return [[at(n * 7_919 % 525_000), at(n * 7_919 % 525_000 + minutes)] for n in range(count)]


def bookings(count: int) -> list[dict[str, Any]]:
    """Half an hour each, all over the year, with gaps of all widths."""
    return [
        {"starts_at": start, "ends_at": end, "same_event_type": True, "buffer_before_minutes": index % 60}
        for index, (start, end) in enumerate(spread(count, 30))
    ]


def rule(rrule: str) -> dict[str, str]:
    """A pattern that counts from 1970 on."""
    return {"rrule": rrule, "anchored_on": "1970-01-01", "from": "09:00", "to": "10:00"}


def capsule(*hosts: dict[str, Any], ask: list[str] | None = None, **event_type: Any) -> dict[str, Any]:
    """A year by the minute, unless the event type says otherwise."""
    assignment = "collective" if len(hosts) > 1 else "single"
    return {
        "now": "2025-12-01T00:00:00Z",
        "window": YEAR,
        "event_type": {"duration_minutes": 1, "assignment": assignment, **event_type},
        "hosts": list(hosts),
        "ask": ask or [],
    }


def caps(count: int) -> list[dict[str, Any]]:
    """Caps of days."""
    return [{"per": "day", "bookings": 1 + n} for n in range(count)]


ANSWERED: dict[str, Callable[[], dict[str, Any]]] = {
    "events": lambda: capsule({"schedule": ALWAYS, "busy": spread(20_000)}),
    "events of an optimised grid": lambda: capsule({"schedule": ALWAYS, "busy": spread(20_000)}, grid="optimised"),
    "bookings and caps": lambda: capsule({"schedule": ALWAYS, "bookings": bookings(2_000), "caps": caps(50)}),
    "sessions": lambda: capsule({"schedule": ALWAYS, "bookings": bookings(5_000)}, seats=100_000, duration_minutes=30),
    "starts among events": lambda: capsule(
        {"schedule": ALWAYS, "busy": spread(20_000)}, ask=[at(n * 400) for n in range(1_000)], step_minutes=60
    ),
    "starts of a team": lambda: capsule(
        *[{"schedule": ALWAYS, "bookings": bookings(200), "caps": caps(20)} for _ in range(20)],
        ask=[at(n * 400) for n in range(500)],
        step_minutes=60,
    ),
    "rules whose days never come": lambda: capsule(
        {"schedule": {"patterns": [rule(f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT={n}") for n in range(9_000, 9_050)]}}
    ),
    "rules that count": lambda: capsule(
        {"schedule": {"patterns": [rule(f"FREQ=DAILY;COUNT={n}") for n in range(9_000, 9_050)]}},
        ask=[at(n * 400) for n in range(100)],
    ),
    "overrides": lambda: capsule(
        {"schedule": {"overrides": [{"on": at(n * 90)[:10], "hours": [["09:00", "10:00"]]} for n in range(4_000)]}}
    ),
    "open days that never come": lambda: capsule(
        {"schedule": {**ALWAYS, "time_off": [["1970-01-01", "2199-12-31"]]}},
        horizon={"kind": "open_days", "days": 100},
    ),
}

REFUSED: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "hosts": ("hosts", lambda: capsule(*[{"schedule": ALWAYS}] * 1_000)),
    "patterns": (
        "hosts[0].schedule.patterns",
        lambda: capsule({"schedule": {"patterns": [rule("FREQ=DAILY")] * 10_000}}),
    ),
    "overrides": (
        "hosts[0].schedule.overrides",
        lambda: capsule({"schedule": {"overrides": [{"on": "2026-01-01"}] * 10_000}}),
    ),
    "windows": (
        "hosts",
        lambda: capsule(
            {"schedule": {"overrides": [{"on": "2026-01-01", "hours": [["09:00", "10:00"]] * 200}] * 300}},
        ),
    ),
    "minutes of hosts": ("window", lambda: capsule(*[{"id": f"h{n}", "schedule": ALWAYS} for n in range(10)])),
    "open days of hosts": (
        "window",
        lambda: {
            **capsule(
                *[{"id": f"h{n}", "schedule": ALWAYS} for n in range(100)], horizon={"kind": "open_days", "days": 3_660}
            ),
            "window": YEAR[:1] * 2,
        },
    ),
    "asked starts and events": (
        "ask",
        lambda: capsule({"schedule": ALWAYS, "busy": spread(20_000)}, ask=[at(n) for n in range(2_000)]),
    ),
    "asked starts and dates": (
        "ask",
        lambda: capsule(
            {"schedule": {**ALWAYS, "holidays": ["2026-01-01"] * 4_000}}, ask=[at(n) for n in range(2_000)]
        ),
    ),
}


def calls_of(work: Callable[[], object]) -> int:
    """How many calls, Python's own functions included, a piece of work makes."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.rule(35)
@pytest.mark.parametrize("name", ANSWERED)
def test_work_is_bounded(name: str) -> None:
    """However much there is, it is answered with a bounded number of steps."""
    text = json.dumps(ANSWERED[name]()).encode()
    assert calls_of(lambda: answered(text)) < MOST_CALLS


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_take_too_long_is_refused_before_it_is_tried(name: str) -> None:
    """The fault names the field, and how much would be accepted."""
    field, made = REFUSED[name]
    text = json.dumps(made()).encode()
    faults: list[CallyError] = []

    def refused() -> None:
        with pytest.raises(CallyError, match="at most") as fault:
            answered(text)
        faults.append(fault.value)

    assert calls_of(refused) < MOST_CALLS
    assert faults[0].facts["field"] == field


@pytest.mark.parametrize(
    "text",
    [b"[" * 10_000_000, b'{"now":' * 1_000_000, b'{"now": ' + b"1" * 1_000_000 + b"}", b" " * (LONGEST_BYTES + 1)],
)
def test_json_that_is_too_much_is_refused(text: bytes) -> None:
    """Too deep, too many digits, too long."""
    with pytest.raises(CallyError) as fault:
        answered(text)
    assert fault.value.facts["field"] == "capsule"
