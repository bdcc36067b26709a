"""Two hosts, two rooms, and whatever may happen to them, beside a second truth that only counts half hours."""

import asyncio
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally.bookings import Availability, book, cancel, offer, reschedule
from cally.errors import CallyError
from cally.hosts import block_resource, numbered, unblock_resource
from cally.model.bookings import Booked, Booking
from cally.model.hosts import Host
from cally.model.teams import Resource
from cally.store import Store, occupancy, open_store, resources
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, at

NINE = at("2026-09-22 07:00")  # 9:00 in Berlin, where both work until five
SLOTS = 16
HALF = HOUR // 2
STEPS = 25


class Truth:
    """Who has which half hour: hosts by slug, rooms by number; nothing but sets."""

    def __init__(self, rooms: tuple[int, ...]) -> None:
        self.rooms = rooms
        self.taken: dict[str | int, set[int]] = {name: set() for name in ("ada", "ben", *rooms)}
        self.booked: dict[str, tuple[str, int, int]] = {}
        self.blocked: dict[str, tuple[int, int]] = {}

    def room(self, slot: int) -> int | None:
        """The first room that is free then."""
        return next((room for room in self.rooms if slot not in self.taken[room]), None)

    def free(self, slug: str) -> list[int]:
        """The half hours that are offered."""
        return [slot for slot in range(SLOTS) if slot not in self.taken[slug] and self.room(slot) is not None]

    def put(self, uid: str, slug: str, slot: int, room: int) -> None:
        """It is booked."""
        self.booked[uid] = (slug, slot, room)
        self.taken[slug].add(slot)
        self.taken[room].add(slot)

    def drop(self, uid: str) -> tuple[str, int, int]:
        """It is not booked any more."""
        slug, slot, room = self.booked.pop(uid)
        self.taken[slug].discard(slot)
        self.taken[room].discard(slot)
        return slug, slot, room


class World:
    """The store with its two hosts and rooms, and the truth beside it."""

    def __init__(self, store: Store, hosts: tuple[Host, ...], rooms: tuple[Resource, ...], dice: Random) -> None:
        self.store, self.hosts, self.dice = store, hosts, dice
        self.availability = Availability(store)
        self.truth = Truth(tuple(room.id for room in rooms))

    async def books(self) -> None:
        """A guest asks one of the hosts: a yes exactly where the truth has one, with the room that it names."""
        slug, slot = self.dice.choice(("ada", "ben")), self.dice.randrange(SLOTS)
        room = self.truth.room(slot)
        request = cast.request(NINE + slot * HALF, host=slug, event_type="meet")
        answer = await book(self.store, self.availability, request, now=NOW, actor=AS_CLEO)
        is_free = room is not None and slot not in self.truth.taken[slug]
        assert isinstance(answer, Booked) == is_free
        if isinstance(answer, Booked) and room is not None:
            assert answer.booking.resources == (room,)
            self.truth.put(answer.booking.uid, slug, slot, room)

    async def moves(self) -> None:
        """A guest moves: the room stays while it is free, else the first free one is taken."""
        if not self.truth.booked:
            return
        uid, slot = self.dice.choice(sorted(self.truth.booked)), self.dice.randrange(SLOTS)
        slug, old, had = self.truth.drop(uid)
        room = had if slot not in self.truth.taken[had] else self.truth.room(slot)
        is_free = slot == old or (room is not None and slot not in self.truth.taken[slug])
        answer = await reschedule(self.store, self.availability, uid, NINE + slot * HALF, now=NOW, actor=AS_CLEO)
        assert isinstance(answer, Booking) == is_free
        if isinstance(answer, Booking) and room is not None:
            assert answer.resources == (room,)
            self.truth.put(uid, slug, slot, room)
        else:
            self.truth.put(uid, slug, old, had)

    async def cancels(self) -> None:
        """A guest cancels: the room is free again."""
        if self.truth.booked:
            uid = self.dice.choice(sorted(self.truth.booked))
            await cancel(self.store, uid, reason="", now=NOW, actor=AS_CLEO)
            self.truth.drop(uid)

    async def blocks(self) -> None:
        """The keeper closes a room, unless somebody has it."""
        room, slot = self.dice.choice(self.truth.rooms), self.dice.randrange(SLOTS)
        starts_at = NINE + slot * HALF
        try:
            made = await block_resource(
                self.store, room, starts_at=starts_at, ends_at=starts_at + HALF, note="", now=NOW, actor=AS_CLEO
            )
        except CallyError:
            assert slot in self.truth.taken[room]
            return
        assert slot not in self.truth.taken[room]
        self.truth.taken[room].add(slot)
        self.truth.blocked[made.uid] = (room, slot)

    async def opens(self) -> None:
        """The keeper opens it again."""
        if self.truth.blocked:
            uid = self.dice.choice(sorted(self.truth.blocked))
            room, slot = self.truth.blocked.pop(uid)
            await unblock_resource(self.store, room, uid, now=NOW, actor=AS_CLEO)
            self.truth.taken[room].discard(slot)

    async def agrees(self) -> None:
        """What is offered is what the truth has, and no two claims share time."""
        for slug in ("ada", "ben"):
            found = await offer(self.store.reader, slug, "meet")
            slots = await self.availability.slots(found, now=NOW, from_at=NINE, to_at=NINE + SLOTS * HALF)
            assert [(slot.starts_at - NINE) // HALF for slot in slots] == self.truth.free(slug)
        assert await occupancy.list_overlaps(self.store.reader) == []


@pytest.mark.rule(55, 66)
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_rooms_go_where_a_second_truth_says(seed: int) -> None:
    """Booked, moved, cancelled, closed and opened at random: after each step both say the same."""
    with TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), Random(seed)))  # noqa: S311 - dice for a test, not for secrets


async def _play(folder: Path, dice: Random) -> None:
    store = open_store(folder / "cally.db", bytes(range(32)))
    hosts = (await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri"))
    rooms = (await cast.room(store, hosts[0], "Red room"), await cast.room(store, hosts[0], "Blue room"))
    for host in hosts:
        event_type = await cast.event_type(store, await cast.schedule(store, host), "meet")
        async with store.write() as tx:
            for need in numbered([(room.id, "Room") for room in rooms]):
                await resources.insert_needed(tx, event_type.id, need)
    world = World(store, hosts, rooms, dice)
    acts = (world.books, world.books, world.moves, world.cancels, world.blocks, world.opens)
    for _ in range(STEPS):
        await dice.choice(acts)()
        await world.agrees()
    await store.close()
