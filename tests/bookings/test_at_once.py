"""Everything against everything at the same moment, over the real store: whoever wins, what holds still holds."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from cally.bookings import (
    Availability,
    accept,
    approve,
    book,
    book_series,
    cancel,
    cancel_session,
    decline,
    hold,
    join,
    leave,
    list_sessions,
    list_waitlist,
    move_series,
    reassign,
    reschedule,
    turn_waitlist,
)
from cally.errors import CallyError
from cally.hosts import block_resource
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Guest
from cally.model.hosts import EventType, Host
from cally.model.options import EventTypeOptions, Series
from cally.model.rules import EventTypeRules
from cally.model.series import SeriesRequest
from cally.model.teams import NeededResource
from cally.store import Store, bookings, event_types, resources
from tests import cast
from tests.bookings.invariants import UIDS, require_all
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at

TEN = at("2026-09-22 08:00")  # 10:00 in Berlin
STARTS = (TEN, TEN + HOUR // 2, TEN + HOUR)
AS_HOST = Actor(kind="host", address="192.0.2.9")
EXPECTED = {"conflict", "guest_limit", "invalid", "not_found"}

Act = Callable[[random.Random], Awaitable[object]]


@pytest.fixture
async def hosts(store: Store) -> tuple[Host, Host, Host]:
    """Ada, Ben and Eve."""
    names = ("Ada Lovelace", "Ben Okri", "Eve Adams")
    ada, ben, eve = [await cast.host(store, name) for name in names]
    return ada, ben, eve


async def offered(
    store: Store, hosts: tuple[Host, ...], *, seats: int, approval: bool, rooms: int, together: bool
) -> EventType:
    """The team's event type, with few seats and fewer rooms, and Ada's own one beside it."""
    assignment = "collective" if together else "round_robin"
    rules = EventTypeRules(duration_minutes=30, assignment=assignment, seats=seats, buffer_after_minutes=5)
    made = await cast.team_event_type(store, hosts, rules)
    kept = msgspec.structs.replace(
        made, approval=approval, options=EventTypeOptions(waitlist=True, series=Series(rhythms=("daily",)))
    )
    await cast.event_type(store, await cast.schedule(store, hosts[0]), "own")
    found = [await cast.room(store, hosts[0], f"Room {number}") for number in range(rooms)]
    async with store.write() as tx:
        await event_types.update(tx, kept, now=NOW)
        for position, room in enumerate(found):
            need = NeededResource(resource_id=room.id, group="room", position=position)
            await resources.insert_needed(tx, made.id, need)
    return kept


class Crowd:
    """Guests and hosts who all act at once."""

    def __init__(self, store: Store, hosts: tuple[Host, ...], event_type: EventType) -> None:
        self.store, self.hosts, self.event_type = store, hosts, event_type
        self.availability = Availability(store)

    async def one(self, rng: random.Random) -> Booking:
        """Any booking."""
        rows = await self.store.reader.rows(UIDS)
        if not rows:
            raise CallyError("not_found", "There is none yet.")
        found = await bookings.by_uid(self.store.reader, str(rng.choice(rows)[0]))
        assert found is not None
        return found

    def guest(self, rng: random.Random) -> Guest:
        """Somebody."""
        return Guest(name="Cleo", email=f"cleo{rng.randrange(6)}@example.org", tz="UTC")

    async def books(self, rng: random.Random) -> object:
        """A guest books with the team."""
        request = cast.request(rng.choice(STARTS), host="team:support", guest=self.guest(rng))
        return await book(self.store, self.availability, request, now=NOW, actor=AS_CLEO)

    async def books_own(self, rng: random.Random) -> object:
        """A guest books with Ada alone."""
        request = cast.request(rng.choice(STARTS), event_type="own")
        return await book(self.store, self.availability, request, now=NOW, actor=AS_CLEO)

    async def holds(self, rng: random.Random) -> object:
        """A guest holds a slot and books it."""
        start = rng.choice(STARTS)
        held = await hold(
            self.store, self.availability, host="team:support", event_type="intro", starts_at=start, now=NOW
        )
        request = cast.request(start, host="team:support", guest=self.guest(rng))
        wanted = msgspec.structs.replace(request, hold=getattr(held, "uid", None))
        return await book(self.store, self.availability, wanted, now=NOW, actor=AS_CLEO)

    async def cancels(self, rng: random.Random) -> object:
        """Somebody cancels."""
        return await cancel(self.store, (await self.one(rng)).uid, reason="", now=NOW, actor=AS_CLEO)

    async def declines(self, rng: random.Random) -> object:
        """A host says no."""
        return await decline(self.store, (await self.one(rng)).uid, reason="", now=NOW, actor=AS_HOST)

    async def approves(self, rng: random.Random) -> object:
        """A host says yes."""
        return await approve(self.store, self.availability, (await self.one(rng)).uid, now=NOW, actor=AS_HOST)

    async def moves(self, rng: random.Random) -> object:
        """A guest or a host moves a booking."""
        start, actor = rng.choice(STARTS), rng.choice((AS_CLEO, AS_HOST))
        return await reschedule(self.store, self.availability, (await self.one(rng)).uid, start, now=NOW, actor=actor)

    async def reassigns(self, rng: random.Random) -> object:
        """A host hands a booking over."""
        heir = rng.choice(self.hosts).slug
        return await reassign(self.store, (await self.one(rng)).uid, heir, now=NOW, actor=AS_HOST)

    async def waits(self, rng: random.Random) -> object:
        """A guest waits for a slot."""
        return await join(
            self.store,
            host="team:support",
            event_type="intro",
            starts_at=rng.choice(STARTS),
            guest=self.guest(rng),
            now=NOW,
            actor=AS_CLEO,
        )

    async def answers(self, rng: random.Random) -> object:
        """Guests take what they are offered, or leave the line."""
        entries = await list_waitlist(self.store.reader, host_id=self.event_type.host_id)
        for entry in entries:
            if entry.state == "offered" and rng.random() < 0.8:
                request = cast.request(entry.starts_at)
                await accept(self.store, self.availability, entry.uid, request, now=NOW, actor=AS_CLEO)
            elif rng.random() < 0.2:
                await leave(self.store, entry.uid, now=NOW, actor=AS_CLEO)
        return await turn_waitlist(self.store, NOW)

    async def ends_session(self, rng: random.Random) -> object:
        """A host cancels a session."""
        found = await list_sessions(self.store.reader, rng.choice(self.hosts).id, from_at=TEN, to_at=TEN + 9 * HOUR)
        for gathering in found[:1]:
            await cancel_session(self.store, gathering.session.uid, reason="", now=NOW, actor=AS_HOST)
        return found

    async def books_series(self, rng: random.Random) -> object:
        """A guest books two days in a row."""
        request = cast.request(rng.choice(STARTS), host="team:support", guest=self.guest(rng))
        asked = SeriesRequest(rhythm="daily", count=2)
        return await book_series(self.store, self.availability, request, asked, now=NOW, actor=AS_CLEO)

    async def moves_series(self, rng: random.Random) -> object:
        """All dates of a series move, some onto each other's days."""
        start = rng.choice(STARTS) + rng.choice((0, DAY))
        uid = (await self.one(rng)).uid
        return await move_series(
            self.store, self.availability, uid, start, scope="all", now=NOW, actor=rng.choice((AS_CLEO, AS_HOST))
        )

    async def ends_series(self, rng: random.Random) -> object:
        """What follows in a series is cancelled."""
        uid = (await self.one(rng)).uid
        return await cancel(self.store, uid, reason="", scope="following", now=NOW, actor=AS_CLEO)

    async def blocks(self, rng: random.Random) -> object:
        """A room is closed."""
        rooms = await resources.needed(self.store.reader, self.event_type.id)
        start = rng.choice(STARTS)
        return await block_resource(
            self.store, rooms[-1][0].id, starts_at=start, ends_at=start + HOUR // 2, note="", now=NOW, actor=AS_HOST
        )


async def tolerant(act: Act, rng: random.Random) -> None:
    """An expected no is no fault."""
    try:
        await act(rng)
    except CallyError as error:
        if error.code not in EXPECTED:
            raise


@pytest.mark.rule(47, 51, 55, 58, 60, 61, 62, 66)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("seats", "approval", "rooms", "together"),
    [(1, False, 0, False), (1, True, 2, False), (2, False, 2, False), (3, True, 0, False), (2, False, 1, True)],
)
async def test_everything_against_everything(
    store: Store, hosts: tuple[Host, Host, Host], seats: int, approval: bool, rooms: int, together: bool, seed: int
):
    """Rounds of two dozen acts at once; after each round the store is sound."""
    offer = await offered(store, hosts, seats=seats, approval=approval, rooms=rooms, together=together)
    crowd = Crowd(store, hosts, offer)
    rng = random.Random(seed)  # noqa: S311 - the same crowd every time
    common: list[Act] = [crowd.books, crowd.books, crowd.books, crowd.holds, crowd.moves, crowd.cancels]
    rare: list[Act] = [crowd.books_own, crowd.declines, crowd.approves, crowd.reassigns, crowd.waits, crowd.answers]
    rare += [crowd.books_series, crowd.moves_series, crowd.ends_series]
    rare += [crowd.ends_session] if seats > 1 else []
    rare += [crowd.blocks] if rooms else []
    for _ in range(3):
        acts = [rng.choice(common if rng.random() < 0.5 else rare) for _ in range(24)]
        await asyncio.gather(*(tolerant(act, random.Random(rng.random())) for act in acts))  # noqa: S311 - as above
        await require_all(store.reader)
