"""Approve, decline, cancel, reschedule: each has one defined answer, however often it is asked."""

import asyncio

import pytest

from cally.bookings import Availability, approve, book, cancel, decline, history, mark_no_show, reschedule
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, Taken
from cally.model.hosts import Host
from cally.store import Store, bookings, event_types
from tests import cast
from tests.cast import AS_CLEO, NOW, at

TEN = at("2026-09-22 08:00")
ELEVEN = TEN + 3_600
AS_ADA = Actor(kind="host", account_id=1)


async def make(store: Store, availability: Availability, starts_at: int = TEN, event_type: str = "intro") -> Booking:
    request = cast.request(starts_at, event_type=event_type)
    return cast.booked(await book(store, availability, request, now=NOW, actor=AS_CLEO))


@pytest.fixture
async def request_to_ada(store: Store, ada: Host, availability: Availability) -> Booking:
    hours = await cast.schedule(store, ada)
    await cast.event_type(store, hours, "advice", approval=True)
    return await make(store, availability, event_type="advice")


@pytest.mark.rule(55)
async def test_a_reschedule_swaps_the_slot_and_keeps_the_uid(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Same uid, next sequence, new wall time; the old slot is free again."""
    booking = await make(store, availability)
    moved = await reschedule(store, availability, booking.uid, ELEVEN, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert (moved.uid, moved.sequence, moved.starts_local) == (booking.uid, 1, "2026-09-22T11:00")
    assert isinstance(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO), Booked)


@pytest.mark.rule(55)
async def test_a_reschedule_to_a_taken_slot_changes_nothing(
    store: Store, availability: Availability, ada: Host
) -> None:
    """The old slot goes only if the new one is had."""
    booking, other = await make(store, availability), await make(store, availability, ELEVEN)
    answer = await reschedule(store, availability, booking.uid, other.starts_at, now=NOW, actor=AS_CLEO)
    assert isinstance(answer, Taken)
    assert await bookings.by_uid(store.reader, booking.uid) == booking


@pytest.mark.rule(55)
async def test_two_who_move_to_one_slot_at_once_do_not_share_it(
    store: Store, availability: Availability, ada: Host
) -> None:
    """One is moved; the other keeps the old time and is offered alternatives."""
    both = [await make(store, availability), await make(store, availability, ELEVEN)]
    noon = TEN + 7_200
    moves = (reschedule(store, availability, one.uid, noon, now=NOW, actor=AS_CLEO) for one in both)
    answers = await asyncio.gather(*moves)
    assert sorted(isinstance(answer, Taken) for answer in answers) == [False, True]


@pytest.mark.rule(54)
async def test_a_reschedule_to_the_same_time_changes_nothing(
    store: Store, availability: Availability, ada: Host
) -> None:
    """No new sequence, no message: nothing happened."""
    booking = await make(store, availability)
    assert await reschedule(store, availability, booking.uid, TEN, now=NOW, actor=AS_CLEO) == booking


@pytest.mark.rule(54)
async def test_cancelling_twice_is_one_cancellation(store: Store, availability: Availability, ada: Host) -> None:
    """A second click answers as the first did and leaves no second entry."""
    booking = await make(store, availability)
    first = await cancel(store, booking.uid, reason="ill", now=NOW, actor=AS_CLEO)
    again = await cancel(store, booking.uid, reason="again", now=NOW + 9, actor=AS_CLEO)
    assert (first.status, first.sequence, again) == ("cancelled", 1, first)
    assert len(await history(store.reader, booking.uid)) == 2


async def test_a_cancelled_booking_frees_its_slot(store: Store, availability: Availability, ada: Host) -> None:
    """The next guest gets it."""
    booking = await make(store, availability)
    await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    assert isinstance(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO), Booked)


@pytest.mark.rule(54)
async def test_what_is_over_can_no_longer_be_changed(store: Store, availability: Availability, ada: Host) -> None:
    """Cancel after the start, move a cancelled one: a conflict in words, never a crash."""
    booking = await make(store, availability)
    with pytest.raises(CallyError, match="has begun"):
        await cancel(store, booking.uid, reason="", now=TEN, actor=AS_CLEO)
    await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    with pytest.raises(CallyError, match="cancelled"):
        await reschedule(store, availability, booking.uid, ELEVEN, now=NOW, actor=AS_CLEO)


async def test_an_unknown_booking_is_not_found(store: Store, availability: Availability, ada: Host) -> None:
    """Whatever is asked of it."""
    with pytest.raises(CallyError) as fault:
        await cancel(store, "nobody", reason="", now=NOW, actor=AS_CLEO)
    assert fault.value.code == "not_found"


@pytest.mark.rule(51)
async def test_a_request_blocks_its_slot_until_it_is_answered(
    store: Store, availability: Availability, request_to_ada: Booking
) -> None:
    """Pending blocks; declined frees."""
    assert request_to_ada.status == "pending"
    assert isinstance(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO), Taken)
    await decline(store, request_to_ada.uid, reason="away", now=NOW, actor=AS_ADA)
    assert isinstance(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO), Booked)


@pytest.mark.rule(51)
async def test_two_who_approve_at_once_have_one_effect(
    store: Store, availability: Availability, request_to_ada: Booking
) -> None:
    """One confirmation, one entry in the history."""
    uid = request_to_ada.uid
    answers = await asyncio.gather(*(approve(store, availability, uid, now=NOW, actor=AS_ADA) for _ in range(4)))
    assert {answer.status for answer in answers if isinstance(answer, Booking)} == {"confirmed"}
    assert [entry.tag for entry in await history(store.reader, uid)] == ["guest:booking:create", "host:booking:approve"]


async def test_a_guest_who_moves_an_approved_request_asks_anew(
    store: Store, availability: Availability, request_to_ada: Booking
) -> None:
    """The host said yes to another time; a host who moves it needs nobody's approval."""
    await approve(store, availability, request_to_ada.uid, now=NOW, actor=AS_ADA)
    by_guest = await reschedule(store, availability, request_to_ada.uid, ELEVEN, now=NOW, actor=AS_CLEO)
    assert isinstance(by_guest, Booking)
    assert by_guest.status == "pending"


async def test_a_host_may_move_a_booking_outside_their_hours(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Hours, notice and grid are for guests; claims are for all."""
    booking = await make(store, availability)
    evening = at("2026-09-22 18:10")
    moved = await reschedule(store, availability, booking.uid, evening, now=NOW, actor=AS_ADA)
    assert isinstance(moved, Booking)
    assert moved.starts_at == evening


async def test_a_no_show_is_noted_only_after_the_start(store: Store, availability: Availability, ada: Host) -> None:
    """Before the meeting nobody can have stayed away; the note can be taken back."""
    booking = await make(store, availability)
    with pytest.raises(CallyError, match="begun"):
        await mark_no_show(store, booking.uid, now=NOW, actor=AS_ADA)
    assert (await mark_no_show(store, booking.uid, now=TEN, actor=AS_ADA)).no_show
    assert not (await mark_no_show(store, booking.uid, now=TEN, actor=AS_ADA, no_show=False)).no_show


async def test_an_archived_event_type_still_serves_its_bookings(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Taking an event type off offer strands nobody."""
    booking = await make(store, availability)
    async with store.write() as tx:
        await event_types.archive(tx, booking.event_type_id, slug="~1", now=NOW)
    cancelled = await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    assert cancelled.status == "cancelled"
