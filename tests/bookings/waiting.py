"""Who waits in the tests: a class of two seats with a waitlist, guests by name, and what has become of them."""

import msgspec

from cally.bookings import Availability, book, join
from cally.model.bookings import Booking, BookingRequest, Guest
from cally.model.hosts import EventType, Host
from cally.model.options import EventTypeOptions
from cally.model.rules import EventTypeRules
from cally.model.waitlist import WaitlistEntry
from cally.store import Store, event_types, messages, schedules, waitlist
from tests import cast
from tests.cast import AS_CLEO, NOW, at

TEN = at("2026-09-22 08:00")  # 10:00 in Berlin


async def with_waitlist(store: Store, host: Host, slug: str = "yoga", *, seats: int = 2, notice: int = 0) -> EventType:
    """An event type of an hour that keeps a waitlist."""
    (hours, *_) = await schedules.list_of(store.reader, host.id)
    rules = EventTypeRules(duration_minutes=60, seats=seats, notice_minutes=notice)
    made = await cast.event_type(store, hours, slug, rules=rules)
    kept = msgspec.structs.replace(made, options=EventTypeOptions(waitlist=True))
    async with store.write() as tx:
        await event_types.update(tx, kept, now=NOW)
    return kept


def guest(name: str) -> Guest:
    """Somebody of that name, in London."""
    return Guest(name=name, email=f"{name.lower()}@example.org", tz="Europe/London")


def wish(name: str, starts_at: int = TEN, slug: str = "yoga") -> BookingRequest:
    """They ask for a place."""
    return cast.request(starts_at, event_type=slug, guest=guest(name))


async def seated(store: Store, name: str, starts_at: int = TEN, *, now: int = NOW, slug: str = "yoga") -> Booking:
    """They have a place."""
    return cast.booked(await book(store, Availability(store), wish(name, starts_at, slug), now=now, actor=AS_CLEO))


async def waits(store: Store, name: str, starts_at: int = TEN, *, now: int = NOW, slug: str = "yoga") -> WaitlistEntry:
    """They wait for one."""
    return await join(
        store, host="ada", event_type=slug, starts_at=starts_at, guest=guest(name), now=now, actor=AS_CLEO
    )


async def state(store: Store, entry: WaitlistEntry) -> str:
    """What has become of an entry."""
    found = await waitlist.by_uid(store.reader, entry.uid)
    assert found is not None
    return found.state


async def told(store: Store, entry: WaitlistEntry) -> list[str]:
    """Which messages about an entry were planned, in order."""
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=200)
    return [message.kind for message in reversed(found) if message.waitlist_id == entry.id]
