"""A slot kept for minutes while a guest types; it never blocks its own holder (rule 50)."""

from cally.bookings.availability import Availability
from cally.bookings.claims import claim
from cally.bookings.judging import judge
from cally.bookings.offering import clear, freed
from cally.bookings.offers import Offer, anchored, offer
from cally.bookings.requests import lasting
from cally.model.bookings import Hold, Taken
from cally.model.ids import new_uid
from cally.model.private_pages import NO_KEYS, Keys
from cally.model.rules import Refusal
from cally.store import Overlap, Store, bookings, occupancy

HOLD_SECONDS = 10 * 60
KEYS_KEPT_SECONDS = 7 * 86_400
BOOKED = Refusal(code="booked")


async def hold(
    store: Store,
    availability: Availability,
    *,
    host: str,
    event_type: str,
    starts_at: int,
    now: int,
    duration_minutes: int | None = None,
    nights: int | None = None,
    replaces: str | None = None,
    shown: Keys = NO_KEYS,
) -> Hold | Taken:
    """Keep a slot for ten minutes; `replaces` names the guest's earlier hold, which is given up.

    Raises `not_found` for an unknown host or event type, `invalid` for a length that is not on offer, `password_needed`
    or `link_ended` where what the guest has `shown` does not open it.
    """
    found = await offer(store.reader, host, event_type, shown)
    minutes, _ = lasting(found, starts_at, duration_minutes, nights)
    try:
        refused, held = await _try(store, found, starts_at, minutes, now, replaces)
    except Overlap:
        refused, held = BOOKED, None
    if held is None:
        return await availability.taken(found, refused or BOOKED, starts_at, minutes=minutes, now=now)
    return held


async def release(store: Store, uid: str) -> None:
    """Give a hold up early; an unknown one is no fault."""
    async with store.write() as tx:
        await occupancy.delete_hold(tx, uid)


async def sweep(store: Store, now: int) -> None:
    """Remove holds that have run out and idempotency keys older than a week."""
    async with store.write() as tx:
        await clear(tx, now)
        await bookings.forget(tx, before=now - KEYS_KEPT_SECONDS)


async def _try(
    store: Store, found: Offer, starts_at: int, minutes: int, now: int, replaces: str | None
) -> tuple[Refusal | None, Hold | None]:
    async with store.write() as tx:
        await clear(tx, now)
        found = await anchored(tx, found, now=now)
        await freed(tx, found.owners, (starts_at, starts_at + minutes * 60), now=now)
        if replaces is not None:
            await occupancy.delete_hold(tx, replaces)
        assigned = await judge(tx, found, starts_at, duration_minutes=minutes, now=now)
        if isinstance(assigned, Refusal):
            return assigned, None
        uid = new_uid()
        terms = found.terms(minutes, None)
        await claim(
            tx,
            assigned.owners,
            terms,
            event_type_id=found.event_type.id,
            uid=uid,
            starts_at=starts_at,
            now=now,
            expires_at=now + HOLD_SECONDS,
        )
        return None, Hold(
            uid=uid,
            host_id=assigned.first.host.id,
            event_type_id=found.event_type.id,
            starts_at=starts_at,
            ends_at=starts_at + minutes * 60,
            expires_at=now + HOLD_SECONDS,
        )
