"""What is confirmed takes all that it needs: every host, every room, the seat beside the others, whoever acts."""

import asyncio
from datetime import date

import msgspec
import pytest

from cally.bookings import Availability, approve, book, cancel, move_series, offer, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Booking, BookingRequest, Taken
from cally.model.hosts import EventType, Host
from cally.model.ids import new_id, new_uid
from cally.model.options import Series
from cally.model.rules import EventTypeRules
from cally.model.teams import CREDIT_UNIT, Assignable, NeededResource
from cally.model.time_off import TimeOff
from cally.store import Store, accounts, event_types, occupancy, resources, series, teams, time_off
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at
from tests.series import TEN as SERIES_TEN
from tests.series import WEEK, repeating
from tests.series import booked as booked_series

TEN = at("2026-09-22 08:00")  # 10:00 in Berlin
CHECK_IN = at("2026-10-23 13:00")  # a Friday, 15:00 in Berlin
ROUND_ROBIN = EventTypeRules(duration_minutes=30, assignment="round_robin")
AS_HOST = Actor(kind="host", address="192.0.2.9")


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben."""
    return await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")


@pytest.fixture
def availability(store: Store) -> Availability:
    """Free slots."""
    return Availability(store)


async def needs(store: Store, event_type: EventType, *rooms: int) -> None:
    """The event type needs one of these rooms, the first one first."""
    async with store.write() as tx:
        for position, room in enumerate(rooms):
            await resources.insert_needed(
                tx, event_type.id, NeededResource(resource_id=room, group="room", position=position)
            )


async def changed(store: Store, event_type: EventType, **rules: object) -> None:
    """Other rules for an event type."""
    async with store.write() as tx:
        other = msgspec.structs.replace(event_type, rules=msgspec.structs.replace(event_type.rules, **rules))
        await event_types.update(tx, other, now=NOW)


def wish(starts_at: int, **changes: object) -> BookingRequest:
    """Cleo asks the team for a start."""
    return msgspec.structs.replace(cast.request(starts_at, host="team:support"), **changes)


async def booked(store: Store, availability: Availability, request: BookingRequest) -> Booking:
    """Cleo's booking."""
    return cast.booked(await book(store, availability, request, now=NOW, actor=AS_CLEO))


@pytest.mark.rule(66, 69)
async def test_a_stay_takes_a_room(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Two rooms, two stays at once; the third is told no."""
    cabin = await cast.cabin(store, pair[0])
    rooms = [await cast.room(store, pair[0], name) for name in ("East", "West")]
    await needs(store, cabin, rooms[0].id)
    request = msgspec.structs.replace(cast.request(CHECK_IN, event_type="cabin"), nights=2)
    booking = await booked(store, availability, request)
    assert booking.resources == (rooms[0].id,)
    (claim,) = await occupancy.list_between(store.reader, rooms[0].id, CHECK_IN, CHECK_IN + DAY)
    assert (claim.uid, claim.ends_at) == (booking.uid, booking.ends_at)


@pytest.mark.rule(61)
async def test_turns_hold_for_those_who_book_at_once(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Ten bookings of ten slots at the same moment are shared out evenly."""
    event_type = await cast.team_event_type(store, pair, ROUND_ROBIN)
    starts = [TEN + number * HOUR // 2 for number in range(10)]
    await asyncio.gather(*(book(store, availability, wish(start), now=NOW, actor=AS_CLEO) for start in starts))
    assert [one.assigned for one in await teams.assignable(store.reader, event_type.id)] == [5, 5]


async def test_a_host_s_act_assigns_nobody_who_is_barred(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Ben's account is disabled; a manager moves Ada's booking to where she is taken."""
    await cast.team_event_type(store, pair, ROUND_ROBIN)
    first = await booked(store, availability, wish(TEN))
    assert first.host_id == pair[0].id
    async with store.write() as tx:
        await accounts.update_disabled(tx, pair[1].id, NOW)
    await booked(store, availability, wish(TEN + HOUR))
    answer = await reschedule(store, availability, first.uid, TEN + HOUR, now=NOW, actor=AS_HOST)
    assert isinstance(answer, Taken)


@pytest.mark.rule(58, 66)
async def test_guests_of_a_session_meet_in_one_room(store: Store, pair: tuple[Host, Host], availability: Availability):
    """The first room is free again when the second guest comes; they sit where the first one does."""
    rules = EventTypeRules(duration_minutes=30, seats=3)
    yoga = await cast.event_type(store, await cast.schedule(store, pair[0]), "yoga", rules=rules)
    other = await cast.event_type(store, await cast.schedule(store, pair[1]), "other")
    rooms = [await cast.room(store, pair[0], name) for name in ("East", "West")]
    await needs(store, yoga, *(room.id for room in rooms))
    await needs(store, other, rooms[0].id)
    before = await booked(store, availability, cast.request(TEN, host="ben", event_type="other"))
    first = await booked(store, availability, cast.request(TEN, event_type="yoga"))
    assert first.resources == (rooms[1].id,)
    await cancel(store, before.uid, reason="", now=NOW, actor=AS_CLEO)
    second = await booked(store, availability, cast.request(TEN, event_type="yoga"))
    assert second.resources == first.resources


async def test_other_hosts_are_seen_at_once(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Eve stands in for Ben, and all revisions together are what they were: the slots are hers all the same."""
    event_type = await cast.team_event_type(store, pair, ROUND_ROBIN)
    eve, hours = await cast.host(store, "Eve Adams"), at("2026-09-22 06:00")
    early = await cast.schedule(store, eve, msgspec.structs.replace(cast.WORKING_WEEK, tz="Europe/Athens"))
    await blocked_often(store, pair[1].id, 30)
    before = await offer(store.reader, "team:support", "intro")
    window = {"now": NOW, "from_at": hours, "to_at": hours + HOUR}
    assert await availability.slots(before, **window) == ()
    version = await availability.version(before, NOW)
    share = Assignable(host_id=eve.id, schedule_id=early.id)
    async with store.write() as tx:
        await teams.delete_assignable(tx, event_type.id, pair[1].id)
        await teams.insert_assignable(tx, event_type.id, share, position=1)
    after = await offer(store.reader, "team:support", "intro")
    await blocked_often(store, eve.id, version[0] - (await availability.version(after, NOW))[0])
    assert await availability.version(after, NOW) == version
    assert [slot.starts_at for slot in await availability.slots(after, **window)] == [hours, hours + HOUR // 2]


async def blocked_often(store: Store, owner_id: int, times: int) -> None:
    """Raise an owner's revision so many times."""
    async with store.write() as tx:
        for number in range(times):
            await occupancy.insert(
                tx,
                id=new_id(NOW),
                owner_id=owner_id,
                kind="block",
                uid=new_uid(),
                event_type_id=None,
                starts_at=NOW + 400 * DAY + number,
                ends_at=NOW + 400 * DAY + number + 1,
                buffer_before=0,
                buffer_after=0,
                session=None,
                seats=1,
            )


@pytest.mark.rule(68)
async def test_who_manages_the_team_acts_on_a_whole_series(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Ada takes part in no date of it: her yes is for all of them, and so is her no."""
    event_type = await cast.team_event_type(store, pair, ROUND_ROBIN)
    asked = msgspec.structs.replace(event_type, approval=True)
    await repeating(store, asked, Series(rhythms=("weekly",)))
    async with store.write() as tx:
        await teams.delete_assignable(tx, event_type.id, pair[0].id)
    as_ada = Actor(kind="host", account_id=pair[0].id)
    made = await booked_series(store, availability, count=3, slug="intro", host="team:support")
    assert made.bookings[0].status == "pending"
    await approve(store, availability, made.bookings[0].uid, now=NOW, actor=as_ada)
    assert [one.status for one in await series.bookings_of(store.reader, made.series.id)] == ["confirmed"] * 3
    moved = await move_series(
        store, availability, made.bookings[1].uid, SERIES_TEN + WEEK + HOUR, scope="following", now=NOW, actor=as_ada
    )
    assert isinstance(moved, Booking)
    await cancel(store, made.bookings[0].uid, reason="", scope="all", now=NOW, actor=as_ada)
    assert [one.status for one in await series.bookings_of(store.reader, made.series.id)] == ["cancelled"] * 3


@pytest.mark.rule(58, 61)
async def test_a_session_stays_the_turn_of_its_host(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Three seats are one turn, whoever of the guests leaves first; with the last one it is taken back."""
    rules = EventTypeRules(duration_minutes=30, assignment="round_robin", seats=3)
    event_type = await cast.team_event_type(store, pair, rules)

    async def counts() -> list[int]:
        return [one.assigned for one in await teams.assignable(store.reader, event_type.id)]

    seats = [await booked(store, availability, wish(TEN)) for _ in range(3)]
    assert await counts() == [1, 0]
    await cancel(store, seats[0].uid, reason="", now=NOW, actor=AS_CLEO)
    await reschedule(store, availability, seats[1].uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert await counts() == [2, 0]
    await cancel(store, seats[2].uid, reason="", now=NOW, actor=AS_CLEO)
    assert await counts() == [1, 0]


@pytest.mark.rule(61)
async def test_a_cancelled_booking_credits_nobody(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Ben is away; what Ada is given counts as his, too, until it is cancelled."""
    event_type = await cast.team_event_type(store, pair, ROUND_ROBIN)
    async with store.write() as tx:
        away = TimeOff(id=new_id(NOW), host_id=pair[1].id, first_on=date(2026, 9, 22), last_on=date(2026, 9, 22))
        await time_off.insert(tx, away, now=NOW)

    async def credit() -> int:
        return (await teams.assignable(store.reader, event_type.id))[1].credit

    booking = await booked(store, availability, wish(TEN))
    assert await credit() == CREDIT_UNIT
    await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    assert await credit() == 0
