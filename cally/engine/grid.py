"""The grid of starts: counted from each opening's start on its own clock, less the starts that are not free.

A start is on the grid when the wall clock has moved a whole number of steps since the opening's start (rules 6, 26).
Without a change of offset inside the opening, that is simply every step.
"""

from collections.abc import Iterable

from cally.engine.intervals import outside
from cally.engine.openings import Opening
from cally.engine.zones import local, segments_around
from cally.model.rules import EventTypeRules, Interval

Piece = tuple[int, int, int]
"""Starts from, to (excluded), and an instant of the grid: all starts of the piece are whole steps away from it."""


def pieces(rules: EventTypeRules, openings: list[Opening], within: Interval, claimed: list[Interval]) -> list[Piece]:
    """Where starts may lie, by opening and offset; `claimed`, merged, anchors the grid anew when it is optimised."""
    duration, offset = rules.duration_minutes * 60, rules.offset_minutes * 60
    first, last = within
    found: list[Piece] = []
    for start, end, tz in openings:
        since, until = start + offset, min(end, last) - duration + 1
        if since >= until:
            continue
        if rules.grid == "optimised":
            for free_from, free_to in outside(claimed, (start, until)):
                anchor = since if free_from == start else free_from
                _on_clock(found, tz, (max(anchor, first), free_to), anchor)
        else:
            _on_clock(found, tz, (max(since, first), until), since)
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


def on_grid(pieces: Iterable[Piece], start: int, step: int) -> bool:
    """Whether one of the pieces has this start on its grid."""
    return any(since <= start < until and (start - anchor) % step == 0 for since, until, anchor in pieces)


def _on_clock(found: list[Piece], tz: str, starts: Interval, anchor: int) -> None:
    """Add the piece, cut where the zone's offset changes; behind a cut the wall clock carries the grid on."""
    since, until = starts
    if since >= until:
        return
    around = segments_around(tz, since, until)
    if len(around) == 1 or tz == "UTC":
        found.append((since, until, anchor))
        return
    wall = local(tz, anchor)
    for segment_from, segment_to, offset in around:
        if segment_from < until and segment_to > since:
            found.append((max(since, segment_from), min(until, segment_to), wall - offset))
