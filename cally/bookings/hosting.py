"""What a host does to a whole session: cancel it for everybody, seat a guest, invite guests with a seat kept."""

import msgspec

from cally.bookings.availability import Availability
from cally.bookings.book import place
from cally.bookings.changes import REASON_LENGTH, end_silently
from cally.bookings.groups import session_by_uid
from cally.bookings.holds import BOOKED
from cally.bookings.offering import clear, try_offer, withdraw
from cally.bookings.offers import Offer, offer_by_id
from cally.bookings.requests import checked_guest, wanted
from cally.bookings.telling import announce
from cally.bookings.waitlist import active_of_slot
from cally.bookings.wishes import tell
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Guest, Taken
from cally.model.groups import Gathering
from cally.model.ids import new_id, new_uid
from cally.model.messages import Kind
from cally.model.rules import Refusal
from cally.model.texts import paragraph
from cally.model.waitlist import WaitlistEntry
from cally.store import Overlap, Reader, Store, Writer, audit, waitlist

INVITED_AT_ONCE = 50
INVITATION_HOURS = 720
HOUR_SECONDS = 3_600


async def cancel_session(store: Store, uid: str, *, reason: str, now: int, actor: Actor) -> Gathering:
    """Cancel a session for all its guests at once, and close its waitlist; twice is no fault (rule 59).

    Every guest is told, in one transaction. Raises `not_found`, and `conflict` for a session that has begun.
    """
    words = paragraph(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        gathering = await _get(tx, uid)
        session = gathering.session
        if gathering.live and session.starts_at <= now:
            raise CallyError("conflict", "This session has begun; it can no longer be cancelled.")
        found = await offer_by_id(tx, session.event_type_id)
        await _close_waitlist(tx, found, gathering, now)
        for number, booking in enumerate(gathering.live, start=1):
            is_last = number == len(gathering.live)
            await _cancel_seat(tx, found, booking, words, now=now, actor=actor, host_is_told=is_last)
        if gathering.live:
            tag = f"{actor.kind}:session:cancel"
            await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"session:{uid}", guests=len(gathering.live))
        return await _get(tx, uid)


async def seat_guest(
    store: Store, availability: Availability, uid: str, request: BookingRequest, *, now: int, actor: Actor
) -> Booked | Taken:
    """Book a seat for a guest, who is told with a manage link of their own (X19).

    Of the request the guest, companions, answers, notes and place count. Only what is taken already stands in the way,
    and what the host does not know may be left unanswered.
    Raises `not_found`, `invalid` with the field, `conflict` for a session that has begun.
    """
    gathering = await _get(store.reader, uid)
    session = gathering.session
    _require_ahead(gathering, now)
    found = await offer_by_id(store.reader, session.event_type_id)
    minutes = (session.ends_at - session.starts_at) // 60
    asked = wanted(
        msgspec.structs.replace(
            request,
            host=found.owner,
            event_type=found.event_type.slug,
            starts_at=session.starts_at,
            duration_minutes=minutes,
        ),
        _asking_nothing(found),
    )
    try:
        async with store.write() as tx:
            await clear(tx, now)
            booking = await place(tx, found, asked, session.starts_at, now=now, actor=actor, for_host=True)
            if isinstance(booking, Booking):
                kind: Kind = "requested" if booking.status == "pending" else "confirmed"
                await announce(tx, found, booking, kind, now=now, actor=actor)
                return Booked(booking=booking, created=True)
            refused: Refusal = booking
    except Overlap:
        refused = BOOKED
    return await availability.taken(found, refused, session.starts_at, minutes=minutes, now=now, seats=asked.seats)


async def invite(
    store: Store, uid: str, guests: tuple[Guest, ...], *, hours: int, now: int, actor: Actor
) -> list[WaitlistEntry]:
    """Invite guests by mail to a session, each with a seat kept for so many hours, at most until it begins.

    All or none: raises `conflict` when there are fewer seats than guests, `invalid` with the field, `not_found`.
    """
    if not 1 <= len(guests) <= INVITED_AT_ONCE:
        raise invalid("guests", f"Please invite 1 to {INVITED_AT_ONCE} guests at once.")
    if not 1 <= hours <= INVITATION_HOURS:
        raise invalid("hours", f"A seat can be kept for 1 to {INVITATION_HOURS} hours.")
    checked = [checked_guest(guest) for guest in guests]
    async with store.write() as tx:
        await clear(tx, now)
        gathering = await _get(tx, uid)
        _require_ahead(gathering, now)
        found = await offer_by_id(tx, gathering.session.event_type_id)
        until = min(now + hours * HOUR_SECONDS, gathering.session.starts_at)
        made = [_invitation(gathering, guest, now) for guest in checked]
        for number, entry in enumerate(made):
            await waitlist.insert(tx, entry)
            if not await try_offer(tx, found, entry, now=now, by_host=True, expires_at=until):
                raise CallyError("conflict", f"There are only {number} seats left for {len(made)} guests.", left=number)
            tag = f"{actor.kind}:waitlist:invite"
            await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"waitlist:{entry.uid}")
        stored = [await waitlist.by_uid(tx, entry.uid) for entry in made]
        return [entry for entry in stored if entry is not None]


async def _cancel_seat(
    tx: Writer, found: Offer, booking: Booking, reason: str, *, now: int, actor: Actor, host_is_told: bool
) -> None:
    """Cancel one seat of all; the host is told once, by the last one."""
    changed = msgspec.structs.replace(
        booking, status="cancelled", reason=reason, sequence=booking.sequence + 1, updated_at=now
    )
    await end_silently(tx, found, changed, "cancelled", now, actor, whole_session=True)
    await announce(tx, found, changed, "cancelled", now=now, actor=actor, guests_alone=not host_is_told)


async def _close_waitlist(tx: Writer, found: Offer, gathering: Gathering, now: int) -> None:
    """Who waits for a session that is cancelled waits in vain, and is told so."""
    session = gathering.session
    active = await active_of_slot(tx, event_type_id=session.event_type_id, starts_at=session.starts_at)
    # those who wait go first, lest they be offered what another one gives up
    for entry in sorted(active, key=lambda one: one.state == "offered"):
        over = msgspec.structs.replace(entry, state="over", updated_at=now)
        await withdraw(tx, over, now=now)
        await tell(tx, found, over, "waitlist_over", now=now)


def _asking_nothing(found: Offer) -> Offer:
    """The offer with questions that need no answer: it is the host who fills in the form."""
    questions = tuple(msgspec.structs.replace(question, required=False) for question in found.event_type.questions)
    return msgspec.structs.replace(found, event_type=msgspec.structs.replace(found.event_type, questions=questions))


def _invitation(gathering: Gathering, guest: Guest, now: int) -> WaitlistEntry:
    session = gathering.session
    return WaitlistEntry(
        id=new_id(now),
        uid=new_uid(),
        host_id=session.host_id,
        event_type_id=session.event_type_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        guest=guest,
        state="waiting",
        invited=True,
        hold_uid=None,
        expires_at=None,
        booking_id=None,
        created_at=now,
        updated_at=now,
    )


def _require_ahead(gathering: Gathering, now: int) -> None:
    if gathering.session.starts_at <= now:
        raise CallyError("conflict", "This session has begun.")


async def _get(db: Reader, uid: str) -> Gathering:
    gathering = await session_by_uid(db, uid)
    if gathering is None:
        raise not_found("session")
    return gathering
