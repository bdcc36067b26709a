"""A series as it is told of: whole, with every date, or as the place of one booking within it."""

import msgspec

from cally.errors import not_found
from cally.model.bookings import Booking
from cally.model.series import BookingSeries, Occurrence, SeriesTold
from cally.store import Reader, Writer, series


async def told_of_one(tx: Writer, booking: Booking, now: int) -> SeriesTold | None:
    """The series that a changed booking belongs to, which has changed with it; None for a booking on its own."""
    if booking.series_id is None:
        return None
    stored = await noted(tx, booking, now)
    return told_of(stored, await series.occurrences(tx, stored.id), booking, whole=False)


def told_of(
    stored: BookingSeries,
    occurrences: tuple[Occurrence, ...],
    booking: Booking,
    *,
    whole: bool,
    changed: tuple[str, ...] = (),
) -> SeriesTold:
    """The series as it is told: with every date, or with the place of this booking alone."""
    place = next(one for one in occurrences if one.uid == booking.uid)
    return SeriesTold(
        id=stored.id,
        uid=stored.uid,
        sequence=stored.sequence,
        rhythm=stored.rhythm,
        tz=stored.tz,
        by_rule=stored.by_rule,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        number=place.number,
        planned_at=place.planned_at,
        total=len(occurrences),
        whole=whole,
        occurrences=occurrences if whole else (),
        skipped=stored.skipped if whole else (),
        changed=changed if whole else (booking.uid,),
    )


async def noted(tx: Writer, booking: Booking, now: int, *, is_new: bool = False) -> BookingSeries:
    """The series of a booking, its sequence raised for this change."""
    if not is_new:
        await series.update_sequence(tx, booking.series_id or 0, now=now)
    return await series_of(tx, booking)


async def series_of(db: Reader, booking: Booking) -> BookingSeries:
    """The series that a booking belongs to; raises `not_found` for a booking on its own."""
    found = await series.by_id(db, booking.series_id or 0)
    if found is None:
        raise not_found("series")
    return found


async def only_of(tx: Reader, told: SeriesTold, host_id: int) -> SeriesTold:
    """The same series as another of its hosts has it: the dates of the others are gaps."""
    own = {booking.uid for booking in await series.bookings_of(tx, told.id) if host_id in booking.hosts}
    others = tuple(one.planned_at for one in told.occurrences if one.uid not in own)
    return msgspec.structs.replace(
        told,
        occurrences=tuple(one for one in told.occurrences if one.uid in own),
        skipped=(*told.skipped, *others),
    )


async def without(tx: Reader, told: SeriesTold, host_id: int, lost: list[Booking]) -> SeriesTold:
    """The series as a host has it who takes part in these bookings no more: as they were, they are over for them."""
    own = await only_of(tx, told, host_id)
    was = {booking.uid: booking for booking in lost}
    over = tuple(
        msgspec.structs.replace(one, starts_at=was[one.uid].starts_at, ends_at=was[one.uid].ends_at, status="cancelled")
        for one in told.occurrences
        if one.uid in was
    )
    dates = sorted((*own.occurrences, *over), key=lambda one: one.planned_at)
    gaps = tuple(one.planned_at for one in over)
    return msgspec.structs.replace(
        own,
        occurrences=tuple(dates),
        skipped=tuple(at for at in own.skipped if at not in gaps),
        changed=tuple(was),
    )
