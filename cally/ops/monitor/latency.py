"""How long requests take: counts by bucket, and the quantiles of them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping

BOUNDS = (
    *(0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.0075),
    *(0.01, 0.015, 0.02, 0.03, 0.05, 0.075),
    *(0.1, 0.15, 0.2, 0.3, 0.5, 0.75),
    *(1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0),
)
SIZE = len(BOUNDS) + 1


def bucket(seconds: float) -> int:
    """The place of the bucket that a duration falls into."""
    return bisect_left(BOUNDS, seconds)


def grown(now: list[int], before: list[int]) -> dict[int, int]:
    """What was added to the counts since they were copied."""
    return {place: count - before[place] for place, count in enumerate(now) if count != before[place]}


def merged(counts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The counts of several stretches together."""
    total: dict[int, int] = {}
    for one in counts:
        for place, count in one.items():
            total[place] = total.get(place, 0) + count
    return total


def quantile(counts: Mapping[int, int], part: float) -> float | None:
    """The seconds within which `part` (0–1) of the requests were answered; None when there were none.

    Requests are taken to lie evenly within their bucket; what took longer than the last bound counts as that bound.
    """
    wanted = sum(counts.values()) * part
    if not wanted:
        return None
    seen = 0
    for place in sorted(counts):
        if seen + counts[place] >= wanted:
            low = BOUNDS[place - 1] if place else 0.0
            high = BOUNDS[min(place, len(BOUNDS) - 1)]
            return low + (high - low) * (wanted - seen) / counts[place]
        seen += counts[place]
    return BOUNDS[-1]
