"""Slots to offer instead of one that cannot be had (R70)."""

from collections.abc import Iterable

from cally.engine.zones import DAY, local_day

NEAR_SECONDS = 7 * DAY


def nearest(starts: Iterable[int], wanted: int, *, count: int, tz: str) -> list[int]:
    """At most `count` starts around the wanted one, in order: the nearest, then the nearest of other days.

    Days are local to `tz`. Days further than a week away come last, after more times of the near days.
    """
    by_distance = sorted(set(starts) - {wanted}, key=lambda start: (abs(start - wanted), start))
    seen: set[int] = set()
    first_of_day: list[int] = []
    others: list[int] = []
    for start in by_distance:
        day = local_day(tz, start)
        if day in seen or (seen and abs(start - wanted) > NEAR_SECONDS):
            others.append(start)
        else:
            first_of_day.append(start)
        seen.add(day)
        if len(first_of_day) == count:
            break
    return sorted((first_of_day + others)[:count])
