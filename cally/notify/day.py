"""The day around a request: what its host has in the calendar then, where the gaps are, and the request itself."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from cally.model.bookings import Booking
from cally.store import Reader, bookings, calendars, occupancy

StretchKind = Literal["request", "booking", "waiting", "hold", "busy", "block", "free"]
SHORTEST_GAP_SECONDS = 5 * 60


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the day, clipped to it. `title` and `guest` are of a booking, or of the calendar that says busy."""

    kind: StretchKind
    starts_at: int
    ends_at: int
    title: str = ""
    guest: str = ""


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A host's local day with all that is in it, in order of its start; gaps between two things are `free`."""

    tz: str
    starts_at: int
    ends_at: int
    stretches: tuple[Stretch, ...]

    @property
    def is_else_empty(self) -> bool:
        """Whether the request is all that the day holds."""
        return all(stretch.kind == "request" for stretch in self.stretches)


async def day_around(db: Reader, booking: Booking, *, host_id: int, tz: str) -> Day:
    """The day on which a booking begins, by its host's clock; named in full, so for that host's eyes alone."""
    first, last = _bounds(booking.starts_at, tz)
    found = [Stretch(kind="request", starts_at=booking.starts_at, ends_at=booking.ends_at, **_named(booking))]
    for row in await occupancy.list_between(db, host_id, first, last):
        if row.uid != booking.uid:
            other = await bookings.by_uid(db, row.uid) if row.kind == "booking" else None
            found.append(_of_claim(row.kind, row.starts_at, row.ends_at, other))
    for starts_at, ends_at, name in await calendars.list_named_busy(db, host_id, first, last):
        found.append(Stretch(kind="busy", starts_at=starts_at, ends_at=ends_at, title=name))
    within = [
        msgspec.structs.replace(one, starts_at=max(one.starts_at, first), ends_at=min(one.ends_at, last))
        for one in found
        if one.starts_at < last and one.ends_at > first
    ]
    ordered = sorted(dict.fromkeys(within), key=lambda one: (one.starts_at, one.ends_at))
    return Day(tz=tz, starts_at=first, ends_at=last, stretches=tuple(_with_gaps(ordered)))


def _of_claim(
    kind: Literal["booking", "hold", "block"], starts_at: int, ends_at: int, other: Booking | None
) -> Stretch:
    if other is None:
        return Stretch(kind="busy" if kind == "booking" else kind, starts_at=starts_at, ends_at=ends_at)
    shown: StretchKind = "waiting" if other.status == "pending" else "booking"
    return Stretch(kind=shown, starts_at=starts_at, ends_at=ends_at, **_named(other))


def _named(booking: Booking) -> dict[str, str]:
    """Seats of one session are one line: who comes is told elsewhere."""
    return {"title": booking.terms.title, "guest": "" if booking.is_seat else booking.guest.name}


def _with_gaps(stretches: list[Stretch]) -> list[Stretch]:
    """The same with what is free between them; the time before the first and behind the last is not said."""
    found: list[Stretch] = []
    until: int | None = None
    for stretch in stretches:
        if until is not None and stretch.starts_at - until >= SHORTEST_GAP_SECONDS:
            found.append(Stretch(kind="free", starts_at=until, ends_at=stretch.starts_at))
        found.append(stretch)
        until = max(until or stretch.ends_at, stretch.ends_at)
    return found


def _bounds(instant: int, tz: str) -> tuple[int, int]:
    """Local midnight before and after an instant: 23 or 25 hours apart when clocks change."""
    zone = ZoneInfo(tz)
    on = datetime.fromtimestamp(instant, UTC).astimezone(zone).date()
    first, last = (datetime.combine(day, time(), zone) for day in (on, on + timedelta(days=1)))
    return int(first.timestamp()), int(last.timestamp())
