"""Keeping a booking's clock time or its instant under new zone rules, in the caller's transaction (rule 9)."""

import msgspec

from cally.bookings.claims import session
from cally.bookings.judging import refusal
from cally.bookings.offers import Offer, narrowed, offer_of
from cally.bookings.seating import terms_now
from cally.bookings.stays import lasting_when_moved
from cally.bookings.telling import announce
from cally.engine.time_law import instant_kept, reading
from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.bookings import LIVE, Booking
from cally.model.messages import ClockChange
from cally.model.options import Keeps
from cally.model.rules import Refusal
from cally.model.time_law import Case
from cally.model.zones import tzdata_version
from cally.store import Reader, Writer, audit, bookings, occupancy, time_law

PARKING = 100 * 366 * 86_400  # where nobody books: the seats of one session wait there until all have left their time


async def keep(tx: Writer, uid: str, what: Keeps, *, now: int, actor: Actor) -> Booking | Refusal:
    """Keep the clock time or the instant of a booking, and of the seats of its session, and tell all of it.

    Raises `conflict` when no decision waits, `not_found`, and `Overlap` when the database refuses the new instant.
    """
    booking = await get_booking(tx, uid)
    case = await time_law.case_of(tx, booking.id)
    if case is not None and case.outcome == what and booking.tzdata_version == tzdata_version():
        return booking
    _require_open(booking, case, now)
    if what == "instant":
        for one in await _together(tx, booking):
            await tell_of_clock(tx, one, await _told(tx, one), now=now, actor=actor)
    else:
        refused = await _keep_wall_time(tx, booking, now, actor)
        if refused is not None:
            return refused
    return await get_booking(tx, uid)


async def tell_of_clock(tx: Writer, booking: Booking, told: dict[str, str], *, now: int, actor: Actor) -> Booking:
    """Keep a booking's instant by the rules in use, and tell all what their clocks will show."""
    kept = msgspec.structs.replace(
        booking,
        starts_local=reading(booking.tz, booking.starts_at),
        tzdata_version=tzdata_version(),
        sequence=booking.sequence + 1,
        updated_at=now,
    )
    await _write(tx, await offer_of(tx, booking), booking, kept, ("instant", told), now, actor)
    return kept


async def get_booking(db: Reader, uid: str) -> Booking:
    """The booking of that permanent name; raises `not_found`."""
    booking = await bookings.by_uid(db, uid)
    if booking is None:
        raise not_found("booking")
    return booking


async def _keep_wall_time(tx: Writer, booking: Booking, now: int, actor: Actor) -> Refusal | None:
    clock_at = instant_kept(booking.tz, booking.starts_local, booking.starts_at)
    if clock_at == booking.starts_at:
        raise CallyError("conflict", "The clock leaps over this time now; keep the instant, or move the booking.")
    offer, together = await offer_of(tx, booking), await _together(tx, booking)
    await occupancy.delete_expired(tx, now)
    refused = await refusal(
        tx,
        await narrowed(tx, offer, booking),
        clock_at,
        duration_minutes=lasting_when_moved(offer, booking, clock_at),
        now=now,
        without=frozenset(one.uid for one in together),
        for_host=True,
    )
    if refused is not None:
        return refused
    if len(together) > 1:
        for one in together:
            await _claim(tx, offer, one, one.starts_at + PARKING, one.ends_at + PARKING)
    for one in together:
        await _move(tx, offer, one, clock_at, now, actor)
    return None


async def _move(tx: Writer, offer: Offer, booking: Booking, clock_at: int, now: int, actor: Actor) -> None:
    moved = msgspec.structs.replace(
        booking,
        starts_at=clock_at,
        ends_at=clock_at + lasting_when_moved(offer, booking, clock_at) * 60,
        starts_local=reading(booking.tz, clock_at),
        tzdata_version=tzdata_version(),
        sequence=booking.sequence + 1,
        updated_at=now,
    )
    await _claim(tx, offer, moved, moved.starts_at, moved.ends_at)
    if booking.is_seat:
        await time_law.move_session(tx, moved, was_at=booking.starts_at, now=now)
    if moved.co_hosts:
        await bookings.update_hosts(tx, moved)
    await _write(tx, offer, booking, moved, ("wall_time", await _told(tx, booking)), now, actor)


async def _claim(tx: Writer, offer: Offer, booking: Booking, starts_at: int, ends_at: int) -> None:
    seats = terms_now(offer, booking).seats
    named = session(booking.event_type_id, starts_at, seats)
    await occupancy.update_interval(tx, booking.uid, starts_at=starts_at, ends_at=ends_at, session=named, seats=seats)


async def _write(
    tx: Writer,
    offer: Offer,
    booking: Booking,
    changed: Booking,
    what: tuple[Keeps, dict[str, str]],
    now: int,
    actor: Actor,
) -> None:
    """The booking as it is now, its case closed, noted in the log, and told to all."""
    kept, told = what
    await bookings.update_time(tx, changed, now=now)
    await time_law.decide(tx, booking.id, kept, now=now)
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=f"{actor.kind}:booking:clock",
        subject=booking.uid,
        kept=kept,
        from_at=booking.starts_at,
        to_at=changed.starts_at,
        tzdata_version=changed.tzdata_version,
    )
    clock = ClockChange(tz=_changed_zone(booking, told), kept=kept, told=told)
    await announce(tx, offer, changed, "clock_changed", now=now, actor=actor, clock=clock)


def _changed_zone(booking: Booking, told: dict[str, str]) -> str:
    """The zone whose rules are new: the booking's own, else the first whose readers' clocks show something else."""
    zones = (booking.tz, *told)
    return next((tz for tz in zones if tz in told and told[tz] != reading(tz, booking.starts_at)), booking.tz)


async def _told(tx: Reader, booking: Booking) -> dict[str, str]:
    case = await time_law.case_of(tx, booking.id)
    return case.told if case is not None else {}


async def _together(tx: Reader, booking: Booking) -> list[Booking]:
    """The bookings of a session that were agreed on by the same rules; alone, the booking itself."""
    if booking.terms.seats == 1:
        return [booking]
    ids = await time_law.list_session(
        tx, event_type_id=booking.event_type_id, starts_at=booking.starts_at, host_id=booking.host_id
    )
    found = [await bookings.by_id(tx, booking_id) for booking_id in ids]
    return [one for one in found if one is not None and one.tzdata_version != tzdata_version()]


def _require_open(booking: Booking, case: Case | None, now: int) -> None:
    is_open = case is not None and booking.tzdata_version != tzdata_version() and case.outcome is None
    if not is_open or booking.status not in LIVE or booking.starts_at <= now:
        raise CallyError("conflict", "No new clock rules wait for a decision about this booking.")
