"""What is computed once and still right is not computed again; each kind of input, changed once, is (R43)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import NamedTuple

import httpx2
import msgspec
import pytest

from cally import engine
from cally.bookings import book, cancel, hold, reschedule
from cally.bookings.questions import STALE_AFTER_SECONDS
from cally.calendars import keep_holidays
from cally.hosts.resource_blocks import block_resource
from cally.hosts.time_off import TimeOffDraft, create_time_off
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.calendars import BusyTime, Calendar
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.rules import Cap, EventTypeRules, Override, Question, Window
from cally.model.teams import NeededResource, Resource
from cally.store import Store, accounts, calendars, event_types, hosts, resources, schedules, teams
from cally.web.doors import Doors
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at
from tests.web.conftest import Watch

TEN = at("2026-09-22 08:00")
DAYS = {"from": "2026-09-21", "to": "2026-09-27"}
AS_ADA = Actor(kind="host", address="192.0.2.1")
MEET, SUPPORT = "hosts/ada/event-types/meet", "hosts/team:support/event-types/intro"


class World(NamedTuple):
    """Ada and Ben, a room that Ada's meetings need, a team of both, a calendar of Ada's, and a booking of Cleo's."""

    store: Store
    doors: Doors
    ada: Host
    ben: Host
    room: Resource
    calendar: Calendar
    booking: Booking


@pytest.fixture
async def world(store: Store, doors: Doors) -> World:
    ada, ben = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    meet = await cast.event_type(store, await cast.schedule(store, ada), "meet")
    room = await cast.room(store, ada, "Red room")
    calendar = Calendar(
        id=new_id(NOW),
        host_id=ada.id,
        name="Work",
        shown_address="https://cal.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=NOW,
        next_read_at=NOW,
    )
    async with store.write() as tx:
        await resources.insert_needed(tx, meet.id, NeededResource(resource_id=room.id, group="room", position=0))
        await calendars.insert(tx, calendar, address_sealed=b"sealed")
    await cast.team_event_type(store, (ada, ben), EventTypeRules(duration_minutes=30, assignment="round_robin"))
    wish = cast.request(TEN + DAY, event_type="meet")
    booking = cast.booked(await book(store, doors.availability, wish, now=NOW, actor=AS_CLEO))
    return World(store, doors, ada, ben, room, calendar, booking)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    """Every question that really reached the engine, in order."""
    asked: list[Question] = []
    slots = engine.slots

    def counted(question: Question) -> list[int]:
        asked.append(question)
        return slots(question)

    monkeypatch.setattr(engine, "slots", counted)
    return asked


async def starts(client: httpx2.AsyncClient, path: str) -> list[str]:
    """The slots of a week over HTTP."""
    answer = await client.get(f"/api/v1/{path}/slots", params=DAYS)
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"] for slot in answer.json()["slots"]]


async def booked(world: World) -> object:
    return await book(
        world.store, world.doors.availability, cast.request(TEN, event_type="meet"), now=NOW, actor=AS_CLEO
    )


async def held(world: World) -> object:
    return await hold(world.store, world.doors.availability, host="ada", event_type="meet", starts_at=TEN, now=NOW)


async def cancelled(world: World) -> object:
    return await cancel(world.store, world.booking.uid, reason="", now=NOW, actor=AS_CLEO)


async def moved(world: World) -> object:
    return await reschedule(world.store, world.doors.availability, world.booking.uid, TEN, now=NOW, actor=AS_CLEO)


async def overridden(world: World) -> None:
    hours, *_ = await schedules.list_of(world.store.reader, world.ada.id)
    short = Override(on=date(2026, 9, 22), hours=(Window(from_minute=600, to_minute=660),))
    async with world.store.write() as tx:
        rules = msgspec.structs.replace(hours.rules, overrides=(short,))
        await schedules.update(tx, msgspec.structs.replace(hours, rules=rules), now=NOW)


async def away(world: World) -> object:
    draft = TimeOffDraft(first_on=date(2026, 9, 24), last_on=date(2026, 9, 25))
    return await create_time_off(world.store, world.ada.id, draft, now=NOW, actor=AS_ADA)


async def on_holiday(world: World) -> object:
    """24 September is Heritage Day in South Africa."""
    hours, *_ = await schedules.list_of(world.store.reader, world.ada.id)
    return await keep_holidays(world.store, hours.id, country="ZA", now=NOW, actor=AS_ADA)


async def busy(world: World) -> None:
    async with world.store.write() as tx:
        await calendars.insert_busy(tx, world.calendar, [BusyTime(TEN, TEN + HOUR, "x")])


async def longer(world: World) -> None:
    found = await event_types.by_slug(world.store.reader, world.ada.id, "meet")
    assert found is not None
    rules = EventTypeRules(duration_minutes=60)
    async with world.store.write() as tx:
        changed = msgspec.structs.replace(found, rules=rules, durations_minutes=(60,))
        await event_types.update(tx, changed, now=NOW)


async def capped(world: World) -> None:
    async with world.store.write() as tx:
        await hosts.update(tx, msgspec.structs.replace(world.ada, caps=(Cap(per="day", bookings=1),)))


async def room_blocked(world: World) -> object:
    return await block_resource(
        world.store, world.room.id, starts_at=TEN, ends_at=TEN + HOUR, note="", now=NOW, actor=AS_ADA
    )


async def room_no_longer_needed(world: World) -> None:
    found = await event_types.by_slug(world.store.reader, world.ada.id, "meet")
    assert found is not None
    await room_blocked(world)
    async with world.store.write() as tx:
        await resources.delete_needed(tx, found.id)


async def member_busy(world: World) -> None:
    """Both are taken at ten, so that the team is."""
    async with world.store.write() as tx:
        await calendars.insert_busy(tx, world.calendar, [BusyTime(TEN, TEN + HOUR, "x")])
    await cast.event_type(world.store, await cast.schedule(world.store, world.ben), "own")
    wish = cast.request(TEN, host="ben", event_type="own")
    cast.booked(await book(world.store, world.doors.availability, wish, now=NOW, actor=AS_CLEO))


async def member_gone(world: World) -> None:
    """Ben alone is left, and he is taken at ten."""
    team = await teams.by_slug(world.store.reader, "support")
    assert team is not None
    (found,) = await event_types.list_of(world.store.reader, team.id)
    await cast.event_type(world.store, await cast.schedule(world.store, world.ben), "own")
    wish = cast.request(TEN, host="ben", event_type="own")
    cast.booked(await book(world.store, world.doors.availability, wish, now=NOW, actor=AS_CLEO))
    async with world.store.write() as tx:
        await teams.delete_assignable(tx, found.id, world.ada.id)


async def member_disabled(world: World) -> None:
    """Nobody is left when the accounts of both are disabled."""
    async with world.store.write() as tx:
        for host in (world.ada, world.ben):
            await accounts.update_disabled(tx, host.id, NOW)


CHANGES: tuple[tuple[str, Callable[[World], Awaitable[object]]], ...] = (
    (MEET, booked),
    (MEET, held),
    (MEET, cancelled),
    (MEET, moved),
    (MEET, overridden),
    (MEET, away),
    (MEET, on_holiday),
    (MEET, busy),
    (MEET, longer),
    (MEET, capped),
    (MEET, room_blocked),
    (SUPPORT, member_busy),
    (SUPPORT, member_gone),
    (SUPPORT, member_disabled),
)


@pytest.mark.parametrize(("path", "change"), CHANGES, ids=[change.__name__ for _, change in CHANGES])
async def test_each_kind_of_input_is_seen_once_and_at_once(
    client: httpx2.AsyncClient,
    world: World,
    computed: list[Question],
    path: str,
    change: Callable[[World], Awaitable[object]],
) -> None:
    """Asked twice, computed once; after the change computed anew, with another answer, and then once for good."""
    before = await starts(client, path)
    assert await starts(client, path) == before
    assert len(computed) == 1
    await change(world)
    computed.clear()
    after = await starts(client, path)
    assert (len(computed), after != before) == (1, True)
    assert await starts(client, path) == after
    assert len(computed) == 1


async def test_what_is_no_longer_needed_stands_in_nobodys_way(client: httpx2.AsyncClient, world: World) -> None:
    """The room is blocked, and meetings need it no more: the slots are those of a free room."""
    before = await starts(client, MEET)
    await room_no_longer_needed(world)
    assert await starts(client, MEET) == before


async def test_a_minute_later_what_depends_on_the_time_is_computed_anew(
    client: httpx2.AsyncClient, world: World, computed: list[Question], watch: Watch
) -> None:
    """Within the minute memory answers; in the next one it does not."""
    await starts(client, MEET)
    watch.now = NOW + 59
    await starts(client, MEET)
    assert len(computed) == 1
    watch.now = NOW + 60
    await starts(client, MEET)
    assert len(computed) == 2


@pytest.mark.rule(38)
async def test_a_calendar_that_falls_silent_closes_at_once(
    client: httpx2.AsyncClient, world: World, watch: Watch
) -> None:
    """Nothing in the database changes, and yet nothing is offered."""
    watch.now = NOW + STALE_AFTER_SECONDS - 60
    assert await starts(client, MEET)
    watch.now = NOW + STALE_AFTER_SECONDS + 60
    assert await starts(client, MEET) == []


async def test_what_others_do_disturbs_nothing(
    client: httpx2.AsyncClient, world: World, computed: list[Question]
) -> None:
    """Ben is booked by himself: Ada's page is answered from memory, the team's is not."""
    await cast.event_type(world.store, await cast.schedule(world.store, world.ben), "own")
    await starts(client, MEET)
    await starts(client, SUPPORT)
    computed.clear()
    wish = cast.request(TEN, host="ben", event_type="own")
    cast.booked(await book(world.store, world.doors.availability, wish, now=NOW, actor=AS_CLEO))
    await starts(client, MEET)
    assert computed == []
    await starts(client, SUPPORT)
    assert len(computed) == 1
