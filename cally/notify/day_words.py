"""The day around a request in the words of its host, as lines and as a picture; and the links that answer it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from cally.day_picture import Block, Tone, day_picture
from cally.model.messages import Snapshot
from cally.notify.day import Day, Stretch
from cally.notify.times import locale_of, when

if TYPE_CHECKING:
    from babel import Locale

HOUR_SECONDS = 3_600
FEWEST_HOURS = 4
TONES: dict[str, Tone] = {
    "request": "request",
    "waiting": "waiting",
    "booking": "booking",
    "hold": "waiting",
    "busy": "busy",
    "block": "busy",
    "free": "free",
}


class DayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of the day: `10:00 – 10:30`, its length in words, and what is then (empty where it has no name)."""

    kind: str
    time: str
    length: str
    what: str


class DayWords(msgspec.Struct, frozen=True, kw_only=True):
    """`Tuesday, September 22, 2026`, and all that is in it."""

    date: str
    zone: str
    lines: tuple[DayLine, ...]
    is_else_empty: bool


class AnswerLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request is answered without signing in; `propose` is empty where no other time can be proposed."""

    accept: str
    decline: str
    propose: str


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a request's message brings its host beside the request; `picture` is the address of one inside the mail."""

    day: DayWords
    links: AnswerLinks
    picture: str = ""


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What some messages bring beside their facts: the day around a request, and where to want no more reminders."""

    around: Around | None = None
    stop_url: str = ""


class ProposedTime(msgspec.Struct, frozen=True, kw_only=True):
    """Another time that the host offers, and where the guest takes it."""

    line: str
    href: str


def proposed_times(snapshot: Snapshot, *, tz: str, locale: str, link: str) -> tuple[ProposedTime, ...]:
    """What was proposed, on the guest's clock; `link` is their page of the booking."""
    length = snapshot.booking.ends_at - snapshot.booking.starts_at
    return tuple(
        ProposedTime(
            line=when(start, start + length, tz=tz, locale=locale).line,
            href=f"{link}/reschedule?{urlencode({'slot': _iso(start), 'tz': tz})}",
        )
        for start in snapshot.proposed
    )


def day_words(day: Day, locale: str) -> DayWords:
    """The day as its host writes it."""
    from babel import dates  # noqa: PLC0415 - heavy: imported where used

    known = locale_of(locale)
    return DayWords(
        date=dates.format_date(_local(day.starts_at, day.tz), "full", known),
        zone=day.tz,
        lines=tuple(
            DayLine(
                kind=one.kind,
                time=_span(one, day.tz, known),
                length=_length(one.ends_at - one.starts_at),
                what=": ".join(part for part in (one.title, one.guest) if part),
            )
            for one in day.stretches
        ),
        is_else_empty=day.is_else_empty,
    )


def day_drawn(day: Day, locale: str) -> bytes:
    """The day as a picture (PNG), from the hour before its first to the hour behind its last thing."""
    known = locale_of(locale)
    first, last = _hours(day)
    blocks = [
        Block((one.starts_at - first) // 60, (one.ends_at - first) // 60, _words(one, day.tz, known), TONES[one.kind])
        for one in day.stretches
    ]
    hours = [((at - first) // 60, _clock(at, day.tz, known)) for at in range(first, last + 1, HOUR_SECONDS)]
    return day_picture(blocks, hours=hours, minutes=(last - first) // 60)


def _hours(day: Day) -> tuple[int, int]:
    """Whole hours around all that the day holds, some room about it, within the day."""
    first = min(one.starts_at for one in day.stretches)
    last = max(one.ends_at for one in day.stretches)
    top = first - (first - day.starts_at) % HOUR_SECONDS
    bottom = last + (day.starts_at - last) % HOUR_SECONDS
    while bottom - top < FEWEST_HOURS * HOUR_SECONDS and (top > day.starts_at or bottom < day.ends_at):
        top, bottom = max(day.starts_at, top - HOUR_SECONDS), min(day.ends_at, bottom + HOUR_SECONDS)
    return top, bottom


def _words(one: Stretch, tz: str, known: "Locale") -> str:
    if one.kind == "free":
        return f"{_length(one.ends_at - one.starts_at)} free"
    what = ": ".join(part for part in (one.title, one.guest) if part)
    return f"{_span(one, tz, known)}  {what}".rstrip()


def _span(one: Stretch, tz: str, known: "Locale") -> str:
    return f"{_clock(one.starts_at, tz, known)} – {_clock(one.ends_at, tz, known)}"


def _clock(instant: int, tz: str, known: "Locale") -> str:
    from babel import dates  # noqa: PLC0415 - heavy: imported where used

    return str(dates.format_time(_local(instant, tz), "short", locale=known))


def _length(seconds: int) -> str:
    """`1 h 30 min`: abbreviations that are written alike in most languages."""
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join(text for number, text in ((hours, f"{hours} h"), (minutes, f"{minutes} min")) if number)


def _iso(instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _local(instant: int, tz: str) -> datetime:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(tz))
