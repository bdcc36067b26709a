"""The waitlist: joining it, leaving it, taking what was offered; by its guest, or by its host for them (rule 60)."""

import msgspec

from cally.bookings.availability import Availability
from cally.bookings.book import place
from cally.bookings.consents import agreed, record_consent, with_consent_in_line
from cally.bookings.entrance import count_use
from cally.bookings.fullness import is_full
from cally.bookings.guest_limits import link_sent_again, require_fewer
from cally.bookings.holds import BOOKED
from cally.bookings.offering import clear, freed, try_offer, withdraw
from cally.bookings.offers import Offer, offer, offer_by_id
from cally.bookings.requests import Wanted, checked_guest, wanted
from cally.bookings.telling import announce
from cally.bookings.wishes import tell
from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.addresses import without_tag
from cally.model.bookings import Booked, BookingRequest, Guest, Taken
from cally.model.ids import new_id, new_uid
from cally.model.messages import Kind
from cally.model.private_pages import NO_KEYS, Keys
from cally.model.rules import Refusal
from cally.model.waitlist import ACTIVE, WaitlistEntry, WaitState
from cally.notify.links import WAITLIST_PURPOSE
from cally.store import Overlap, Reader, Store, Writer, audit, bookings, waitlist
from cally.vault import Vault

MOST_PER_GUEST = 20
MOST_PER_SLOT = 200
KEPT_SECONDS = 30 * 86_400
LARGEST_PAGE = 200
END = 2**62


async def join(
    store: Store,
    *,
    host: str,
    event_type: str,
    starts_at: int,
    guest: Guest,
    now: int,
    actor: Actor,
    duration_minutes: int | None = None,
    shown: Keys = NO_KEYS,
    consent: str = "",
) -> WaitlistEntry:
    """Wait for a slot that is taken, at the end of the line; it uses a private link as a booking does.

    Raises `not_found`, `invalid` with the field, `conflict` for a slot that nobody can or needs to wait for,
    `password_needed` or `link_ended` where what the guest has `shown` does not open it.
    """
    found = await offer(store.reader, host, event_type, shown)
    minutes = found.duration_minutes(duration_minutes)
    checked = checked_guest(guest)
    consent_text = await agreed(store.reader, found.event_type, consent)
    entry = WaitlistEntry(
        id=new_id(now),
        uid=new_uid(),
        host_id=found.host.id,
        event_type_id=found.event_type.id,
        starts_at=starts_at,
        ends_at=starts_at + minutes * 60,
        guest=checked,
        state="waiting",
        invited=False,
        hold_uid=None,
        expires_at=None,
        booking_id=None,
        created_at=now,
        updated_at=now,
    )
    async with store.write() as tx:
        await clear(tx, now)
        await freed(tx, found.owners, (entry.starts_at, entry.ends_at), now=now)
        await _require_sense(tx, found, entry, now)
        await waitlist.insert(tx, entry)
        await record_consent(tx, consent_text, waitlist_id=entry.id, now=now)
        await count_use(tx, found.link, entry.uid, now=now)
        await _record(tx, entry, "join", now, actor)
        await tell(tx, found, entry, "waitlist_joined", now=now)
    return entry


async def leave(store: Store, uid: str, *, now: int, actor: Actor) -> WaitlistEntry:
    """Wait no more, and give up what was offered; twice is no fault. The host may do it for a guest."""
    async with store.write() as tx:
        entry = await _entry(tx, uid)
        if entry.state not in ACTIVE:
            return entry
        left = msgspec.structs.replace(entry, state="left", updated_at=now)
        await withdraw(tx, left, now=now)
        await _record(tx, entry, "leave", now, actor)
        return msgspec.structs.replace(left, hold_uid=None)


async def accept(
    store: Store, availability: Availability, uid: str, request: BookingRequest, *, now: int, actor: Actor
) -> Booked | Taken:
    """Take what was offered: a normal booking of the slot that is held; twice gives the same booking.

    Of the request only what the guest adds counts: companions, answers, notes, place. Raises `invalid` with the field,
    `conflict` when nothing is offered (any more).
    """
    entry = await _entry(store.reader, uid)
    found = await offer_by_id(store.reader, entry.event_type_id)
    asked = wanted(_as_offered(request, found, entry), found)
    asked = await with_consent_in_line(store.reader, found, asked, request.consent, entry)
    try:
        async with link_sent_again(store, found, entry.guest.email, now=now):
            answer = await _try_accept(store, found, asked, uid, now, actor)
    except Overlap:
        answer = BOOKED
    if isinstance(answer, Booked):
        return answer
    minutes = entry.duration_minutes
    return await availability.taken(found, answer, entry.starts_at, minutes=minutes, now=now, seats=asked.seats)


async def offer_by_hand(store: Store, uid: str, *, now: int, actor: Actor) -> WaitlistEntry:
    """Offer a guest the slot out of turn, if it can be had; raises `conflict` when it cannot."""
    async with store.write() as tx:
        entry = await _entry(tx, uid)
        if entry.state == "offered":
            return entry
        if entry.state != "waiting":
            raise CallyError("conflict", "This guest does not wait any more.", state=entry.state)
        await clear(tx, now)
        found = await offer_by_id(tx, entry.event_type_id)
        if not await try_offer(tx, found, entry, now=now, by_host=True):
            raise CallyError("conflict", "Nothing is free then; cancel a booking or add a seat first.")
        await _record(tx, entry, "offer", now, actor)
        return await _entry(tx, uid)


async def entry_by_uid(db: Reader, uid: str) -> WaitlistEntry | None:
    """The entry of that permanent name; whose it is, the door must judge."""
    return await waitlist.by_uid(db, uid)


async def entry_for_token(db: Reader, vault: Vault, token: str, now: int) -> WaitlistEntry | None:
    """The entry that a guest's secret opens; None when it is forged, or its slot was over 30 days ago (rule 52)."""
    uid = vault.verified(WAITLIST_PURPOSE, token)
    entry = await waitlist.by_uid(db, uid) if uid else None
    if entry is None or entry.ends_at + KEPT_SECONDS < now:
        return None
    return entry


async def list_waitlist(
    db: Reader,
    *,
    host_id: int,
    from_at: int | None = None,
    to_at: int | None = None,
    state: WaitState | None = None,
    after: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[WaitlistEntry]:
    """A host's entries by the start of their slot; `after` is `(starts_at, id)` of the last one seen."""
    return await waitlist.list_of_host(
        db,
        host_id,
        from_at=from_at if from_at is not None else 0,
        to_at=to_at if to_at is not None else END,
        state=state,
        after=after if after is not None else (-END, 0),
        limit=max(1, min(limit, LARGEST_PAGE + 1)),  # one more says whether there are more
    )


async def active_of_slot(db: Reader, *, event_type_id: int, starts_at: int) -> list[WaitlistEntry]:
    """Who waits for a slot or is offered it, in the order they came."""
    found = await waitlist.list_of_slot(db, event_type_id=event_type_id, starts_at=starts_at)
    return [entry for entry in found if entry.state in ACTIVE]


async def _try_accept(store: Store, found: Offer, asked: Wanted, uid: str, now: int, actor: Actor) -> Booked | Refusal:
    async with store.write() as tx:
        entry = await _entry(tx, uid)
        known = await bookings.by_id(tx, entry.booking_id) if entry.booking_id is not None else None
        if known is not None:
            return Booked(booking=known, created=False)
        _require_offered(entry, now)
        if not entry.invited:
            await require_fewer(tx, found, entry.guest.email, now=now)
        own = frozenset({entry.hold_uid or ""})
        booking = await place(tx, found, asked, entry.starts_at, now=now, actor=actor, own=own, for_host=entry.invited)
        if isinstance(booking, Refusal):
            return booking
        accepted = msgspec.structs.replace(
            entry, state="accepted", booking_id=booking.id, hold_uid=None, updated_at=now
        )
        await waitlist.update(tx, accepted)
        await _leave_others(tx, accepted, now)
        kind: Kind = "requested" if booking.status == "pending" else "confirmed"
        await announce(tx, found, booking, kind, now=now, actor=actor)
        return Booked(booking=booking, created=True)


async def _leave_others(tx: Writer, accepted: WaitlistEntry, now: int) -> None:
    """Who has a place waits for no second one at the same time."""
    email = accepted.guest.email.casefold()
    slot = {"event_type_id": accepted.event_type_id, "starts_at": accepted.starts_at}
    for other in await active_of_slot(tx, **slot):
        if other.guest.email.casefold() == email:
            await withdraw(tx, msgspec.structs.replace(other, state="left", updated_at=now), now=now)


async def _require_sense(tx: Reader, found: Offer, entry: WaitlistEntry, now: int) -> None:
    """Nobody waits for what is free, for what is never offered, or for more than they could use."""
    if not found.event_type.options.waitlist:
        raise CallyError("conflict", "This event type keeps no waitlist.")
    if await waitlist.count_active(tx, without_tag(entry.guest.email)) >= MOST_PER_GUEST:
        raise CallyError("conflict", f"This address waits for {MOST_PER_GUEST} times already; please leave one first.")
    full = await is_full(tx, found, entry.starts_at, minutes=entry.duration_minutes, now=now)
    if full is None:
        raise CallyError("conflict", "This time is free; please book it.")
    if not full:
        raise CallyError("conflict", "Nobody can wait for this time; please choose another one.")
    same = await active_of_slot(tx, event_type_id=entry.event_type_id, starts_at=entry.starts_at)
    if len(same) >= MOST_PER_SLOT:
        raise CallyError("conflict", "Too many wait for this time already; please choose another one.")


def _require_offered(entry: WaitlistEntry, now: int) -> None:
    if entry.state == "offered" and entry.expires_at is not None and now < entry.expires_at:
        return
    if entry.state in {"offered", "missed"}:
        raise CallyError("conflict", "This offer has run out; the next in line was asked.", state="missed")
    raise CallyError("conflict", "Nothing is offered to you at the moment.", state=entry.state)


def _as_offered(request: BookingRequest, found: Offer, entry: WaitlistEntry) -> BookingRequest:
    return msgspec.structs.replace(
        request,
        host=found.owner,
        event_type=found.event_type.slug,
        starts_at=entry.starts_at,
        duration_minutes=entry.duration_minutes,
        guest=entry.guest,
        hold=None,
    )


async def _entry(db: Reader, uid: str) -> WaitlistEntry:
    entry = await waitlist.by_uid(db, uid)
    if entry is None:
        raise not_found("entry of the waitlist")
    return entry


async def _record(tx: Writer, entry: WaitlistEntry, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:waitlist:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"waitlist:{entry.uid}", starts_at=entry.starts_at)
