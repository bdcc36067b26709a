"""Small worlds of hosts, rooms, seats and nights: what is offered can be booked, what is not offered cannot."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cally.bookings import Availability, Offer, book, cancel, offer, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Companion, Taken
from cally.model.hosts import EventType, Host
from cally.model.ids import new_id
from cally.model.options import EventTypeOptions, Stay
from cally.model.rules import DAYS, Cap, EventTypeRules, Horizon, ScheduleRules, WeeklyHours, Window
from cally.model.teams import Assignable, NeededResource, Resource, Team, TeamMember
from cally.store import Store, event_types, open_store, resources, teams
from cally.vault import Vault
from tests import cast
from tests.bookings.invariants import require_all
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at
from tests.conftest import KEY

FIRST = at("2026-09-22 00:00")
MIDNIGHT_IN_BERLIN = FIRST - 2 * HOUR
THEN = NOW - 60  # no slot begins just now
AS_HOST = Actor(kind="host", address="192.0.2.9")
_numbers = itertools.count()


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: of each host the hours and place in the team, of each room group and hours, and what is done."""

    rules: EventTypeRules
    hours: tuple[tuple[int, int], ...]
    required: tuple[bool, ...]
    groups: tuple[str, ...]
    rooms: tuple[tuple[str, tuple[int, int] | None], ...]
    stay: Stay | None
    acts: tuple[tuple[str, int, int], ...]
    probes: tuple[int, ...]


spans = st.sampled_from([(9, 12), (9, 10), (10, 13), (11, 12), (8, 24)])
acts = st.tuples(
    st.sampled_from(["book", "elsewhere", "cancel", "move", "host_moves"]), st.integers(0, 30), st.integers(1, 2)
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Small ones, in which everything meets everything."""
    count = draw(st.integers(1, 3))
    stay = draw(st.sampled_from([None, None, None, Stay(nights_from=1, nights_to=3)]))
    shared = ["collective"] if stay else ["collective", "round_robin", "round_robin"]
    assignment = draw(st.sampled_from(shared if count > 1 else ["single"]))
    rules = EventTypeRules(
        duration_minutes=draw(st.sampled_from([30, 60])),
        step_minutes=draw(st.sampled_from([None, 15])),
        grid=draw(st.sampled_from(["opening", "opening", "optimised"])),
        buffer_before_minutes=draw(st.sampled_from([0, 0, 15])),
        buffer_after_minutes=draw(st.sampled_from([0, 0, 30])),
        notice_minutes=draw(st.sampled_from([0, 27 * 60])),
        horizon=draw(st.sampled_from([None, None, Horizon(kind="rolling", days=2), Horizon(kind="open_days", days=1)]))
        if stay is None
        else None,
        caps=draw(st.sampled_from([(), (), (Cap(per="day", bookings=2),), (Cap(per="week", minutes=90),)])),
        assignment=assignment,
        seats=1 if stay else draw(st.sampled_from([1, 1, 3])),
    )
    rooms = st.tuples(st.sampled_from(["room", "room", "thing"]), st.none() | spans)
    required = [draw(st.booleans()) for _ in range(count)]
    if assignment == "collective":
        required[0] = True
    if assignment == "round_robin":
        required[-1] = False
    return World(
        rules=rules,
        hours=tuple(draw(spans) for _ in range(count)),
        required=tuple(required),
        groups=tuple(draw(st.sampled_from(["", "", "b"])) for _ in range(count)),
        rooms=tuple(draw(st.lists(rooms, max_size=3))),
        stay=stay,
        acts=tuple(draw(st.lists(acts, max_size=6))),
        probes=tuple(draw(st.lists(st.integers(0, 200), min_size=3, max_size=6))),
    )


def week(hours: tuple[int, int]) -> ScheduleRules:
    """The same hours every day."""
    window = Window(from_minute=hours[0] * 60, to_minute=hours[1] * 60)
    return ScheduleRules(tz=cast.TZ, weekly=(WeeklyHours(days=DAYS, hours=window),))


async def built(store: Store, world: World) -> tuple[Offer, tuple[Host, ...]]:
    """The world in the store."""
    number = next(_numbers)
    hosts = tuple([await cast.host(store, f"H{number}x{place} Host") for place in range(len(world.hours))])
    schedules = [await cast.schedule(store, host, week(hours)) for host, hours in zip(hosts, world.hours, strict=True)]
    single = world.rules.assignment == "single"
    made = EventType(
        id=new_id(NOW),
        host_id=hosts[0].id,
        schedule_id=schedules[0].id,
        slug="intro",
        title="Intro call",
        description="",
        rules=world.rules,
        options=EventTypeOptions(stay=world.stay),
        durations_minutes=(world.rules.duration_minutes,),
        places=(),
        questions=(),
        approval=False,
        listed=True,
        position=0,
        team_id=None if single else new_id(NOW),
    )
    async with store.write() as tx:
        if made.team_id is not None:
            await teams.insert(tx, Team(id=made.team_id, slug=f"team{number}", name="Team"), now=NOW)
        await event_types.insert(tx, made, now=NOW)
        for position, host in enumerate(hosts if made.team_id is not None else ()):
            member = TeamMember(team_id=made.team_id or 0, host_id=host.id, manages=True)
            await teams.insert_member(tx, member, now=NOW)
            share = Assignable(
                host_id=host.id,
                schedule_id=schedules[position].id,
                required=world.required[position],
                group=world.groups[position],
            )
            await teams.insert_assignable(tx, made.id, share, position=position)
        for position, (group, hours) in enumerate(world.rooms):
            room = Resource(id=new_id(NOW), host_id=hosts[0].id, name=group, hours=week(hours) if hours else None)
            await resources.insert(tx, room, now=NOW)
            need = NeededResource(resource_id=room.id, group=group, position=position)
            await resources.insert_needed(tx, made.id, need)
    for hours in schedules:
        await cast.event_type(store, hours, "own", rules=EventTypeRules(duration_minutes=30, buffer_after_minutes=15))
    owner = f"team:team{number}" if made.team_id is not None else hosts[0].slug
    return await offer(store.reader, owner, "intro"), hosts


class Tried:
    """A world with what was done in it."""

    def __init__(self, store: Store, world: World, found: Offer, hosts: tuple[Host, ...]) -> None:
        self.store, self.world, self.found, self.hosts = store, world, found, hosts
        self.availability = Availability(store)
        self.made: list[Booking] = []

    async def offered(self) -> list[tuple[int, int, int]]:
        """Start, seats left and nights of all that is on offer in three days."""
        stay = self.world.stay
        if stay is not None:
            found = await self.availability.stays(self.found, now=THEN, from_at=NOW, to_at=FIRST + 3 * DAY)
            return [(start, 1, nights) for start, lengths in found.items() for nights in lengths]
        slots = await self.availability.slots(self.found, now=THEN, from_at=NOW, to_at=FIRST + 3 * DAY)
        return [(slot.starts_at, slot.seats_left, 0) for slot in slots]

    def wish(self, starts_at: int, nights: int, seats: int = 1) -> BookingRequest:
        """Cleo asks, with friends."""
        friends = tuple(Companion(email=f"friend{number}@example.org") for number in range(seats - 1))
        plain = cast.request(starts_at, host=self.found.owner)
        return msgspec.structs.replace(plain, companions=friends, nights=nights or None)

    async def book(self, starts_at: int, nights: int, seats: int = 1) -> Booked | Taken:
        """Cleo books."""
        request = self.wish(starts_at, nights, seats)
        return await book(self.store, self.availability, request, now=THEN, actor=AS_CLEO)

    async def act(self, kind: str, number: int, seats: int) -> None:
        """Something is done that changes what is free."""
        if kind == "elsewhere":
            host = self.hosts[number % len(self.hosts)]
            own = cast.request(FIRST + 7 * HOUR + number % 12 * HOUR // 4, host=host.slug, event_type="own")
            await book(self.store, self.availability, own, now=THEN, actor=AS_CLEO)
        elif kind == "book":
            starts = [one for one in await self.offered() if one[1] >= seats]
            if starts:
                start, _, nights = starts[number % len(starts)]
                seated = seats if self.world.rules.seats > 1 else 1
                self.made.append(cast.booked(await self.book(start, nights, seated)))
        elif self.made and kind == "cancel":
            gone = self.made.pop(number % len(self.made))
            await cancel(self.store, gone.uid, reason="", now=THEN, actor=AS_CLEO)
        elif self.made:
            uid = self.made[number % len(self.made)].uid
            actor = AS_HOST if kind == "host_moves" else AS_CLEO
            start = FIRST + 7 * HOUR + number * HOUR // 4
            await reschedule(self.store, self.availability, uid, start, now=THEN, actor=actor)

    async def probe(self) -> None:
        """What is on offer is booked and given back; what lies between is refused."""
        offered = await self.offered()
        for number in self.world.probes if offered else ():
            start, left, nights = offered[number % len(offered)]
            seats = left if self.world.rules.seats > 1 and number % 2 else 1
            answer = await self.book(start, nights, seats)
            assert isinstance(answer, Booked), (start, seats, answer)
            await cancel(self.store, answer.booking.uid, reason="", now=THEN, actor=AS_CLEO)
        known = {start for start, _, _ in offered}
        for number in self.world.probes:
            start = MIDNIGHT_IN_BERLIN + number * HOUR // 4
            if start in known:
                continue
            answer = await self.book(start, self.world.stay.nights_from if self.world.stay else 0)
            assert isinstance(answer, Taken), start


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asyncio.AbstractEventLoop, Store]]:
    """A store that all worlds share, none of whose owners is in two."""
    folder: Path = tmp_path_factory.mktemp("worlds")
    loop = asyncio.new_event_loop()

    async def opening() -> Store:
        return open_store(folder / "cally.db", Vault(KEY).database_key)

    store = loop.run_until_complete(opening())
    yield loop, store
    loop.run_until_complete(store.close())
    loop.close()


@pytest.mark.rule(47, 58, 61, 64, 65, 66, 69)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_what_is_offered_can_be_booked_and_nothing_else(opened: tuple[asyncio.AbstractEventLoop, Store], world: World):
    """In every world, after whatever was done in it."""
    loop, store = opened

    async def lived() -> None:
        tried = Tried(store, world, *await built(store, world))
        for act in world.acts:
            await tried.act(*act)
        await tried.probe()

    loop.run_until_complete(lived())


@pytest.mark.rule(47, 58, 61)
def test_all_worlds_together_are_sound(opened: tuple[asyncio.AbstractEventLoop, Store]):
    """What was done in them has left nothing behind."""
    loop, store = opened
    loop.run_until_complete(require_all(store.reader))
