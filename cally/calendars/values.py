"""Values of properties as Python's own types, read by icalendar (RFC 5545 3.3)."""

from datetime import date, datetime, timedelta
from typing import Any

BADLY_FORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError)  # what parsers raise


def date_or_time(text: str) -> date | datetime:
    """A date, or a datetime: in UTC if it says so, else without a zone; raises ValueError for anything else."""
    found = _parsed("vDDDTypes", text)
    if isinstance(found, date):
        return found
    raise ValueError("neither a date nor a time")


def duration(text: str) -> timedelta:
    """A duration such as `PT1H30M` or `P1W`; raises ValueError for anything else."""
    found = _parsed("vDuration", text)
    if isinstance(found, timedelta):
        return found
    raise ValueError("no duration")


def period(text: str) -> tuple[datetime, datetime | timedelta]:
    """A period: its start, and its end or its duration; raises ValueError for anything else."""
    start, slash, end = text.strip().partition("/")
    first = date_or_time(start)
    last = duration(end) if end.upper().startswith("P") else date_or_time(end)
    if slash and isinstance(first, datetime) and isinstance(last, datetime | timedelta):
        return first, last
    raise ValueError("no period")


def _parsed(kind: str, text: str) -> Any:
    from icalendar import prop  # noqa: PLC0415 - heavy: imported where used

    return getattr(prop, kind).from_ical(text.strip())
