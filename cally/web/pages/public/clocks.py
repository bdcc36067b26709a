"""One time on two clocks, in words: the guest's, and the host's where it differs (rules 2, 11 and 75)."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from cally.web.dates import Words, city, local, offset
from cally.web.pages.public.chosen import iso


class When(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time as a guest reads it; `other` is empty when the host's clock shows the same."""

    day: str
    clock: str
    zone: str
    other: str


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Whose clock is shown beside the guest's: `Mara`, `America/New_York`."""

    first: str
    tz: str


def when(words: Words, starts_at: int, ends_at: int, *, tz: str, home: Home | None) -> When:
    """`Tuesday 24 November`, `17:00–17:30`, `Berlin`, `11:00 for Mara in New York`."""
    on = local(starts_at, tz).date()
    return When(
        day=words.day(on),
        clock=words.span(starts_at, ends_at, tz),
        zone=city(tz),
        other=_other(words, starts_at, tz, home.first, home.tz) if home is not None else "",
    )


def short(words: Words, starts: Iterable[int], tz: str) -> list[tuple[str, str, str]]:
    """Each start as forms write it, its day and its time: `2026-11-24T16:00Z`, `Tue 24 Nov`, `17:00`."""
    return [(iso(start), words.short_day(local(start, tz).date()), words.time(start, tz)) for start in starts]


def first_name(name: str) -> str:
    """`Mara` for Mara Lindqvist; the whole name when it starts with a title such as `Dr.`."""
    first = name.split(maxsplit=1)[0] if name.split() else name
    return name if first.endswith(".") else first


def times(words: Words, starts: list[int], tz: str) -> list[str]:
    """The clock times of one day's starts; two alike, on the day clocks go back, are told apart (rule 2)."""
    plain = [words.time(start, tz) for start in starts]
    return [
        f"{text} {offset(start, tz)}" if plain.count(text) > 1 else text
        for start, text in zip(starts, plain, strict=True)
    ]


def _other(words: Words, at: int, tz: str, first: str, host_tz: str) -> str:
    mine, theirs = local(at, tz).replace(tzinfo=None), local(at, host_tz).replace(tzinfo=None)
    if mine == theirs:
        return ""
    day = "" if mine.date() == theirs.date() else f"{words.short_day(theirs.date())}, "
    return f"{day}{words.time(at, host_tz)} for {first} in {city(host_tz)}"


def utc(instant: int) -> datetime:
    """An instant on UTC's clock."""
    return datetime.fromtimestamp(instant, UTC)
