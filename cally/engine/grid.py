"""The grid of starts: counted from each opening's start on its own clock, less the starts that are not free.

A start is on the grid when the wall clock has moved a whole number of steps since the opening's start (rules 6, 26).
Without a change of offset inside the opening, that is simply every step.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from cally.engine.intervals import outside
from cally.engine.openings import Opening
from cally.engine.zones import local, segments_around
from cally.model.rules import EventTypeRules, Interval

Piece = tuple[int, int, int]
"""Starts from, to (excluded), and an instant of the grid: all starts of the piece are whole steps away from it."""


def step_of(rules: EventTypeRules) -> int:
    """Seconds from one start of the grid to the next."""
    return (rules.step_minutes or rules.duration_minutes) * 60


def pieces(rules: EventTypeRules, openings: list[Opening], within: Interval, claimed: list[Interval]) -> list[Piece]:
    """Where starts may lie, by opening and offset; `claimed`, merged, anchors the grid anew when it is optimised."""
    duration, offset = rules.duration_minutes * 60, rules.offset_minutes * 60
    first, last = within
    changes = _changes(openings)
    found: list[Piece] = []
    for start, end, tz in openings:
        since, until = start + offset, (end if end < last else last) - duration + 1
        if until <= since or until <= first:
            continue
        stretches = [(since, until)]
        if rules.grid == "optimised":
            free = outside(claimed, (start, until))
            stretches = [(since if free_from == start else free_from, free_to) for free_from, free_to in free]
        for anchor, end_of_starts in stretches:
            if bisect_right(changes[tz], anchor) != bisect_left(changes[tz], end_of_starts):
                found.extend(_cut(tz, anchor, max(anchor, first), end_of_starts))
            elif end_of_starts > first and end_of_starts > anchor:
                found.append((anchor if anchor > first else first, end_of_starts, anchor))
    return found


def starts(pieces: Iterable[Piece], blocked: list[Interval], step: int) -> list[int]:
    """The grid's starts in these sorted pieces that lie in no blocked interval; `blocked` is merged."""
    found: list[int] = []
    index, count = 0, len(blocked)
    for since, until, anchor in pieces:
        at = since
        while index < count and blocked[index][1] <= at:
            index += 1
        ahead = index
        while ahead < count:
            start, end = blocked[ahead]
            if start >= until:
                break
            if start > at:
                found.extend(range(at + (anchor - at) % step, start, step))
            at = end
            ahead += 1
        if at < until:
            found.extend(range(at + (anchor - at) % step, until, step))
    return found


def kept(starts: list[int], pieces: list[Piece], step: int) -> list[int]:
    """Those of sorted starts that are on the grid of these sorted pieces too."""
    found: list[int] = []
    at, count = 0, len(starts)
    for since, until, anchor in pieces:
        at = bisect_left(starts, since, at)
        while at < count and starts[at] < until:
            if not (starts[at] - anchor) % step:
                found.append(starts[at])
            at += 1
    return found


def on_grid(pieces: Iterable[Piece], start: int, step: int) -> bool:
    """Whether one of the pieces has this start on its grid."""
    return any(since <= start < until and (start - anchor) % step == 0 for since, until, anchor in pieces)


def _changes(openings: list[Opening]) -> dict[str, list[int]]:
    """Of each zone the instants at which its offset changes while something is open."""
    since, until = openings[0][0], openings[-1][1]
    return {tz: [start for start, _, _ in segments_around(tz, since, until)[1:]] for tz in {o[2] for o in openings}}


def _cut(tz: str, anchor: int, since: int, until: int) -> Iterator[Piece]:
    """The piece, cut where the zone's offset changes; behind a cut the wall clock carries the grid on."""
    wall = local(tz, anchor)
    for segment_from, segment_to, offset in segments_around(tz, since, until):
        first, last = max(since, segment_from), min(until, segment_to)
        if first < last:
            yield first, last, wall - offset
