"""Offering freed time to whoever has waited longest, in the transaction that frees it (rule 60).

An offer is a hold with a name and a time limit. Whatever frees time asks here at once; a recurring job finds what
came free in other ways: a calendar that was emptied, hours that were opened, seats that were added.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from cally.bookings.claims import claim
from cally.bookings.judging import judge
from cally.bookings.offers import Offer, offer_by_id
from cally.bookings.wishes import tell
from cally.model.ids import new_uid
from cally.model.rules import Interval, Refusal
from cally.model.waitlist import WaitlistEntry
from cally.store import Overlap, Reader, Store, Writer, event_types, occupancy, waitlist

OFFER_SECONDS = 4 * 3_600
SHORTEST_SECONDS = 15 * 60
SHARE = 4  # near the start an offer lasts a quarter of what is left, so that others get their turn
WORTHWHILE_SECONDS = 60
HELD_LONGER_SECONDS = 600  # the hold outlives its offer, so that nobody gets between it and the next in line
AROUND_SECONDS = 86_400
BATCH = 500

Slot = tuple[int, int, int]


async def freed(tx: Writer, owners: Iterable[int], interval: Interval, *, now: int) -> None:
    """Offer time of these owners that has just come free to those who wait for it, the first to come first.

    Who waits for something that is still taken keeps their place; nothing is asked of anybody when nobody waits.
    """
    waiting = await waitlist.list_waiting_between(tx, interval[0] - AROUND_SECONDS, interval[1] + AROUND_SECONDS)
    concerned = frozenset(owners)
    offers: dict[int, Offer] = {}
    refused: set[Slot] = set()
    for entry in waiting:
        if _slot(entry) in refused:
            continue
        if entry.event_type_id not in offers:
            offers[entry.event_type_id] = await offer_by_id(tx, entry.event_type_id)
        found = offers[entry.event_type_id]
        if concerned.isdisjoint(found.owners):
            continue
        if not await _has_offer(tx, entry) and not await try_offer(tx, found, entry, now=now):
            refused.add(_slot(entry))


async def clear(tx: Writer, now: int) -> None:
    """Remove what has run out: an unanswered offer goes to the next in line, then holds go."""
    for entry in await waitlist.list_expired(tx, now):
        await withdraw(tx, msgspec.structs.replace(entry, state="missed", updated_at=now), now=now)
    await occupancy.delete_expired(tx, now)


async def withdraw(tx: Writer, ended: WaitlistEntry, *, now: int) -> None:
    """Write that an entry neither waits nor is offered anything any more, and offer on what it was offered."""
    if ended.hold_uid is not None:
        await occupancy.delete_hold(tx, ended.hold_uid)
    await waitlist.update(tx, msgspec.structs.replace(ended, hold_uid=None))
    if ended.hold_uid is not None:
        found = await offer_by_id(tx, ended.event_type_id)
        await freed(tx, found.owners, (ended.starts_at, ended.ends_at), now=now)


async def try_offer(
    tx: Writer,
    found: Offer,
    entry: WaitlistEntry,
    *,
    now: int,
    by_host: bool = False,
    expires_at: int | None = None,
) -> bool:
    """Offer an entry its slot, if that can be had; a host's own offer is held back by other claims alone."""
    until = expires_at if expires_at is not None else _until(found, entry, now)
    if until < now + WORTHWHILE_SECONDS or not (by_host or await _is_on(tx, found)):
        return False
    minutes = entry.duration_minutes
    assigned = await judge(tx, found, entry.starts_at, duration_minutes=minutes, now=now, for_host=by_host)
    if isinstance(assigned, Refusal):
        return False
    uid = new_uid()
    await occupancy.delete_expired(tx, now)  # who judges looks past them, the database does not
    try:
        await claim(
            tx,
            assigned.owners,
            found.terms(minutes, None),
            event_type_id=entry.event_type_id,
            uid=uid,
            starts_at=entry.starts_at,
            now=now,
            expires_at=until + HELD_LONGER_SECONDS,
        )
    except Overlap:
        await occupancy.delete_hold(tx, uid)
        return False
    offered = msgspec.structs.replace(entry, state="offered", hold_uid=uid, expires_at=until, updated_at=now)
    await waitlist.update(tx, offered)
    await tell(tx, found, offered, "waitlist_offered", now=now)
    return True


async def turn(store: Store, now: int) -> None:
    """The recurring job: pass on unanswered offers, offer what came free unseen, close what is too late."""
    if await waitlist.list_expired(store.reader, now):
        async with store.write() as tx:
            await clear(tx, now)
    seen: set[Slot] = set()
    after = 0
    while batch := await waitlist.list_waiting(store.reader, after=after, limit=BATCH):
        after = batch[-1].id
        for entry in batch:
            await _turn_of(store, entry, seen, now)
            await asyncio.sleep(0)


def latest_answer(found: Offer, entry: WaitlistEntry) -> int:
    """The instant from which a guest can no longer book the slot: notice counts for those who waited, too."""
    rules = found.event_type.rules
    latest = entry.starts_at - rules.notice_minutes * 60
    if not rules.notice_days:
        return latest
    zone = ZoneInfo(found.schedule.rules.tz)
    on = datetime.fromtimestamp(entry.starts_at, UTC).astimezone(zone).date() - timedelta(days=rules.notice_days - 1)
    return min(latest, int(datetime(on.year, on.month, on.day, tzinfo=zone).timestamp()))


async def _turn_of(store: Store, entry: WaitlistEntry, seen: set[Slot], now: int) -> None:
    found = await offer_by_id(store.reader, entry.event_type_id)
    if latest_answer(found, entry) <= now:
        async with store.write() as tx:
            await _close(tx, found, entry, now)
    elif _slot(entry) not in seen:
        seen.add(_slot(entry))
        if await _could_be_had(store.reader, found, entry, now):
            async with store.write() as tx:
                await freed(tx, found.owners, (entry.starts_at, entry.ends_at), now=now)


async def _close(tx: Writer, found: Offer, entry: WaitlistEntry, now: int) -> None:
    """Tell once that no place came free; who was offered one meanwhile is left alone."""
    current = await waitlist.by_uid(tx, entry.uid)
    if current is not None and current.state == "waiting":
        over = msgspec.structs.replace(current, state="over", updated_at=now)
        await waitlist.update(tx, over)
        await tell(tx, found, over, "waitlist_over", now=now)


async def _could_be_had(db: Reader, found: Offer, entry: WaitlistEntry, now: int) -> bool:
    if not await _is_on(db, found):
        return False
    judged = await judge(db, found, entry.starts_at, duration_minutes=entry.duration_minutes, now=now)
    return not isinstance(judged, Refusal)


async def _is_on(db: Reader, found: Offer) -> bool:
    """Whether the event type is on offer and keeps a waitlist."""
    return found.event_type.options.waitlist and await event_types.archived_at(db, found.event_type.id) is None


async def _has_offer(tx: Reader, entry: WaitlistEntry) -> bool:
    """Whether the same guest is offered the same slot already: nobody is offered two places by waiting twice."""
    same = await waitlist.list_of_slot(tx, event_type_id=entry.event_type_id, starts_at=entry.starts_at)
    email = entry.guest.email.casefold()
    return any(one.state == "offered" and one.guest.email.casefold() == email for one in same)


def _until(found: Offer, entry: WaitlistEntry, now: int) -> int:
    latest = latest_answer(found, entry)
    return min(latest, now + max(SHORTEST_SECONDS, min(OFFER_SECONDS, (latest - now) // SHARE)))


def _slot(entry: WaitlistEntry) -> Slot:
    return entry.event_type_id, entry.starts_at, entry.ends_at
