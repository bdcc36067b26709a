"""Zones as integers: stretches of time with one UTC offset, and the local days that lie in them (rules 1-8)."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from cally.engine.intervals import merged
from cally.model.rules import Interval

DAY = 86_400
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEYOND = 1 << 60

Segment = tuple[int, int, int]


@lru_cache(maxsize=256)
def segments(tz: str, first_year: int, last_year: int) -> tuple[Segment, ...]:
    """The zone's `(from, to, offset)` over these years, gapless; the first and the last reach into eternity."""
    found = [(-BEYOND, _offset(ZoneInfo(tz), _new_year(first_year)))]
    for year in range(first_year, last_year + 1):
        found.extend(_changes(tz, year))
    ends = [at for at, _ in found[1:]] + [BEYOND]
    return tuple((at, end, offset) for (at, offset), end in zip(found, ends, strict=True))


def segments_around(tz: str, start: int, end: int) -> tuple[Segment, ...]:
    """The zone's segments that meet `[start, end]`, with the days around it."""
    years = _year(start - 2 * DAY), _year(end + 2 * DAY)
    found = segments(tz, *years)
    return found if len(found) == 1 else tuple([s for s in found if s[1] > start - 2 * DAY and s[0] < end + 2 * DAY])


def local(tz: str, at: int) -> int:
    """An instant on the zone's clock, as seconds since 1970-01-01 00:00 of that clock."""
    year = _year(at)
    found = segments(tz, year, year)
    if len(found) == 1:
        return at + found[0][2]
    return at + found[bisect_right(found, (at, BEYOND, BEYOND)) - 1][2]


def instant_of(tz: str, wall: int) -> int:
    """The first instant at which the zone's clock shows this time, or the first one after a time it skips (rule 1)."""
    around = segments_around(tz, wall - DAY, wall + DAY)
    for since, until, offset in around:
        at = max(wall - offset, since)
        if at < until:
            return at
    raise AssertionError("the last segment never ends")


def local_day(tz: str, at: int) -> int:
    """The local date of an instant, as days since 1970-01-01."""
    return local(tz, at) // DAY


def days(tz: str, first: int, last: int, within: Interval) -> list[Interval]:
    """The instants in `within` whose local date is from `first` to `last`, days since 1970-01-01, both included.

    Usually one interval; a date that never existed has none (rule 5), one that a clock returned to may have two.
    """
    start, end = within
    found = []
    for since, until, offset in segments_around(tz, start, end):
        from_at = max(first * DAY - offset, since, start)
        to_at = min((last + 1) * DAY - offset, until, end)
        if from_at < to_at:
            found.append((from_at, to_at))
    return merged(found)


def days_skipped(tz: str, first: int, last: int) -> list[int]:
    """The dates from `first` to `last` that the zone's clock jumps over (rule 5)."""
    return [day for day in _skipped(tz, _year(first * DAY), _year(last * DAY)) if first <= day <= last]


@lru_cache(maxsize=256)
def _skipped(tz: str, first_year: int, last_year: int) -> tuple[int, ...]:
    found: list[int] = []
    for (_, at, before), (_, _, after) in pairwise(segments(tz, first_year, last_year)):
        if after - before >= DAY:
            found.extend(range(-(-(at + before) // DAY), (at + after) // DAY))
    return tuple(found)


def day_start(tz: str, day: int, after: int) -> int:
    """The first instant behind `after` of a local day, or of the next one that exists (rules 5, 8)."""
    latest = after + (day + 3) * DAY - local(tz, after)
    return days(tz, day, day + 2, (after, latest))[0][0]


def day_number(on: date) -> int:
    """A date as days since 1970-01-01."""
    return on.toordinal() - EPOCH_ORDINAL


def day_date(number: int) -> date:
    """The date that lies this many days after 1970-01-01."""
    return date.fromordinal(number + EPOCH_ORDINAL)


@lru_cache(maxsize=8_192)
def _changes(tz: str, year: int) -> tuple[tuple[int, int], ...]:
    """The instants of a year at which the zone's offset changes, with the new offset."""
    zone = ZoneInfo(tz)
    at, end = _new_year(year), _new_year(year + 1)
    offset = _offset(zone, at)
    found = []
    while at < end:
        later = min(at + DAY, end)
        if _offset(zone, later) != offset:
            at = _change_between(zone, at, later)
            offset = _offset(zone, at)
            found.append((at, offset))
        else:
            at = later
    return tuple(found)


def _change_between(zone: ZoneInfo, before: int, after: int) -> int:
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = (EPOCH + timedelta(seconds=at)).astimezone(zone).utcoffset() or timedelta()
    return offset.days * DAY + offset.seconds


@lru_cache(maxsize=1_024)
def _new_year(year: int) -> int:
    return day_number(date(year, 1, 1)) * DAY


def _year(at: int) -> int:
    return day_date(at // DAY).year
