"""A zone's rules around a year as a VTIMEZONE (RFC 5545 3.6.5), made from the same zone data that bookings are.

The library's own generator gives the onset of daylight time in the wrong offset, an hour late; hence this one.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from icalendar import Timezone

STEP = timedelta(days=1)
SECOND = timedelta(seconds=1)


class Observance(msgspec.Struct, frozen=True, kw_only=True):
    """What a zone's clocks show between two transitions."""

    offset: timedelta
    name: str
    daylight: bool


@lru_cache(maxsize=256)
def vtimezone(tz: str, year: int, last: int | None = None) -> "Timezone":
    """The zone from the year before `year` to the year after it, or after `last`. It is shared: do not change it."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - heavy: imported where used

    component = Timezone()
    component.add("tzid", tz)
    for (before, after), onsets in _observances(ZoneInfo(tz), year, last or year).items():
        part = TimezoneDaylight() if after.daylight else TimezoneStandard()
        part.add("dtstart", onsets[0])
        part.add("tzoffsetfrom", before.offset)
        part.add("tzoffsetto", after.offset)
        part.add("tzname", after.name)
        for onset in onsets if onsets[1:] else ():
            part.add("rdate", [onset])  # one each, the first among them: ical.js reads no more, and then no DTSTART
        component.add_component(part)
    return component


def _observances(zone: ZoneInfo, year: int, last: int) -> dict[tuple[Observance, Observance], list[datetime]]:
    """Per kind of transition its onsets, as wall times in the offset before it."""
    start, end = datetime(max(year - 1, 1), 1, 1, tzinfo=UTC), datetime(last + 2, 1, 1, tzinfo=UTC)
    first = _observance(zone, start)
    found = {(first, first): [_wall(start, first)]}
    days = [start + STEP * number for number in range((end - start).days + 1)]
    for early, late in pairwise(days):
        before, after = _observance(zone, early), _observance(zone, late)
        if before != after:
            found.setdefault((before, after), []).append(_wall(_transition(zone, early, late), before))
    return found


def _transition(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The first second of what holds at `late`, by halving."""
    after = _observance(zone, late)
    while late - early > SECOND:
        middle = early + timedelta(seconds=(late - early) // SECOND // 2)
        if _observance(zone, middle) == after:
            late = middle
        else:
            early = middle
    return late


def _observance(zone: ZoneInfo, instant: datetime) -> Observance:
    local = instant.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return Observance(offset=offset, name=local.tzname() or str(offset), daylight=bool(local.dst()))


def _wall(instant: datetime, shown: Observance) -> datetime:
    return (instant + shown.offset).replace(tzinfo=None)
