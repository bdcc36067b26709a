"""What a program makes of a database: free slots, bookings ahead, rows and soundness; one JSON line each.

Two versions are compared by these lines, so that their shape stays as it is: what is new gets a new kind.
"""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from cally import __version__
from cally.bookings import Availability
from cally.bookings.offers import TEAM, offer_by_id
from cally.errors import CallyError
from cally.ops.backups.threads import silent
from cally.store import Store, copying, event_types, hosts, open_store, rehearsals, stepping, teams
from cally.store.rehearsals import Ahead

PROTOCOL = 1
DAY_SECONDS = 86_400


class Program(msgspec.Struct, frozen=True, kw_only=True, tag="program", tag_field="kind"):
    """Who answers; `migrated_seconds` is how long it took to bring the database up to date."""

    protocol: int
    version: str
    schema: int
    migrated_seconds: float


class Slots(msgspec.Struct, frozen=True, kw_only=True, tag="slots", tag_field="kind"):
    """The free slots of an event type: start, end, seats left; `fault` when they cannot be told."""

    name: str
    slots: list[tuple[int, int, int]]
    fault: str = ""


class Bookings(msgspec.Struct, frozen=True, kw_only=True, tag="bookings", tag_field="kind"):
    """Every booking that is ahead."""

    ahead: list[Ahead]


class Soundness(msgspec.Struct, frozen=True, kw_only=True, tag="soundness", tag_field="kind"):
    """The rows of each table, and everything that is wrong with the file, in words; the last line."""

    counts: dict[str, int]
    faults: list[str]


Line = Program | Slots | Bookings | Soundness


async def answers(database: Path, key: bytes, *, now: int, days: int) -> AsyncIterator[Line]:
    """What this program makes of a database, which is a copy: it is brought up to date here.

    Slots are those of `days` from `now`, at the usual length. Raises what opening the database raises.
    """
    began = time.monotonic()
    store = open_store(database, key)
    try:
        seconds = time.monotonic() - began
        yield Program(protocol=PROTOCOL, version=__version__, schema=stepping.newest(), migrated_seconds=seconds)
        async for line in _slots(store, now, days):
            yield line
        yield Bookings(ahead=await rehearsals.list_ahead(store.reader, now))
    finally:
        await store.close()
    found, faults = copying.examine(database, key, silent)
    yield Soundness(counts=found.counts, faults=faults)


async def _slots(store: Store, now: int, days: int) -> AsyncIterator[Slots]:
    db = store.reader
    owners = [(host.id, host.slug) for host in await hosts.list_all(db)]
    owners += [(team.id, f"{TEAM}{team.slug}") for team in await teams.list_all(db)]
    availability = Availability(store, remembered_slots=0)
    for owner_id, owner in owners:
        for event_type in await event_types.list_of(db, owner_id):
            name = f"{owner}/{event_type.slug}"
            try:
                found = await availability.slots(
                    await offer_by_id(db, event_type.id), now=now, from_at=now, to_at=now + days * DAY_SECONDS
                )
            except CallyError as error:
                yield Slots(name=name, slots=[], fault=error.sentence)
                continue
            yield Slots(name=name, slots=[(slot.starts_at, slot.ends_at, slot.seats_left) for slot in found])
