"""Instants and dates as programs write them: RFC 3339 with a zone in, UTC with `Z` out."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from cally.errors import invalid

Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339, with `Z` or an offset.")]
FIRST_YEAR = 2000
LAST_YEAR = 2199


def epoch(instant: datetime, field: str) -> int:
    """Whole epoch seconds. Raises `invalid` for fractions of a second and for years that no calendar is kept for."""
    if instant.microsecond:
        raise invalid(field, "This must be a whole second.")
    _require_kept(instant, field)
    return int(instant.timestamp())


def instant(seconds: int) -> datetime:
    """Epoch seconds as msgspec writes them: `2026-03-29T01:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC)


def day_start(on: date, tz: str, field: str) -> int:
    """The first instant of a local date (rule 8)."""
    _require_kept(on, field)
    return int(datetime.combine(on, time(), ZoneInfo(tz)).timestamp())


def day_end(on: date, tz: str, field: str) -> int:
    """The instant at which a local date is over."""
    _require_kept(on, field)  # the calendar ends with the year 9999
    return day_start(on + timedelta(days=1), tz, field)


def _require_kept(on: date, field: str) -> None:
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise invalid(field, f"This must lie in the years {FIRST_YEAR} to {LAST_YEAR}.")
