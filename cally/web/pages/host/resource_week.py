"""The week of a resource, drawn: a line a day with who has it when, in per cent, so that an SVG needs no style."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from cally import engine
from cally.bookings import Use
from cally.model.rules import EventTypeRules, HostRules, Interval, Question, ScheduleRules
from cally.web.pages.host.wording import Words

DAY_MINUTES = 1_440
HOUR_MINUTES = 60
FIRST_MINUTE, LAST_MINUTE = 8 * HOUR_MINUTES, 18 * HOUR_MINUTES
MOST_TICKS = 6
STEPS = (2, 3, 4, 6)
DAYS = 7
YEARS = (2000, 2199)

MarkKind = Literal["open", "own", "others", "hold", "block"]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch on the line of a day."""

    kind: MarkKind
    x: str
    width: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A use in words: when that day, who or what for, and where to look (empty where that is not one's own)."""

    kind: MarkKind
    span: str
    said: str
    href: str
    uid: str


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day: its line, and the same in words."""

    label: str
    is_today: bool
    is_closed: bool
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]


class DrawnWeek(msgspec.Struct, frozen=True, kw_only=True):
    """Seven days over one scale; `ticks` are hours that divide the line into equal parts."""

    days: tuple[Day, ...]
    ticks: tuple[str, ...]
    name: str
    earlier: str
    later: str


class _Scale(msgspec.Struct, frozen=True, kw_only=True):
    """The minutes of the day that are drawn; `mirrored` where lines are read from right to left."""

    first: int
    last: int
    mirrored: bool

    def mark(self, kind: MarkKind, stretch: Interval) -> Mark | None:
        """A stretch of minutes of a day, as far as it is drawn."""
        since, until = max(stretch[0], self.first), min(stretch[1], self.last)
        if since >= until:
            return None
        size = self.last - self.first
        start = self.last - until if self.mirrored else since - self.first
        return Mark(kind=kind, x=f"{100 * start / size:.2f}%", width=f"{100 * (until - since) / size:.2f}%")


def asked_week(text: str, words: Words, week_starts_on: int) -> date:
    """The first day of the week that a date in the address lies in; of this week when it is none."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        on = words.on(words.now)
    on = on if YEARS[0] <= on.year <= YEARS[1] else words.on(words.now)
    return on - timedelta(days=(on.weekday() - week_starts_on) % DAYS)


def midnight(on: date, tz: str) -> int:
    """The first instant of a local date."""
    return int(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(tz)).astimezone(UTC).timestamp())


def drawn(first: date, hours: ScheduleRules | None, uses: Sequence[Use], words: Words, *, mirrored: bool) -> DrawnWeek:
    """The week from `first` on, on the reader's clock; `uses` are those that touch it."""
    days = [first + timedelta(days=number) for number in range(DAYS)]
    bounds = [(midnight(on, words.tz), midnight(on + timedelta(days=1), words.tz)) for on in days]
    opened = _opened(hours, (bounds[0][0], bounds[-1][1]))
    taken = [(use.starts_at, use.ends_at) for use in uses]
    scale = _scale([_on_clock(one, day, words.tz) for day in bounds for one in (*opened, *taken)], mirrored)
    return DrawnWeek(
        days=tuple(_day(on, day, opened, uses, words, scale) for on, day in zip(days, bounds, strict=True)),
        ticks=_ticks(scale, words),
        name=words.stretch(days[0], days[-1]),
        earlier=(first - timedelta(days=DAYS)).isoformat(),
        later=(first + timedelta(days=DAYS)).isoformat(),
    )


def _day(on: date, day: Interval, opened: Sequence[Interval], uses: Sequence[Use], words: Words, scale: _Scale) -> Day:
    clipped = [one for one in (_clipped(stretch, day) for stretch in opened) if one]
    marks = [scale.mark("open", _on_clock(one, day, words.tz) or (0, 0)) for one in clipped]
    lines = []
    for use in uses:
        part = _clipped((use.starts_at, use.ends_at), day)
        if part is not None:
            line = _line(use, part, words)
            lines.append(line)
            marks.append(scale.mark(line.kind, _on_clock(part, day, words.tz) or (0, 0)))
    return Day(
        label=words.long_day(on),
        is_today=on == words.on(words.now),
        is_closed=not clipped,
        marks=tuple(mark for mark in marks if mark is not None),
        lines=tuple(lines),
    )


def _line(use: Use, part: Interval, words: Words) -> Line:
    kind: MarkKind = "others"
    said, href = f"booked by {use.by}" if use.by else "booked", ""
    if use.booking is not None:
        kind, said = "own", f"{use.booking.guest.name} · {use.booking.terms.title}"
        href = f"/app/bookings/{use.uid}"
    elif use.kind == "hold":
        kind, said = "hold", "somebody is booking it right now"
    elif use.kind == "block":
        kind, said = "block", use.note or "closed"
    return Line(kind=kind, span=words.opening(part), said=said, href=href, uid=use.uid)


def _opened(hours: ScheduleRules | None, window: Interval) -> tuple[Interval, ...]:
    if hours is None:
        return (window,)
    host = HostRules(id="resource", schedule=hours)
    rules = EventTypeRules(duration_minutes=1)
    asked = Question(now=window[0], window=window, event_type=rules, hosts=(host,), want=("openings",))
    return engine.openings(asked)[host.id]


def _clipped(stretch: Interval, day: Interval) -> Interval | None:
    since, until = max(stretch[0], day[0]), min(stretch[1], day[1])
    return (since, until) if since < until else None


def _on_clock(stretch: Interval, day: Interval, tz: str) -> Interval | None:
    """A stretch as minutes of the day's clock, as far as it lies in that day."""
    part = _clipped(stretch, day)
    if part is None:
        return None
    first, last = (_minute(at, tz) for at in part)
    return first, DAY_MINUTES if part[1] == day[1] else last


def _minute(at: int, tz: str) -> int:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(tz))
    return local.hour * HOUR_MINUTES + local.minute


def _scale(found: Sequence[Interval | None], mirrored: bool) -> _Scale:
    """The working day, widened on whole steps to what there is; what is there all day widens nothing."""
    parts = [part for part in found if part is not None and part != (0, DAY_MINUTES)]
    first = min([FIRST_MINUTE, *(part[0] for part in parts)]) // HOUR_MINUTES
    last = -(-max([LAST_MINUTE, *(part[1] for part in parts)]) // HOUR_MINUTES)
    step = _step(last - first)
    last = first + -(-(last - first) // step) * step
    if last * HOUR_MINUTES > DAY_MINUTES:
        first, last = DAY_MINUTES // HOUR_MINUTES - (last - first), DAY_MINUTES // HOUR_MINUTES
    return _Scale(first=max(first, 0) * HOUR_MINUTES, last=last * HOUR_MINUTES, mirrored=mirrored)


def _step(hours: int) -> int:
    return next(step for step in STEPS if hours <= step * MOST_TICKS)


def _ticks(scale: _Scale, words: Words) -> tuple[str, ...]:
    step = _step((scale.last - scale.first) // HOUR_MINUTES) * HOUR_MINUTES
    return tuple(words.minute(minute) for minute in range(scale.first, scale.last, step))
