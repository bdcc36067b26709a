"""Caps: local days, weeks, months and years that are full and take no more starts (rules 18, 43-45)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from cally.engine.claims import Claims
from cally.engine.openings import zone_of
from cally.engine.zones import day_date, day_number, day_start, days, local_day
from cally.model.facts import CapUse
from cally.model.rules import DAYS, Cap, EventTypeRules, HostRules, Interval

EVER: Interval = (-(10**6), 10**6)

Tally = dict[int, tuple[int, int]]
"""Local day → bookings and booked seconds that start on it."""

FullCap = tuple[Cap, frozenset[Interval]]
"""A cap and its full periods, as first and last day; `EVER` when it leaves room for no booking at all."""


def full(rules: EventTypeRules, host: HostRules, claims: Claims, within: Interval) -> list[Interval]:
    """The instants in `within` at which no booking may start because a cap of theirs is reached; not merged."""
    tz = zone_of(host)
    return [
        interval
        for _, periods in full_caps(rules, host, claims)
        for first, last in periods
        for interval in days(tz, first, last, within)
    ]


def full_caps(rules: EventTypeRules, host: HostRules, claims: Claims) -> list[FullCap]:
    """Each cap with the periods that it closes."""
    return [(cap, frozenset(_full_periods(cap, tally, rules, host))) for cap, tally in _capped(rules, host, claims)]


def cap_reached(caps: Iterable[FullCap], host: HostRules, start: int) -> tuple[Cap, int] | None:
    """The first of the caps that forbids this start, and the instant at which its period is over."""
    day = local_day(zone_of(host), start)
    for cap, periods in caps:
        this = period(cap, day, host)
        if this in periods or EVER in periods:
            return cap, day_start(zone_of(host), this[1] + 1, start)
    return None


def cap_use(rules: EventTypeRules, host: HostRules, claims: Claims, start: int) -> CapUse | None:
    """How full the first cap is that forbids this start."""
    day = local_day(zone_of(host), start)
    for index, (cap, tally) in enumerate(_capped(rules, host, claims)):
        first, last = period(cap, day, host)
        if any(since <= day <= until for since, until in _full_periods(cap, tally, rules, host)):
            bookings, seconds = (sum(amounts) for amounts in zip((0, 0), *_within(tally, first, last), strict=True))
            return CapUse(
                cap=cap,
                scope="event_type" if index < len(rules.caps) else "host",
                used=bookings if cap.bookings is not None else seconds // 60,
                from_on=day_date(first),
                to_on=day_date(last),
            )
    return None


def period(cap: Cap, day: int, host: HostRules) -> Interval:
    """First and last day of the cap's period that a day lies in."""
    if cap.per == "day":
        return day, day
    if cap.per == "week":
        first = day - (day + 3 - DAYS.index(host.week_starts_on)) % 7
        return first, first + 6
    on = day_date(day)
    if cap.per == "year":
        return day_number(date(on.year, 1, 1)), day_number(date(on.year, 12, 31))
    next_month = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    return day_number(on.replace(day=1)), day_number(next_month) - 1


def _capped(rules: EventTypeRules, host: HostRules, claims: Claims) -> Iterator[tuple[Cap, Tally]]:
    """Each cap with what it counts: the event type's own claims, and for the host's caps all."""
    if rules.caps:
        same = _tally(host, [claim for claim in claims if claim.same_event_type])
        yield from ((cap, same) for cap in rules.caps)
    if host.caps:
        every = _tally(host, claims)
        yield from ((cap, every) for cap in host.caps)


def _tally(host: HostRules, claims: Claims) -> Tally:
    tz = zone_of(host)
    tally: Tally = defaultdict(lambda: (0, 0))
    for claim in claims:
        day = local_day(tz, claim.starts_at)
        bookings, seconds = tally[day]
        tally[day] = bookings + 1, seconds + claim.ends_at - claim.starts_at
    return tally


def _within(tally: Tally, first: int, last: int) -> list[tuple[int, int]]:
    return [amounts for day, amounts in tally.items() if first <= day <= last]


def _full_periods(cap: Cap, tally: Tally, rules: EventTypeRules, host: HostRules) -> Iterable[Interval]:
    """The periods in which one more booking of this duration would be more than the cap allows."""
    if cap.bookings is not None:
        which, room = 0, cap.bookings - 1
    else:
        which, room = 1, ((cap.minutes or 0) - rules.duration_minutes) * 60
    if room < 0:
        return [EVER]
    used: dict[Interval, int] = defaultdict(int)
    for day, amounts in tally.items():
        used[period(cap, day, host)] += amounts[which]
    return [when for when, amount in used.items() if amount > room]
