"""Short ways to ask the engine in tests: Ada's hours, her busy time, and clocks written as people read them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cally import engine
from cally.model.capsule import question_from_json
from cally.model.rules import Question

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORK = WEEK[:5]


def hours(start: str, end: str, days: Iterable[str] = WEEK) -> dict[str, Any]:
    """Weekly hours of some days; of all when none are named."""
    return {"days": list(days), "from": start, "to": end}


def schedule(*weekly: dict[str, Any], tz: str = "UTC", **more: Any) -> dict[str, Any]:
    """Ada's schedule."""
    return {"tz": tz, "weekly": list(weekly), **more}


def ask(window: tuple[str, str], event_type: dict[str, Any], *hosts: dict[str, Any], **more: Any) -> Question:
    """The question for these hosts, asked long before the window unless `now` says otherwise."""
    known = {"now": "1970-01-01T00:00:00Z", **more}
    event_type = {"duration_minutes": 60, **event_type}
    return question_from_json({**known, "window": list(window), "event_type": event_type, "hosts": list(hosts)})


def on(*dates: str, tz: str = "UTC") -> tuple[str, str]:
    """The window of one local date, or from the first to the last one."""
    first = datetime.fromisoformat(dates[0]).replace(tzinfo=ZoneInfo(tz))
    last = datetime.fromisoformat(dates[-1]).replace(tzinfo=ZoneInfo(tz), hour=23, minute=59, fold=1)
    end = int(last.timestamp()) + 60
    return utc(int(first.timestamp())), utc(end)


def utc(at: int) -> str:
    """An instant as capsules write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(text: str) -> int:
    """The instant that a capsule writes so."""
    return int(datetime.fromisoformat(text).timestamp())


def clocks(question: Question, tz: str = "UTC") -> list[str]:
    """The slots as the clock of a zone shows them."""
    return [shown(start, tz) for start in engine.slots(question)]


def shown(start: int, tz: str) -> str:
    """An instant on the clock of a zone."""
    return datetime.fromtimestamp(start, ZoneInfo(tz)).strftime("%H:%M")
