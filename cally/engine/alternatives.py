"""Slots to offer instead of one that cannot be had (R70)."""

from collections.abc import Iterable

from cally.engine.zones import DAY, local_day

NEAR_SECONDS = 7 * DAY


def nearest(starts: Iterable[int], wanted: int, *, count: int, tz: str) -> list[int]:
    """At most `count` starts around the wanted one, in order: the nearest half, then the nearest of other days.

    Days are local to `tz`. Days more than a week further away than the nearest start come last, after more times of
    the near days.
    """
    by_distance = sorted(set(starts) - {wanted}, key=lambda start: (abs(start - wanted), start))
    chosen = by_distance[: (count + 1) // 2]
    rest = by_distance[len(chosen) :]
    reach = NEAR_SECONDS + max((abs(start - wanted) for start in chosen[:1]), default=0)
    others = [start for start in rest if abs(start - wanted) > reach]
    near = rest[: len(rest) - len(others)]
    seen = {local_day(tz, start) for start in chosen}
    return sorted(chosen + _spread(near, others, seen, tz, count - len(chosen)))


def _spread(near: list[int], far: list[int], seen: set[int], tz: str, count: int) -> list[int]:
    """The nearest of each day that is not seen yet; where days run out, more of those that are, then the far ones."""
    first_of_day: list[int] = []
    others: list[int] = []
    for start in near:
        day = local_day(tz, start)
        (others if day in seen else first_of_day).append(start)
        seen = seen | {day}
        if len(first_of_day) == count:
            break
    return (first_of_day + others + far)[:count]
