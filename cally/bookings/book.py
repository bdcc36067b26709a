"""Booking: judged, claimed, stored, audited and announced in one transaction; nothing of it without the rest."""

import hashlib

import msgspec

from cally.bookings import turns
from cally.bookings.availability import Availability
from cally.bookings.claims import claim, with_names
from cally.bookings.consents import record_consent, with_consent
from cally.bookings.entrance import count_use
from cally.bookings.guest_limits import link_sent_again, require_fewer
from cally.bookings.holds import BOOKED
from cally.bookings.judging import Assigned, judge
from cally.bookings.offering import clear, freed
from cally.bookings.offers import Offer, anchored, offer
from cally.bookings.planned import Kept
from cally.bookings.reminder_choice import record_reminder, with_reminder
from cally.bookings.requests import Wanted, wanted
from cally.bookings.seating import for_seats
from cally.bookings.telling import announce
from cally.errors import CallyError, invalid
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Taken
from cally.model.ids import new_id, new_uid
from cally.model.messages import Kind
from cally.model.private_pages import NO_KEYS, Keys
from cally.model.rules import Refusal
from cally.model.series import SeriesRequest
from cally.model.zones import tzdata_version, wall_time
from cally.store import Overlap, Reader, Store, Writer, audit, bookings, occupancy


async def book(
    store: Store,
    availability: Availability,
    request: BookingRequest,
    *,
    now: int,
    actor: Actor,
    idempotency_key: str | None = None,
    shown: Keys = NO_KEYS,
) -> Booked | Taken:
    """Book a slot for a guest; on disk when this returns (rules 47-50).

    The same idempotency key answers with the same booking (rule 49). Raises `not_found`, `invalid` with the field,
    `idempotency_key_reused` when the key came with another request, `guest_limit` if this guest has enough (rule 46),
    `password_needed` or `link_ended` where what the guest has `shown` does not open it.
    """
    keys = keys_of(idempotency_key, request)
    earlier = await earlier_booking(store.reader, keys)
    if earlier is not None:  # perhaps through a link that this very booking has used up
        return Booked(booking=earlier, created=False)
    found = await offer(store.reader, request.host, request.event_type, shown)
    asked = await with_consent(store.reader, found, wanted(request, found), request.consent)
    asked = await with_reminder(store.reader, found, asked, request)
    try:
        async with link_sent_again(store, found, asked.guest.email, now=now):
            answer = await _try(store, found, asked, request, keys, now, actor)
    except Overlap:
        answer = BOOKED
    if isinstance(answer, Booked):
        return answer
    minutes = asked.duration_minutes
    return await availability.taken(found, answer, request.starts_at, minutes=minutes, now=now, seats=asked.seats)


Idempotency = tuple[bytes, bytes] | None


async def _try(
    store: Store, found: Offer, asked: Wanted, request: BookingRequest, keys: Idempotency, now: int, actor: Actor
) -> Booked | Refusal:
    async with store.write() as tx:
        earlier = await earlier_booking(tx, keys)
        if earlier is not None:
            return Booked(booking=earlier, created=False)
        await clear(tx, now)
        found = await anchored(tx, found, now=now)
        await freed(tx, found.owners, (request.starts_at, request.starts_at + asked.duration_minutes * 60), now=now)
        own = await own_hold(tx, request, found, asked)
        booking = await place(tx, found, asked, request.starts_at, now=now, actor=actor, own=own)
        if isinstance(booking, Refusal):
            return booking
        if keys is not None:
            await bookings.remember(tx, key_hash=keys[0], request_hash=keys[1], booking_id=booking.id, now=now)
        kind: Kind = "requested" if booking.status == "pending" else "confirmed"
        await announce(tx, found, booking, kind, now=now, actor=actor)
        return Booked(booking=booking, created=True)


async def place(
    tx: Writer,
    found: Offer,
    asked: Wanted,
    starts_at: int,
    *,
    now: int,
    actor: Actor,
    own: frozenset[str] = frozenset(),
    series_id: int | None = None,
    kept: Kept | None = None,
    for_host: bool = False,
) -> Booking | Refusal:
    """Judge, claim and store one booking in the caller's transaction, which tells whoever must know of it.

    `own` are the guest's holds, given up for it; `kept` are the hosts of a series, had again where they are free.
    What the host does or wished for (`for_host`) is held back by claims alone. Raises `Overlap` when the database
    refuses what was judged free, `guest_limit` when the guest has enough bookings ahead (rule 46).
    """
    if not for_host:
        await require_fewer(tx, found, asked.guest.email, now=now)
    wanted_seats = for_seats(found, asked.seats)
    minutes = asked.duration_minutes
    assigned = await judge(
        tx, wanted_seats, starts_at, duration_minutes=minutes, now=now, without=own, kept=kept, for_host=for_host
    )
    if isinstance(assigned, Refusal):
        return assigned
    if kept is not None:
        decisions = turns.kept_as(assigned.decisions, kept.decisions)
        assigned = msgspec.structs.replace(assigned, decisions=decisions)
    for uid in own:
        await occupancy.delete_hold(tx, uid)
    booking = _booking(found, assigned, asked, starts_at, now, series_id)
    await claim(
        tx,
        assigned.owners,
        booking.terms,
        event_type_id=booking.event_type_id,
        uid=booking.uid,
        starts_at=starts_at,
        now=now,
        seats_taken=booking.seats_taken,
    )
    await bookings.insert(tx, booking)
    await record_consent(tx, asked.consent_text, booking_id=booking.id, now=now)
    await record_reminder(tx, asked, booking_id=booking.id)
    await count_use(tx, found.link, booking.uid, now=now)
    await turns.count(tx, found, booking, now)
    await audit.insert(
        tx, now=now, actor=actor, tag=f"{actor.kind}:booking:create", subject=booking.uid, status=booking.status
    )
    return booking


async def own_hold(tx: Reader, request: BookingRequest, found: Offer, asked: Wanted) -> frozenset[str]:
    """The guest's own hold, which does not stand in their way; one for another slot or length is refused (rule 27)."""
    held = await occupancy.hold_by_uid(tx, request.hold) if request.hold else None
    if held is None:
        return frozenset()
    ends_at = request.starts_at + asked.duration_minutes * 60
    if held[2:5] != (found.event_type.id, request.starts_at, ends_at):
        raise invalid("hold", "This hold is for another time or length; please hold the one that is to be booked.")
    return frozenset({held[0]})


async def earlier_booking(tx: Reader, keys: Idempotency) -> Booking | None:
    """What this idempotency key led to; raises `idempotency_key_reused` when it came with another request."""
    known = await bookings.idempotent(tx, keys[0]) if keys is not None else None
    if known is None or keys is None:
        return None
    if known[0] != keys[1]:
        raise CallyError("idempotency_key_reused", "This idempotency key was used for another booking; send a new one.")
    return await bookings.by_id(tx, known[1])


async def booked_before(db: Reader, idempotency_key: str) -> Booking | None:
    """What this idempotency key led to, whatever was asked for; it is a secret of whoever asked."""
    known = await bookings.idempotent(db, hashlib.sha256(idempotency_key.encode()).digest())
    return await bookings.by_id(db, known[1]) if known is not None else None


def _booking(
    found: Offer, assigned: Assigned, asked: Wanted, starts_at: int, now: int, series_id: int | None
) -> Booking:
    tz = assigned.first.schedule.rules.tz
    return Booking(
        id=new_id(now),
        uid=new_uid(),
        sequence=0,
        status="pending" if found.event_type.approval else "confirmed",
        host_id=assigned.first.host.id,
        event_type_id=found.event_type.id,
        starts_at=starts_at,
        ends_at=starts_at + asked.duration_minutes * 60,
        starts_local=wall_time(starts_at, tz),
        tz=tz,
        tzdata_version=tzdata_version(),
        guest=asked.guest,
        companions=asked.companions,
        answers=asked.answers,
        notes=asked.notes,
        terms=with_names(found.terms(asked.duration_minutes, asked.place, asked.nights), assigned.resources),
        reason="",
        no_show=False,
        created_at=now,
        updated_at=now,
        co_hosts=tuple(one.host.id for one in assigned.hosts[1:]),
        resources=tuple(resource.id for resource in assigned.resources),
        decisions=assigned.decisions,
        series_id=series_id,
    )


def keys_of(idempotency_key: str | None, request: BookingRequest, series: SeriesRequest | None = None) -> Idempotency:
    """Hashes of the key and of what was asked; the hold is left out, for a retry may come with a fresh one."""
    if not idempotency_key:
        return None
    plain = msgspec.structs.replace(request, hold=None)
    content = msgspec.json.encode(plain if series is None else [plain, series], order="deterministic")
    return hashlib.sha256(idempotency_key.encode()).digest(), hashlib.sha256(content).digest()
