"""Does memory grow? A robust slope over the last hours, which warm-up, one odd hour and what comes back do not move."""

from collections.abc import Sequence
from statistics import median
from typing import Literal, NamedTuple

from cally.amounts import amount
from cally.model.samples import Point

HOUR = 3_600
MIB = 1_048_576
WARM_UP_SECONDS = 30 * 60
WINDOWS_SECONDS = (8 * HOUR, 48 * HOUR)
LEAST_SECONDS = 3 * HOUR
STRETCHES = 24
STEEP_BYTES_PER_HOUR = 4 * MIB
LEAST_GROWTH_BYTES = 48 * MIB
LEAST_GROWTH = 1.25
DEGRADED_OF_LIMIT, FAILING_OF_LIMIT = 0.8, 0.95

Verdict = tuple[Literal["ok", "degraded", "failing"], str]


class Growth(NamedTuple):
    """How fast memory grows, over how long, and from what to what (bytes)."""

    bytes_per_hour: int
    seconds: int
    from_bytes: int
    to_bytes: int

    @property
    def alarming(self) -> bool:
        """Whether it is steep, much, and goes on."""
        much = self.to_bytes - self.from_bytes >= LEAST_GROWTH_BYTES and (
            self.to_bytes >= LEAST_GROWTH * self.from_bytes
        )
        return much and self.bytes_per_hour >= STEEP_BYTES_PER_HOUR


def growth(points: Sequence[Point], *, started_at: int, now: int) -> Growth | None:
    """The growth since the process was warm, over hours and over days: the more alarming of both.

    None while there is too little to say. Of each stretch only the least counts, for what a collection takes back is no
    growth; the slope is the median of the slopes between all pairs (Theil and Sen), and counts only as far as the last
    third goes on growing: what has come to rest is no leak.
    """
    found = [_within(points, max(started_at + WARM_UP_SECONDS, now - window), now) for window in WINDOWS_SECONDS]
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: (one.alarming, one.bytes_per_hour), default=None)


def _within(points: Sequence[Point], since: int, now: int) -> Growth | None:
    known = [point for point in points if since <= point.at <= now]
    if not known or known[-1].at - known[0].at < LEAST_SECONDS:
        return None
    floor = _floor(known)
    third = len(floor) // 3
    if third < 3:
        return None
    slope = min(_slope(floor), _slope(floor[-third:]))
    return Growth(
        bytes_per_hour=round(slope * HOUR),
        seconds=known[-1].at - known[0].at,
        from_bytes=min(point.value for point in floor[:third]),
        to_bytes=min(point.value for point in floor[-third:]),
    )


def _floor(points: Sequence[Point]) -> list[Point]:
    """The least of each of some equal stretches."""
    begins, length = points[0].at, max(1, points[-1].at - points[0].at)
    least: dict[int, Point] = {}
    for point in points:
        place = min(STRETCHES - 1, (point.at - begins) * STRETCHES // length)
        if place not in least or point.value < least[place].value:
            least[place] = point
    return [least[place] for place in sorted(least)]


def judged(found: Growth | None, *, used_bytes: int, limit_bytes: int | None) -> Verdict:
    """What the health check says; the limit counts first, for at it the system ends the process."""
    share = used_bytes / limit_bytes if limit_bytes else 0.0
    uses = f"Cally uses {amount(used_bytes)} of memory"
    if limit_bytes and share >= DEGRADED_OF_LIMIT:
        grave = share >= FAILING_OF_LIMIT
        return (
            "failing" if grave else "degraded",
            f"{uses}, {round(share * 100)} % of what it may ({amount(limit_bytes)}).",
        )
    if found is not None and found.alarming:
        hours = round(found.seconds / HOUR)
        sentence = (
            f"{uses}, and each hour {amount(found.bytes_per_hour)} more: it never used less than "
            f"{amount(found.from_bytes)}, within {hours} hours that has become {amount(found.to_bytes)}."
        )
        return "degraded", sentence
    return "ok", f"{uses}." if found is None else f"{uses}; it does not grow."


def _slope(points: Sequence[Point]) -> float:
    slopes = [
        (later.value - earlier.value) / (later.at - earlier.at)
        for number, earlier in enumerate(points)
        for later in points[number + 1 :]
        if later.at > earlier.at
    ]
    return median(slopes) if slopes else 0.0
