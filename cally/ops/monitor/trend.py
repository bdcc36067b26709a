"""When a disk will be full: the robust slope of what is used, over two weeks and over the last hours."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

HOUR, DAY = 3_600, 86_400
LONG_DAYS = 14
FEWEST_DAYS = 3
SHORT_SECONDS = 8 * HOUR
SHORT_LEAST_SECONDS = 5 * HOUR
FEWEST_HOURS = 6
SHORT_COUNTS_WITHIN_DAYS = 3
RESIZED = 0.001
CLEANED = 0.02
CLEANED_TIMES_USUAL = 4
FURTHEST_DAYS = 3_650


class Usage(NamedTuple):
    """What was used of a disk at an instant."""

    at: int
    used_bytes: int
    total_bytes: int


class Forecast(NamedTuple):
    """How fast a disk fills, and in how many days it would be full; None while it does not fill, or nobody can say.

    `known` is False while there are too few days to say anything.
    """

    known: bool
    bytes_per_day: int
    full_in_days: float | None


UNKNOWN = Forecast(known=False, bytes_per_day=0, full_in_days=None)


def forecast(usage: Sequence[Usage], *, free_bytes: int, now: int) -> Forecast:
    """Look ahead from what was used, oldest first.

    The slope is the median of the slopes between all pairs of days (Theil and Sen), which one odd day does not move. A
    day counts with the most that was used in it, so that what comes and goes within a day, like backups, is not taken
    for a trend. A disk that got another size or was cleaned begins anew. A steady rise over the last eight hours
    counts, too, when it would fill the disk within three days.
    """
    same = _since_resized([one for one in usage if one.at <= now])
    slope = _long_slope(same, now)
    soon = _short_slope(same, now)
    days = [free_bytes / rise for rise in (slope,) if rise is not None and rise > 0]
    if soon is not None and soon > 0 and free_bytes / soon <= SHORT_COUNTS_WITHIN_DAYS:
        days.append(free_bytes / soon)
        slope = soon if slope is None or free_bytes / soon == min(days) else slope
    if slope is None:
        return UNKNOWN
    ahead = min(days, default=None)
    return Forecast(known=True, bytes_per_day=round(slope), full_in_days=_sensible(ahead))


def _sensible(days: float | None) -> float | None:
    return days if days is not None and days <= FURTHEST_DAYS else None


def _since_resized(usage: list[Usage]) -> list[Usage]:
    begin = 0
    for place, (before, after) in enumerate(pairwise(usage), 1):
        if abs(after.total_bytes - before.total_bytes) > before.total_bytes * RESIZED:
            begin = place
    return usage[begin:]


def _long_slope(usage: list[Usage], now: int) -> float | None:
    """Bytes per day over days; None for fewer than three since the disk was cleaned."""
    days: dict[int, Usage] = {}
    for one in usage:
        age = (now - one.at) // DAY
        if age < LONG_DAYS and (age not in days or one.used_bytes > days[age].used_bytes):
            days[age] = one
    highest = _since_cleaned([days[age] for age in sorted(days, reverse=True)])
    if len(highest) < FEWEST_DAYS:
        return None
    return median(_slopes(highest))


def _short_slope(usage: list[Usage], now: int) -> float | None:
    """Bytes per day over the last hours, if three of four pairs of them rise at least so fast; else None."""
    hours: dict[int, Usage] = {}
    for one in _since_cleaned([one for one in usage if now - one.at < SHORT_SECONDS]):
        hours.setdefault((now - one.at) // HOUR, one)
    steady = sorted(hours.values())
    if len(steady) < FEWEST_HOURS or steady[-1].at - steady[0].at < SHORT_LEAST_SECONDS:
        return None
    slopes = sorted(_slopes(steady))
    return slopes[len(slopes) // 4]


def _since_cleaned(usage: list[Usage]) -> list[Usage]:
    """What came after the last great fall: of 2 % of the disk, and more than it usually changes."""
    changes = [after.used_bytes - before.used_bytes for before, after in pairwise(usage)]
    usual = median(map(abs, changes)) if changes else 0
    begin = 0
    for place, change in enumerate(changes, 1):
        if -change > max(usage[place].total_bytes * CLEANED, usual * CLEANED_TIMES_USUAL):
            begin = place
    return usage[begin:]


def _slopes(usage: Sequence[Usage]) -> list[float]:
    return [
        (after.used_bytes - before.used_bytes) / (after.at - before.at) * DAY
        for place, after in enumerate(usage)
        for before in usage[:place]
        if after.at > before.at
    ]
