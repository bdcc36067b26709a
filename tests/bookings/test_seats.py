"""Seats: several guests in one session, companions counted, capacity never passed, each seat its own booking."""

import asyncio

import msgspec
import pytest

from cally.bookings import Availability, book, cancel, offer, reschedule
from cally.errors import CallyError
from cally.model.bookings import Booked, Booking, BookingRequest, Companion, Guest, Taken
from cally.model.hosts import EventType, Host
from cally.model.rules import EventTypeRules
from cally.store import Store, bookings, event_types, schedules
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, at

TEN = at("2026-09-22 08:00")  # 10:00 in Berlin


@pytest.fixture
async def yoga(store: Store, ada: Host) -> EventType:
    """Ada's yoga class of an hour, three seats."""
    (hours,) = await schedules.list_of(store.reader, ada.id)
    return await cast.event_type(store, hours, "yoga", rules=EventTypeRules(duration_minutes=60, seats=3))


def wish(starts_at: int, name: str = "Cleo", *, brings: int = 0) -> BookingRequest:
    """Somebody asks for a place in the class, and for friends."""
    email = f"{name.lower()}@example.org"
    return msgspec.structs.replace(
        cast.request(starts_at, event_type="yoga", guest=Guest(name=name, email=email, tz="UTC")),
        companions=tuple(Companion(email=f"{number}.{email}") for number in range(brings)),
    )


async def joined(store: Store, availability: Availability, starts_at: int, name: str, *, brings: int = 0) -> Booking:
    """Somebody has a seat."""
    request = wish(starts_at, name, brings=brings)
    return cast.booked(await book(store, availability, request, now=NOW, actor=AS_CLEO))


async def seats_left(store: Store, availability: Availability, starts_at: int) -> int | None:
    """How many seats the page shows for a start; None when it is not shown."""
    found = await offer(store.reader, "ada", "yoga")
    slots = await availability.slots(found, now=NOW, from_at=TEN - HOUR, to_at=TEN + 8 * HOUR)
    return next((slot.seats_left for slot in slots if slot.starts_at == starts_at), None)


@pytest.mark.rule(58)
async def test_concurrent_joins_fill_exactly_the_capacity(store: Store, yoga: EventType, availability: Availability):
    """Of ten at once three are booked; the others are told of classes with a seat left."""
    wishes = (book(store, availability, wish(TEN, f"G{n}"), now=NOW, actor=AS_CLEO) for n in range(10))
    answers = await asyncio.gather(*wishes)
    assert sum(isinstance(answer, Booked) for answer in answers) == 3
    taken = [answer for answer in answers if isinstance(answer, Taken)]
    assert len(taken) == 7
    assert all(one.refusal.code == "booked" and TEN + HOUR in one.alternatives for one in taken)


@pytest.mark.rule(58)
async def test_companions_take_seats(store: Store, yoga: EventType, availability: Availability):
    """Two come together and leave one seat: a second pair does not fit, one guest does."""
    await joined(store, availability, TEN, "Cleo", brings=1)
    assert await seats_left(store, availability, TEN) == 1
    answer = await book(store, availability, wish(TEN, "Dora", brings=1), now=NOW, actor=AS_CLEO)
    assert isinstance(answer, Taken)
    await joined(store, availability, TEN, "Dora")
    assert await seats_left(store, availability, TEN) is None


@pytest.mark.rule(58)
async def test_more_than_all_seats_is_no_party(store: Store, yoga: EventType, availability: Availability):
    """Four do not fit into three seats, whatever the start; exactly three do."""
    with pytest.raises(CallyError) as refused:
        await book(store, availability, wish(TEN, brings=3), now=NOW, actor=AS_CLEO)
    assert refused.value.facts["field"] == "companions"
    assert (await joined(store, availability, TEN, "Cleo", brings=2)).seats_taken == 3


@pytest.mark.rule(59)
async def test_moving_one_seat_touches_no_other(store: Store, yoga: EventType, availability: Availability):
    """Cleo and her friend move to a class with room for both; Dora's seat stays as it was, row for row."""
    cleo = await joined(store, availability, TEN, "Cleo", brings=1)
    dora = await joined(store, availability, TEN, "Dora")
    await joined(store, availability, TEN + HOUR, "Emil")
    moved = await reschedule(store, availability, cleo.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert (await seats_left(store, availability, TEN), await seats_left(store, availability, TEN + HOUR)) == (2, None)
    assert await bookings.by_uid(store.reader, dora.uid) == dora


@pytest.mark.rule(59)
async def test_a_seat_does_not_move_into_a_full_session(store: Store, yoga: EventType, availability: Availability):
    """A pair into a class with one seat: refused, and nothing has changed; one seat alone moves."""
    pair = await joined(store, availability, TEN, "Cleo", brings=1)
    await joined(store, availability, TEN + HOUR, "Dora", brings=1)
    alone = await joined(store, availability, TEN + 2 * HOUR, "Emil")
    refused = await reschedule(store, availability, pair.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(refused, Taken)
    assert await bookings.by_uid(store.reader, pair.uid) == pair
    moved = await reschedule(store, availability, alone.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)


@pytest.mark.rule(59)
async def test_cancelling_one_seat_frees_only_that(store: Store, yoga: EventType, availability: Availability):
    """The seats of who cancels are free again, companions' too; the last to go frees the hour itself."""
    cleo = await joined(store, availability, TEN, "Cleo", brings=1)
    dora = await joined(store, availability, TEN, "Dora")
    await cancel(store, cleo.uid, reason="", now=NOW, actor=AS_CLEO)
    assert await seats_left(store, availability, TEN) == 2
    await cancel(store, dora.uid, reason="", now=NOW, actor=AS_CLEO)
    assert await seats_left(store, availability, TEN) == 3


@pytest.mark.rule(58)
async def test_raised_capacity_counts_for_seats_that_move(store: Store, yoga: EventType, availability: Availability):
    """Booked when there were three seats, moved into the fourth of a class that has four now."""
    early = await joined(store, availability, TEN, "Cleo")
    await joined(store, availability, TEN + HOUR, "Dora", brings=2)
    await resized(store, yoga, 4)
    moved = await reschedule(store, availability, early.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)


@pytest.mark.rule(56)
async def test_what_was_booked_alone_stays_alone(store: Store, yoga: EventType, availability: Availability):
    """A meeting from when there were no seats is not joined by anybody, and does not move in with others."""
    await resized(store, yoga, 1)
    alone = await joined(store, availability, TEN, "Cleo")
    await resized(store, yoga, 3)
    assert await seats_left(store, availability, TEN) is None
    await joined(store, availability, TEN + HOUR, "Dora")
    assert isinstance(await reschedule(store, availability, alone.uid, TEN + HOUR, now=NOW, actor=AS_CLEO), Taken)


async def resized(store: Store, event_type: EventType, seats: int) -> None:
    """The class has another number of seats."""
    rules = msgspec.structs.replace(event_type.rules, seats=seats)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(event_type, rules=rules), now=NOW)
