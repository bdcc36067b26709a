"""The day around a time, drawn: stretches as percentages of a line, so that an SVG needs neither script nor style."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from cally.bookings import Explanation, Party
from cally.model.rules import Interval
from cally.web.pages.host.why_words import claim_line
from cally.web.pages.host.wording import Words

HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400
LEAST_SECONDS = 6 * HOUR_SECONDS
STEPS = (1, 2, 3, 4, 6, 8, 12, 24, 48, 96, 168)
MOST_TICKS = 5
EDGE = 5  # per cent
WHOLE = 100

MarkKind = Literal["open", "busy", "booking", "hold", "block", "buffer", "slot", "asked"]
Anchor = Literal["start", "middle", "end"]
ORDER: tuple[MarkKind, ...] = ("open", "buffer", "busy", "block", "booking", "hold")


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch on the line: where it begins and how wide it is, in per cent; `label` says what it is."""

    kind: MarkKind
    x: str
    width: str
    label: str = ""


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A point on the line with its time of day; at an edge the text stands beside it."""

    x: str
    label: str
    anchor: Anchor


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One host's or resource's line."""

    name: str
    marks: tuple[Mark, ...]


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """All lines over one scale. `asked` lies across them, `slots` stand on the last line."""

    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    slots: tuple[Mark, ...]
    asked: Mark
    kinds: tuple[MarkKind, ...]


class _Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The stretch that is drawn."""

    first: int
    last: int

    def x(self, at: int) -> float:
        """Where an instant lies, in per cent."""
        return WHOLE * (at - self.first) / (self.last - self.first)

    def mark(self, kind: MarkKind, stretch: Interval, label: str = "") -> Mark | None:
        since, until = max(stretch[0], self.first), min(stretch[1], self.last)
        if since >= until:
            return None
        left, width = self.x(since), self.x(until) - self.x(since)
        return Mark(kind=kind, x=f"{left:.2f}%", width=f"{width:.2f}%", label=label)


def drawing(told: Explanation, words: Words) -> Drawing:
    """The openings, claims, buffers and slots around the asked time, as far as something is there."""
    taking_part = [party for party in told.parties if party.takes_part]
    scale = _scale(told, taking_part)
    rows = tuple(Row(name=party.name, marks=tuple(_marks(told, party, words, scale))) for party in taking_part)
    asked = scale.mark("asked", (told.starts_at, told.ends_at), words.span(told.starts_at, told.ends_at))
    found = {mark.kind for row in rows for mark in row.marks}
    slots = (scale.mark("slot", (start, start + 1), words.clock(start)) for start in told.slots)
    return Drawing(
        rows=rows,
        ticks=tuple(_ticks(told, scale, words)),
        slots=tuple(mark for mark in slots if mark is not None),
        asked=asked or Mark(kind="asked", x="0%", width="0%"),
        kinds=tuple(kind for kind in ORDER if kind in found),
    )


def _scale(told: Explanation, parties: list[Party]) -> _Scale:
    """From an hour before the first thing of the day to an hour after the last, on whole hours."""
    first, last = min(told.shown[0], told.starts_at), max(told.shown[1], told.ends_at)
    points = [told.starts_at, told.ends_at]
    for party in parties:
        stretches = [*party.openings, *((claim.starts_at, claim.ends_at) for claim in party.claims)]
        points.extend(min(max(at, first), last) for stretch in stretches for at in stretch)
    since = max(first, first + (min(points) - first) // HOUR_SECONDS * HOUR_SECONDS - HOUR_SECONDS)
    until = min(last, first - (first - max(points)) // HOUR_SECONDS * HOUR_SECONDS + HOUR_SECONDS)
    return _Scale(first=since, last=max(until, since + LEAST_SECONDS))


def _marks(told: Explanation, party: Party, words: Words, scale: _Scale) -> Iterable[Mark]:
    found: list[Mark | None] = [scale.mark("open", stretch, words.opening(stretch)) for stretch in party.openings]
    rules = told.offer.event_type.rules
    for claim in party.claims:
        before = max(rules.buffer_after_minutes, claim.buffer_before_minutes) * 60
        after = max(rules.buffer_before_minutes, claim.buffer_after_minutes) * 60
        found.append(scale.mark("buffer", (claim.starts_at - before, claim.starts_at)))
        found.append(scale.mark("buffer", (claim.ends_at, claim.ends_at + after)))
        found.append(scale.mark(claim.kind, (claim.starts_at, claim.ends_at), claim_line(claim, words).text))
    return sorted((mark for mark in found if mark is not None), key=lambda mark: ORDER.index(mark.kind))


def _ticks(told: Explanation, scale: _Scale, words: Words) -> Iterable[Tick]:
    """Whole hours of the day, few enough for a phone; of a stay its days."""
    hours = (scale.last - scale.first) / HOUR_SECONDS
    step = next((step for step in STEPS if hours / step <= MOST_TICKS), STEPS[-1]) * HOUR_SECONDS
    for at in range(told.shown[0], scale.last + 1, step):
        if at >= scale.first:
            x = scale.x(at)
            label = words.clock(at) if step < DAY_SECONDS else words.day(words.on(at))
            anchor: Anchor = "start" if x < EDGE else "end" if x > WHOLE - EDGE else "middle"
            yield Tick(x=f"{x:.2f}%", label=label, anchor=anchor)
