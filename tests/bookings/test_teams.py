"""Bookings of teams: who is chosen, who has to be free, and what is taken with them."""

import asyncio

import msgspec
import pytest

from cally.bookings import Availability, approve, book, cancel, hold, offer, reschedule
from cally.model.bookings import Booked, Booking, BookingRequest, Hold, Taken
from cally.model.hosts import Host
from cally.model.rules import EventTypeRules
from cally.model.teams import NeededResource
from cally.store import Store, event_types, occupancy, resources, teams
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, at

TEN = at("2026-09-22 08:00")  # 10:00 in Berlin
ROUND_ROBIN = EventTypeRules(duration_minutes=30, assignment="round_robin")
COLLECTIVE = EventTypeRules(duration_minutes=30, assignment="collective")


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben."""
    return await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")


@pytest.fixture
def availability(store: Store) -> Availability:
    """Free slots."""
    return Availability(store)


def wish(starts_at: int, **changes: object) -> BookingRequest:
    """Cleo asks the team for a start."""
    return msgspec.structs.replace(cast.request(starts_at, host="team:support"), **changes)


async def booked(store: Store, availability: Availability, starts_at: int) -> Booking:
    """Cleo is booked with whoever has to."""
    return cast.booked(await book(store, availability, wish(starts_at), now=NOW, actor=AS_CLEO))


@pytest.mark.rule(62)
async def test_two_free_hosts_take_two_guests_and_no_third(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Of three at once two are booked, each with another host; the third is told what can be had instead."""
    await cast.team_event_type(store, pair, ROUND_ROBIN)
    answers = await asyncio.gather(*(book(store, availability, wish(TEN), now=NOW, actor=AS_CLEO) for _ in range(3)))
    hosts = [answer.booking.host_id for answer in answers if isinstance(answer, Booked)]
    assert sorted(hosts) == sorted(host.id for host in pair)
    (taken,) = [answer for answer in answers if isinstance(answer, Taken)]
    assert taken.refusal.code == "booked"
    assert TEN + HOUR // 2 in taken.alternatives


@pytest.mark.rule(61)
async def test_turns_go_by_weight(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Who weighs twice as much is booked twice as often; the decision and its reason are kept with the booking."""
    await cast.team_event_type(store, pair, ROUND_ROBIN, weights=(200, 100))
    made = [await booked(store, availability, TEN + number * HOUR) for number in range(6)]
    ada = sum(booking.host_id == pair[0].id for booking in made)
    assert (ada, len(made) - ada) == (4, 2)
    (decision,) = made[1].decisions
    assert decision.decided_by == "least_booked"
    assert {one.host_id: one.assigned for one in decision.candidates} == {pair[0].id: 1, pair[1].id: 0}


@pytest.mark.rule(61)
async def test_a_cancelled_booking_is_counted_no_more(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Whoever lost a booking is next again."""
    event_type = await cast.team_event_type(store, pair, ROUND_ROBIN)
    first = await booked(store, availability, TEN)
    await cancel(store, first.uid, reason="", now=NOW, actor=AS_CLEO)
    counts = {one.host_id: one.assigned for one in await teams.assignable(store.reader, event_type.id)}
    assert counts == {pair[0].id: 0, pair[1].id: 0}


@pytest.mark.rule(64)
async def test_a_meeting_of_all_takes_everybodys_time(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Both are booked; what takes one of them away takes the slot away, and cancelling frees both."""
    await cast.team_event_type(store, pair, COLLECTIVE)
    booking = await booked(store, availability, TEN)
    assert booking.hosts == (pair[0].id, pair[1].id)
    for host in pair:
        claims = await occupancy.list_between(store.reader, host.id, TEN, TEN + HOUR)
        assert [claim.uid for claim in claims] == [booking.uid]
    await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    assert await occupancy.list_between(store.reader, pair[1].id, TEN, TEN + HOUR) == []


@pytest.mark.rule(64)
async def test_who_does_not_have_to_be_there_does_not_block(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Ben is booked elsewhere; the meeting takes place with Ada alone."""
    event_type = await cast.team_event_type(store, pair, COLLECTIVE)
    (_, ben) = await teams.assignable(store.reader, event_type.id)
    async with store.write() as tx:
        await teams.update_assignable(tx, event_type.id, msgspec.structs.replace(ben, required=False), position=1)
    await cast.event_type(store, await cast.schedule(store, pair[1]), "own")
    request = cast.request(TEN, host="ben", event_type="own")
    cast.booked(await book(store, availability, request, now=NOW, actor=AS_CLEO))
    assert (await booked(store, availability, TEN)).hosts == (pair[0].id,)
    assert (await booked(store, availability, TEN + HOUR)).hosts == (pair[0].id, pair[1].id)


@pytest.mark.rule(63)
async def test_a_move_stays_with_its_host_while_that_one_is_free(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Moved to where its host is free it stays; to where only the other is, it changes hands, uid and all."""
    await cast.team_event_type(store, pair, ROUND_ROBIN)
    first, second = await booked(store, availability, TEN), await booked(store, availability, TEN + HOUR)
    moved = await reschedule(store, availability, first.uid, TEN + 2 * HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert moved.host_id == first.host_id
    handed = await reschedule(store, availability, first.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(handed, Booking)
    assert (handed.host_id, handed.uid) == (first.host_id, first.uid)
    third = await reschedule(store, availability, second.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(third, Booking)
    assert third.host_id == second.host_id


async def test_a_hold_keeps_one_host_of_a_team(store: Store, pair: tuple[Host, Host], availability: Availability):
    """Two holds take both hosts; a third guest gets none, and a holder books within their own hold."""
    await cast.team_event_type(store, pair, ROUND_ROBIN)
    held = [
        await hold(store, availability, host="team:support", event_type="intro", starts_at=TEN, now=NOW)
        for _ in range(3)
    ]
    assert [type(one) for one in held] == [Hold, Hold, Taken]
    first = held[0]
    assert isinstance(first, Hold)
    answer = await book(store, availability, wish(TEN, hold=first.uid), now=NOW, actor=AS_CLEO)
    assert cast.booked(answer).host_id == first.host_id


@pytest.mark.rule(51)
async def test_a_request_to_a_team_is_approved_for_those_it_claims(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Approving judges the hosts that the request has, not the whole team."""
    event_type = await cast.team_event_type(store, pair, ROUND_ROBIN)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(event_type, approval=True), now=NOW)
    first, second = await booked(store, availability, TEN), await booked(store, availability, TEN)
    assert {first.status, second.status} == {"pending"}
    for request in (first, second):
        answer = await approve(store, availability, request.uid, now=NOW, actor=AS_CLEO)
        assert isinstance(answer, Booking)
        assert (answer.status, answer.host_id) == ("confirmed", request.host_id)


@pytest.mark.rule(66)
async def test_any_of_two_rooms_will_do_and_the_first_is_taken_first(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Two hosts need a room each: the first gets the first, the second the other."""
    ada, ben = pair
    red, blue = await cast.room(store, ada, "Red room"), await cast.room(store, ada, "Blue room")
    for host in (ada, ben):
        event_type = await cast.event_type(store, await cast.schedule(store, host), "meet")
        async with store.write() as tx:
            for position, room in enumerate((red, blue)):
                need = NeededResource(resource_id=room.id, group="room", position=position)
                await resources.insert_needed(tx, event_type.id, need)
    taken = [
        cast.booked(
            await book(store, availability, cast.request(TEN, host=host, event_type="meet"), now=NOW, actor=AS_CLEO)
        ).resources
        for host in ("ada", "ben")
    ]
    assert taken == [(red.id,), (blue.id,)]


@pytest.mark.rule(66)
async def test_a_room_that_is_taken_takes_the_slot_away(
    store: Store, pair: tuple[Host, Host], availability: Availability
):
    """Ada is free at ten, the only room is not: the page does not offer it, and the database refuses it too."""
    ada, ben = pair
    red = await cast.room(store, ada, "Red room")
    for host in (ada, ben):
        event_type = await cast.event_type(store, await cast.schedule(store, host), "meet")
        async with store.write() as tx:
            need = NeededResource(resource_id=red.id, group="room", position=0)
            await resources.insert_needed(tx, event_type.id, need)
    found = await offer(store.reader, "ada", "meet")
    before = await availability.slots(found, now=NOW, from_at=TEN, to_at=TEN + HOUR)
    request = cast.request(TEN, host="ben", event_type="meet")
    cast.booked(await book(store, availability, request, now=NOW, actor=AS_CLEO))
    after = await availability.slots(found, now=NOW, from_at=TEN, to_at=TEN + HOUR)
    assert [slot.starts_at for slot in before] == [TEN, TEN + HOUR // 2]
    assert [slot.starts_at for slot in after] == [TEN + HOUR // 2]
