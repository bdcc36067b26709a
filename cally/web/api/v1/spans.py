"""A stretch of time in a query: dates in a zone, both included, or instants."""

from datetime import date, datetime

from cally.errors import invalid
from cally.web.api.instants import day_end, day_start, epoch


def span(first: str | None, last: str | None, tz: str) -> tuple[int | None, int | None]:
    """`[from, to)` in epoch seconds; None where nothing was asked. Raises `invalid` for `from` or `to`."""
    from_at = None if first is None else _first(first, tz)
    to_at = None if last is None else _last(last, tz)
    if from_at is not None and to_at is not None and to_at < from_at:
        raise invalid("to", "The end lies before the beginning.")
    return from_at, to_at


def _first(text: str, tz: str) -> int:
    found = _parsed(text, "from")
    return epoch(found, "from") if isinstance(found, datetime) else day_start(found, tz, "from")


def _last(text: str, tz: str) -> int:
    found = _parsed(text, "to")
    return epoch(found, "to") if isinstance(found, datetime) else day_end(found, tz, "to")


def _parsed(text: str, field: str) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-03-29") else datetime.fromisoformat(text)
    except ValueError as error:
        raise _neither(field) from error
    if isinstance(found, datetime) and found.tzinfo is None:
        raise _neither(field)
    return found


def _neither(field: str) -> Exception:
    return invalid(field, "This should be a date like 2026-03-29 or an instant like 2026-03-29T09:00:00Z.")
