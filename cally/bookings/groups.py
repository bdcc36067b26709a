"""Sessions of several guests, as their host sees them: one event with many seats, each a booking of its own."""

import msgspec

from cally.bookings.offers import Offer, offer_of
from cally.model.bookings import LIVE, Booking
from cally.model.groups import Change, Gathering, GroupSession, GroupSnapshot, Seat
from cally.model.ids import new_id, new_uid
from cally.model.messages import Kind
from cally.store import Reader, Writer, bookings, event_types, groups

MOST = 200
CHANGES: dict[str, Change] = {
    "requested": "asked",
    "confirmed": "joined",
    "rescheduled": "joined",
    "declined": "left",
    "cancelled": "left",
}
SILENT: frozenset[Change] = frozenset({"asked"})


async def told(tx: Writer, offer: Offer, booking: Booking, kind: Kind, *, now: int) -> GroupSnapshot | None:
    """The session of a seat that has just changed, as its host is told of it; None for what is no seat.

    What the host's calendar has to follow raises the session's sequence (rules 58, 74).
    """
    if not booking.is_seat:
        return None
    session = await session_for(tx, booking, now)
    change = CHANGES.get(kind, "none")
    seats = await _confirmed(tx, session)
    if change not in SILENT and (seats or session.sequence):
        await groups.raise_sequence(tx, session.id)
        session = msgspec.structs.replace(session, sequence=session.sequence + 1)
    taken = sum(seat.taken for seat in seats)
    return GroupSnapshot(
        uid=session.uid,
        sequence=session.sequence,
        capacity=max(offer.event_type.rules.seats, taken),
        taken=taken,
        seats=seats,
        change=change,
    )


async def session_by_uid(db: Reader, uid: str) -> Gathering | None:
    """The session of that permanent name; whose it is, the door must judge."""
    session = await groups.by_uid(db, uid)
    return await _gathered(db, session) if session else None


async def session_of(db: Reader, booking: Booking) -> Gathering | None:
    """The session that a booking is a seat of; None for a meeting of two."""
    if not booking.is_seat:
        return None
    session = await groups.by_slot(
        db, host_id=booking.host_id, event_type_id=booking.event_type_id, starts_at=booking.starts_at
    )
    return await _gathered(db, session) if session else None


async def list_sessions(db: Reader, host_id: int, *, from_at: int, to_at: int, limit: int = MOST) -> list[Gathering]:
    """A host's sessions that touch `[from_at, to_at)` and have guests, earliest first."""
    found = await groups.list_between(db, host_id, from_at, to_at, limit=max(1, min(limit, MOST)))
    gathered = [await _gathered(db, session) for session in found]
    return [gathering for gathering in gathered if gathering.live]


async def others_by_name(db: Reader, booking: Booking) -> tuple[str, ...]:
    """Who else comes, by name alone, where the event type lets its guests meet; else nobody (rule 59)."""
    if not booking.is_seat or booking.status != "confirmed":
        return ()
    offer = await offer_of(db, booking)
    if not offer.event_type.options.guests_meet:
        return ()
    found = await bookings.list_of_slot(
        db, host_id=booking.host_id, event_type_id=booking.event_type_id, starts_at=booking.starts_at
    )
    return tuple(one.guest.name for one in found if one.status == "confirmed" and one.is_seat and one.id != booking.id)


async def session_for(tx: Writer, booking: Booking, now: int) -> GroupSession:
    """The session that a seat belongs to, made if it is the first."""
    known = await groups.by_slot(
        tx, host_id=booking.host_id, event_type_id=booking.event_type_id, starts_at=booking.starts_at
    )
    if known is not None:
        return known
    made = GroupSession(
        id=new_id(now),
        uid=new_uid(),
        host_id=booking.host_id,
        event_type_id=booking.event_type_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        sequence=0,
        created_at=now,
    )
    await groups.insert(tx, made)
    return made


async def _confirmed(db: Reader, session: GroupSession) -> tuple[Seat, ...]:
    found = await _seats(db, session)
    return tuple(
        Seat(name=one.guest.name, email=one.guest.email, taken=one.seats_taken)
        for one in found
        if one.status == "confirmed"
    )


async def _gathered(db: Reader, session: GroupSession) -> Gathering:
    seats = await _seats(db, session)
    event_type = await event_types.by_id(db, session.event_type_id)
    taken = sum(one.seats_taken for one in seats if one.status in LIVE)
    capacity = event_type.rules.seats if event_type else 1
    return Gathering(session=session, capacity=max(capacity, taken), bookings=tuple(seats))


async def _seats(db: Reader, session: GroupSession) -> list[Booking]:
    found = await bookings.list_of_slot(
        db, host_id=session.host_id, event_type_id=session.event_type_id, starts_at=session.starts_at
    )
    return [booking for booking in found if booking.is_seat]
