"""Times in words, in the zone and language of who reads them, always labelled (rules 2, 75)."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from babel import Locale

FALLBACK = "en"


class When(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time in words: `Tuesday, September 22, 2026` · `10:00–10:30 AM` · `Central … Time (Europe/Berlin)`.

    `short` fits a subject: `Tue, Sep 22, 10:00 AM (Berlin)`; `line` says everything at once.
    """

    date: str
    time: str
    zone: str
    short: str
    line: str


def when(starts_at: int, ends_at: int, *, tz: str, locale: str) -> When:
    """The interval as its reader writes it. Babel is loaded at the first use."""
    from babel import dates  # noqa: PLC0415 - heavy: imported where used

    spoken = locale_of(locale)
    start, end = _local(starts_at, tz), _local(ends_at, tz)
    date = dates.format_date(start, "full", spoken)
    first = dates.format_time(start, "short", locale=spoken)
    last = dates.format_time(end, "short", locale=spoken)
    span = f"{first}–{last}"
    if end.date() != start.date():
        span = f"{first} – {dates.format_date(end, 'full', spoken)}, {last}"
    zone = f"{dates.get_timezone_name(start, width='long', locale=spoken)} ({tz})"
    day = dates.format_skeleton("MMMEd", start, locale=spoken)
    return When(
        date=date,
        time=span,
        zone=zone,
        short=f"{day}, {first} ({city(tz)})",
        line=f"{date}, {span}, {zone}",
    )


def clock_time(wall: str, *, locale: str) -> str:
    """A time on a clock as its reader writes it: `Tue, Sep 22, 10:00 AM` of `2026-09-22T10:00`."""
    from babel import dates  # noqa: PLC0415 - heavy: imported where used

    spoken, shown = locale_of(locale), datetime.fromisoformat(wall)
    day = dates.format_skeleton("MMMEd", shown, locale=spoken)
    return f"{day}, {dates.format_time(shown, 'short', locale=spoken)}"


def city(tz: str) -> str:
    """A zone's name as people say it: `New York`."""
    return tz.rpartition("/")[2].replace("_", " ")


def weekday(instant: int, *, tz: str, locale: str) -> str:
    """`Tuesday`, on the reader's clock and in their language."""
    from babel import dates  # noqa: PLC0415 - heavy: imported where used

    return str(dates.format_date(_local(instant, tz), "EEEE", locale_of(locale)))


@lru_cache(maxsize=256)
def locale_of(tag: str) -> "Locale":
    """The best locale that Babel has for a language tag; loads Babel."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - heavy: imported where used

    for known in (tag, tag.partition("-")[0], FALLBACK):
        try:
            return Locale.parse(known, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale(FALLBACK)


def _local(instant: int, tz: str) -> datetime:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(tz))
