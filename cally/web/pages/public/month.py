"""The month grid: only the future, rolling on into the next month."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from cally.web.dates import Words
from cally.web.pages.public.chosen import Links
from cally.web.rendering import counted, translated

FEWEST_WEEKS = 5
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
MONDAY = date(2024, 1, 1)
SOME, MANY = 4, 9


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One square. `free` is 0 for none, then 1 to 3: a few, some, many. `is_full`: none, but some to wait for."""

    iso: str
    number: str
    free: int
    label: str
    href: str
    style: str
    month: str
    is_chosen: bool
    is_full: bool = False


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """The grid with its heading; squares before today are None, as are addresses of months that cannot be had."""

    id: str
    name: str
    weekdays: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day | None, ...], ...]
    earlier: str | None
    later: str | None


def month(
    first: date, *, today: date, last: date, chosen: date | None, counts: Mapping[date, int], words: Words, links: Links
) -> Month:
    """The month that starts on `first`, with a link for each date in `counts`: 0 means that all its times are full."""
    top, end = max(first, today), _next(first) - DAY
    weeks: list[tuple[Day | None, ...]] = []
    start = top - timedelta(days=(top.weekday() - words.first_weekday) % 7)
    while start <= end or len(weeks) < FEWEST_WEEKS:
        days = (start + timedelta(days=number) for number in range(7))
        weeks.append(tuple(_day(on, first, today, chosen, counts, words, links) if on >= top else None for on in days))
        start += WEEK
    shown_to = start - DAY
    earlier = (first - DAY).replace(day=1)
    return Month(
        id=first.isoformat()[:7],
        name=words.months(top, shown_to) if shown_to - end > WEEK else words.month(first),
        weekdays=_weekdays(words),
        weeks=tuple(weeks),
        earlier=links.to(month=earlier.isoformat()[:7]) if first > today else None,
        later=links.to(month=_next(first).isoformat()[:7]) if _next(first) <= last else None,
    )


def _day(
    on: date,
    first: date,
    today: date,
    chosen: date | None,
    counts: Mapping[date, int],
    words: Words,
    links: Links,
) -> Day:
    free, out = counts.get(on, 0), on.month != first.month
    is_full = not free and on in counts
    said = translated("full, with a waitlist") if is_full else counted(free, "{n} time free", "{n} times free")
    label = f"{words.day_and_year(on)}, {said}" if on in counts else ""
    return Day(
        iso=on.isoformat(),
        number=words.number(on.day),
        free=0 if not free else 1 if free < SOME else 2 if free < MANY else 3,
        label=label,
        href=links.to(month=first.isoformat()[:7], date=on.isoformat()),
        style="bk-day" + " today" * (on == today),
        month=words.short_month(on) if out and on.day == 1 else "",
        is_chosen=on == chosen,
        is_full=is_full,
    )


def _weekdays(words: Words) -> tuple[tuple[str, str], ...]:
    days = [MONDAY + timedelta(days=words.first_weekday + number) for number in range(7)]
    return tuple((words.weekday(on, short=True), words.weekday(on)) for on in days)


def _next(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
