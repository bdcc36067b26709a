"""What may become of a booking: approve, decline, cancel, reschedule, no-show; each has a defined answer (rule 54)."""

import msgspec

from cally.bookings import turns
from cally.bookings.availability import Availability
from cally.bookings.claims import claim, session, with_names
from cally.bookings.holds import BOOKED
from cally.bookings.judging import Assigned, judge, refusal
from cally.bookings.offering import clear, freed
from cally.bookings.offers import Offer, narrowed, offer_of
from cally.bookings.seating import as_booked, terms_now
from cally.bookings.stays import lasting_when_moved
from cally.bookings.telling import announce, announce_left
from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.bookings import LIVE, Booking, Status, Taken
from cally.model.messages import Kind
from cally.model.rules import Interval, Refusal
from cally.model.texts import paragraph
from cally.model.zones import tzdata_version, wall_time
from cally.notify import webhooks
from cally.store import Overlap, Reader, Store, Writer, audit, bookings, occupancy, proposals

REASON_LENGTH = 1_000


async def cancel(store: Store, uid: str, *, reason: str, now: int, actor: Actor) -> Booking:
    """Cancel a booking and free its time. Cancelling twice is no fault; a past one raises `conflict`."""
    words = paragraph(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        if booking.status == "cancelled":
            return booking
        require_live(booking, "cancelled")
        require_ahead(booking, now, "cancelled")
        changed = with_status(booking, "cancelled", words, now, sequence=booking.sequence + 1)
        return await _end(tx, changed, "cancelled", now, actor)


async def decline(store: Store, uid: str, *, reason: str, now: int, actor: Actor) -> Booking:
    """Say no to a request and free its time. Declining twice is no fault; a confirmed one raises `conflict`."""
    words = paragraph(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        if booking.status == "declined":
            return booking
        require_pending(booking, "declined")
        return await _end(tx, answered(booking, "declined", words, now), "declined", now, actor)


async def approve(store: Store, availability: Availability, uid: str, *, now: int, actor: Actor) -> Booking | Taken:
    """Say yes to a request; the overlap is judged again, and approving twice has one effect (rule 51)."""
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        if booking.status == "confirmed":
            return booking
        require_pending(booking, "approved")
        require_ahead(booking, now, "approved")
        offer = await offer_of(tx, booking)
        refused = await still_free(tx, offer, booking, now)
        if refused is None:
            confirmed = answered(booking, "confirmed", "", now)
            await bookings.update_status(tx, confirmed, now=now)
            await record(tx, confirmed, "approve", now, actor)
            await announce(tx, offer, confirmed, "confirmed", now=now, actor=actor)
            return confirmed
    return await availability.taken_by_others(offer, refused, booking, booking.starts_at, now=now)


async def reschedule(
    store: Store, availability: Availability, uid: str, starts_at: int, *, now: int, actor: Actor
) -> Booking | Taken:
    """Move a booking: one atomic swap, uid kept, sequence + 1 (rule 55); the old slot goes only if the new one is had.

    To the same time: nothing changes. A guest who moves what needs approval asks for it anew.
    """
    try:
        answer, offer, booking = await _try_move(store, uid, starts_at, now, actor)
    except Overlap:
        booking = await booking_at(store.reader, uid)
        answer, offer = BOOKED, await offer_of(store.reader, booking)
    if isinstance(answer, Booking) or offer is None:
        return booking
    return await availability.taken_by_others(offer, answer, booking, starts_at, now=now)


async def mark_no_show(store: Store, uid: str, *, now: int, actor: Actor, no_show: bool = True) -> Booking:
    """Note that the guest stayed away, or that they came after all; only for a confirmed booking that has begun."""
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        if booking.status != "confirmed" or booking.starts_at > now:
            raise CallyError("conflict", "Only a confirmed booking that has begun can be marked as a no-show.")
        if booking.no_show == no_show:
            return booking
        await bookings.update_no_show(tx, booking.id, no_show=no_show, now=now)
        await record(tx, booking, "no-show" if no_show else "show", now, actor)
        changed = msgspec.structs.replace(booking, no_show=no_show, updated_at=now)
        if no_show:
            await webhooks.plan(tx, changed, "booking.no_show", now=now)
        return changed


async def _try_move(
    store: Store, uid: str, starts_at: int, now: int, actor: Actor
) -> tuple[Booking | Refusal, Offer | None, Booking]:
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        require_live(booking, "moved")
        if booking.starts_at == starts_at:
            return booking, None, booking
        require_ahead(booking, now, "moved")
        await clear(tx, now)
        offer = await offer_of(tx, booking)
        agreed = actor.kind == "guest" and await was_proposed(tx, booking, starts_at)
        if actor.kind == "guest":  # whoever waits for that time comes first
            ends_at = starts_at + booking.terms.duration_minutes * 60
            await freed(tx, offer.owners, (starts_at, ends_at), now=now)
        assigned = await judge(
            tx,
            as_booked(offer, booking),
            starts_at,
            duration_minutes=lasting_when_moved(offer, booking, starts_at),
            now=now,
            without=frozenset({booking.uid}),
            for_host=actor.kind != "guest" or agreed,
            kept=booking if agreed or offer.event_type.options.keep_host else None,
        )
        if isinstance(assigned, Refusal):
            return assigned, offer, booking
        ends_at = starts_at + lasting_when_moved(offer, booking, starts_at) * 60
        moved = moved_to(booking, assigned, (starts_at, ends_at), now, actor)
        if agreed:
            moved = msgspec.structs.replace(moved, status="confirmed")
        await _move(tx, offer, booking, moved, now, actor)
        return moved, offer, moved


async def was_proposed(tx: Reader, booking: Booking, starts_at: int) -> bool:
    """Whether a host offered this time instead of the one asked for, so that nobody has to be asked again."""
    known = await proposals.list_of(tx, booking_id=booking.id, sequence=booking.sequence)
    return booking.status == "pending" and starts_at in known


async def _move(tx: Writer, offer: Offer, booking: Booking, moved: Booking, now: int, actor: Actor) -> None:
    await _swap(tx, offer, booking, moved, now)
    await rewrite(tx, offer, booking, moved, now, actor)
    kind: Kind = "requested" if moved.status == "pending" else "rescheduled"
    if (booking.status, moved.status) == ("pending", "confirmed"):
        kind = "confirmed"
    await announce(tx, offer, moved, kind, now=now, actor=actor, previous_starts_at=booking.starts_at, earlier=booking)
    await freed(tx, owners_of(booking), (booking.starts_at, booking.ends_at), now=now)
    if booking.status == "confirmed":
        left = msgspec.structs.replace(booking, sequence=moved.sequence, updated_at=now)
        await announce_left(tx, offer, left, now=now, actor=actor)


async def rewrite(tx: Writer, offer: Offer, booking: Booking, moved: Booking, now: int, actor: Actor) -> None:
    """Write a booking as it was moved: its time, who takes part, whose turn that was; its claims are made elsewhere."""
    await bookings.update_time(tx, moved, now=now)
    was = (booking.hosts, booking.resources, booking.decisions)
    if moved.co_hosts or (moved.hosts, moved.resources, moved.decisions) != was:
        await bookings.update_hosts(tx, moved)
    if moved.decisions != booking.decisions or booking.is_seat:  # a session that it leaves is its host's turn still
        await turns.take_back(tx, offer, booking)
        await turns.count(tx, offer, moved, now)
    await record(tx, moved, "reschedule", now, actor, from_at=booking.starts_at, to_at=moved.starts_at)


async def _swap(tx: Writer, offer: Offer, booking: Booking, moved: Booking, now: int) -> None:
    """The old time for the new one; with other hosts or resources, the old claims for new ones."""
    terms = terms_now(offer, moved)
    if (moved.hosts, moved.resources) == (booking.hosts, booking.resources):
        await occupancy.update_interval(
            tx,
            moved.uid,
            starts_at=moved.starts_at,
            ends_at=moved.ends_at,
            session=session(moved.event_type_id, moved.starts_at, terms.seats),
            seats=terms.seats,
        )
        return
    await occupancy.delete(tx, booking.uid)
    await claim_anew(tx, offer, moved, now)


async def claim_anew(tx: Writer, offer: Offer, moved: Booking, now: int) -> None:
    """Claim the time of a booking that has given up what it had; raises `Overlap`."""
    terms = terms_now(offer, moved)
    await claim(
        tx,
        (*moved.hosts, *moved.resources),
        msgspec.structs.replace(terms, duration_minutes=(moved.ends_at - moved.starts_at) // 60),
        event_type_id=moved.event_type_id,
        uid=moved.uid,
        starts_at=moved.starts_at,
        now=now,
        seats_taken=moved.seats_taken,
    )


def moved_to(booking: Booking, assigned: Assigned, interval: Interval, now: int, actor: Actor) -> Booking:
    """The booking at another time, with whoever is assigned there; a guest asks anew where approval is needed."""
    starts_at, ends_at = interval
    tz = assigned.first.schedule.rules.tz
    asks_anew = booking.terms.approval and actor.kind == "guest"
    taken = tuple(resource.id for resource in assigned.resources)
    return msgspec.structs.replace(
        booking,
        starts_at=starts_at,
        ends_at=ends_at,
        starts_local=wall_time(starts_at, tz),
        tz=tz,
        tzdata_version=tzdata_version(),
        status="pending" if asks_anew else booking.status,
        sequence=booking.sequence + 1,
        updated_at=now,
        host_id=assigned.first.host.id,
        co_hosts=tuple(one.host.id for one in assigned.hosts[1:]),
        resources=taken,
        terms=booking.terms if taken == booking.resources else with_names(booking.terms, assigned.resources),
        decisions=turns.kept_as(assigned.decisions, booking.decisions),
    )


async def _end(tx: Writer, changed: Booking, kind: Kind, now: int, actor: Actor) -> Booking:
    """The booking is over before it began: its time is free, both sides are told."""
    offer = await offer_of(tx, changed)
    await end_silently(tx, offer, changed, kind, now, actor)
    await announce(tx, offer, changed, kind, now=now, actor=actor)
    return changed


async def end_silently(
    tx: Writer, offer: Offer, changed: Booking, kind: Kind, now: int, actor: Actor, *, whole_session: bool = False
) -> None:
    """The end of a booking, of which the caller tells; its time is offered to those who wait for it.

    Where the `whole_session` ends, nobody is left to wait for a seat in it.
    """
    await occupancy.delete(tx, changed.uid)
    await turns.take_back(tx, offer, changed, whole_session=whole_session)
    await bookings.update_status(tx, changed, now=now)
    if not whole_session:
        await freed(tx, owners_of(changed), (changed.starts_at, changed.ends_at), now=now)
    await record(tx, changed, "cancel" if kind == "cancelled" else "decline", now, actor)


def owners_of(booking: Booking) -> tuple[int, ...]:
    """Whose time a booking takes."""
    return (*booking.hosts, *booking.resources)


async def still_free(tx: Reader, offer: Offer, booking: Booking, now: int) -> Refusal | None:
    """Why those whom a request claims cannot keep its time, or None."""
    return await refusal(
        tx,
        await narrowed(tx, as_booked(offer, booking), booking),
        booking.starts_at,
        duration_minutes=(booking.ends_at - booking.starts_at) // 60,
        now=now,
        without=frozenset({booking.uid}),
        for_host=True,
    )


async def record(tx: Writer, booking: Booking, action: str, now: int, actor: Actor, **facts: int) -> None:
    """Write into the audit log what was done to a booking."""
    await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:booking:{action}", subject=booking.uid, **facts)


async def booking_at(db: Reader, uid: str) -> Booking:
    """The booking of that name; raises `not_found`."""
    booking = await bookings.by_uid(db, uid)
    if booking is None:
        raise not_found("booking")
    return booking


def answered(booking: Booking, status: Status, reason: str, now: int) -> Booking:
    """The host's yes or no. One that was moved may be in calendars already, which follow only a higher sequence."""
    sequence = booking.sequence + 1 if booking.sequence else 0
    return with_status(booking, status, reason, now, sequence=sequence)


def with_status(booking: Booking, status: Status, reason: str, now: int, *, sequence: int | None = None) -> Booking:
    """The booking in another status."""
    return msgspec.structs.replace(
        booking,
        status=status,
        reason=reason,
        sequence=booking.sequence if sequence is None else sequence,
        updated_at=now,
    )


def require_live(booking: Booking, done: str) -> None:
    """Raise `conflict` for a booking that has ended."""
    if booking.status not in LIVE:
        raise CallyError("conflict", f"This booking is {booking.status}; it cannot be {done}.", state=booking.status)


def require_pending(booking: Booking, done: str) -> None:
    """Raise `conflict` for a booking that waits for no answer."""
    if booking.status != "pending":
        sentence = f"This booking is {booking.status}; only one that waits for an answer can be {done}."
        raise CallyError("conflict", sentence, state=booking.status)


def require_ahead(booking: Booking, now: int, done: str) -> None:
    """Raise `conflict` for a booking that has begun."""
    if booking.starts_at <= now:
        raise CallyError("conflict", f"This booking has begun; it can no longer be {done}.", state=booking.status)
