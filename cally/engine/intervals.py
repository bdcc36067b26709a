"""Arithmetic on half-open intervals `[start, end)` of integers."""

from collections.abc import Iterable

from cally.model.rules import Interval


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as few sorted intervals: what overlaps or touches becomes one (rules 20, 21)."""
    ordered = sorted(intervals)
    if len(ordered) < 2:
        return ordered
    found = []
    start, end = ordered[0]
    for next_start, next_end in ordered:
        if next_start > end:
            found.append((start, end))
            start, end = next_start, next_end
        elif next_end > end:
            end = next_end
    found.append((start, end))
    return found


def intersection(these: list[Interval], those: list[Interval]) -> list[Interval]:
    """The instants that lie in both; each list is merged."""
    found = []
    index, count = 0, len(those)
    for start, end in these:
        while index < count and those[index][1] <= start:
            index += 1
        ahead = index
        while ahead < count:
            since, until = those[ahead]
            if since >= end:
                break
            found.append((since if since > start else start, until if until < end else end))
            ahead += 1
    return found


def outside(intervals: list[Interval], within: Interval) -> list[Interval]:
    """What a merged list leaves free of `within`."""
    free = []
    at, last = within
    for start, end in intervals:
        if start >= last:
            break
        if start > at:
            free.append((at, start))
        at = max(at, end)
    if at < last:
        free.append((at, last))
    return free


def clipped(intervals: Iterable[Interval], within: Interval) -> list[Interval]:
    """The parts of the intervals that lie in `within`."""
    first, last = within
    return [(max(start, first), min(end, last)) for start, end in intervals if start < last and end > first]
