"""The waitlist: first in, first offered, with a time limit; accepting is a normal booking."""

import asyncio

import msgspec
import pytest

from cally.bookings import (
    Availability,
    accept,
    book,
    cancel,
    decline,
    hold,
    leave,
    offer,
    offer_by_hand,
    position,
    release,
    reschedule,
    turn_waitlist,
)
from cally.bookings.offering import OFFER_SECONDS
from cally.bookings.waitlist import MOST_PER_GUEST
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Companion, Hold, Taken
from cally.model.hosts import Host
from cally.store import Store, bookings, event_types, waitlist
from tests import cast
from tests.bookings.waiting import TEN, seated, state, told, waits, wish, with_waitlist
from tests.cast import AS_CLEO, HOUR, NOW

pytestmark = pytest.mark.rule(60)
AS_ADA = Actor(kind="host", account_id=1, address="192.0.2.1")


async def free_up(store: Store, uid: str, *, now: int = NOW) -> None:
    """Whoever sits there cancels."""
    await cancel(store, uid, reason="", now=now, actor=AS_CLEO)


async def test_the_first_in_line_is_offered_what_comes_free(store: Store, ada: Host, availability: Availability):
    """One of two cancels: Emil, who came first, is offered the seat, Finn keeps his place; nobody else gets it."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    emil, finn = await waits(store, "Emil"), await waits(store, "Finn")
    await free_up(store, cleo.uid)
    assert [await state(store, emil), await state(store, finn)] == ["offered", "waiting"]
    assert await told(store, emil) == ["waitlist_joined", "waitlist_offered"]
    assert await position(store.reader, finn) == 1
    assert isinstance(await book(store, availability, wish("Gil"), now=NOW, actor=AS_CLEO), Taken)


async def test_accepting_is_a_normal_booking(store: Store, ada: Host, availability: Availability):
    """Emil takes the seat: confirmed, told, with a manage link like any other; taking it twice is one booking."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    emil = await waits(store, "Emil")
    await free_up(store, cleo.uid)
    taken = [await accept(store, availability, emil.uid, wish("Emil"), now=NOW, actor=AS_CLEO) for _ in range(2)]
    assert [isinstance(one, Booked) and one.created for one in taken] == [True, False]
    booking = cast.booked(taken[0])
    assert (booking.status, booking.guest.email, booking.starts_at) == ("confirmed", "emil@example.org", TEN)
    assert await state(store, emil) == "accepted"


async def test_an_unanswered_offer_goes_to_the_next(store: Store, ada: Host, availability: Availability):
    """After four hours Finn is asked; Emil's link says that it is too late, and he is never asked again."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    emil, finn = await waits(store, "Emil"), await waits(store, "Finn")
    await free_up(store, cleo.uid)
    await turn_waitlist(store, NOW + OFFER_SECONDS - 1)
    assert await state(store, emil) == "offered"
    later = NOW + OFFER_SECONDS
    await turn_waitlist(store, later)
    assert [await state(store, emil), await state(store, finn)] == ["missed", "offered"]
    with pytest.raises(CallyError, match="run out"):
        await accept(store, availability, emil.uid, wish("Emil"), now=later, actor=AS_CLEO)
    await leave(store, finn.uid, now=later, actor=AS_CLEO)
    assert await told(store, emil) == ["waitlist_joined", "waitlist_offered"]


async def test_nobody_gets_between_an_offer_and_the_next_in_line(store: Store, ada: Host, availability: Availability):
    """The offer has run out and no job has looked yet: who books just now is behind Finn."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    emil, finn = await waits(store, "Emil"), await waits(store, "Finn")
    await free_up(store, cleo.uid)
    later = NOW + OFFER_SECONDS + 3_600
    assert isinstance(await book(store, availability, wish("Gil"), now=later, actor=AS_CLEO), Taken)
    assert [await state(store, emil), await state(store, finn)] == ["missed", "offered"]


async def test_two_seats_at_once_are_offered_to_two(store: Store, ada: Host):
    """Both guests cancel in the same moment: the first two in line have an offer each, the third waits on."""
    await with_waitlist(store, ada)
    seats = [await seated(store, "Cleo"), await seated(store, "Dora")]
    line = [await waits(store, name) for name in ("Emil", "Finn", "Gil")]
    await asyncio.gather(*(free_up(store, seat.uid) for seat in seats))
    assert [await state(store, entry) for entry in line] == ["offered", "offered", "waiting"]


async def test_a_meeting_of_two_has_a_line_too(store: Store, ada: Host, availability: Availability):
    """A single slot that is booked can be waited for; moving away frees it like cancelling does."""
    await with_waitlist(store, ada, "talk", seats=1)
    cleo = await seated(store, "Cleo", slug="talk")
    emil = await waits(store, "Emil", slug="talk")
    await reschedule(store, availability, cleo.uid, TEN + 2 * HOUR, now=NOW, actor=AS_CLEO)
    assert await state(store, emil) == "offered"


async def test_a_declined_request_frees_its_time(store: Store, ada: Host):
    """The host says no to one; whoever waits is offered the time."""
    made = await with_waitlist(store, ada, "talk", seats=1)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(made, approval=True), now=NOW)
    cleo = await seated(store, "Cleo", slug="talk")
    emil = await waits(store, "Emil", slug="talk")
    await decline(store, cleo.uid, reason="", now=NOW, actor=AS_ADA)
    assert await state(store, emil) == "offered"


async def test_more_seats_are_offered_before_anybody_else_gets_them(
    store: Store, ada: Host, availability: Availability
):
    """Ada adds a seat: Emil is offered it, by the job or by the very guest who tries to book it first."""
    made = await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    emil = await waits(store, "Emil")
    rules = msgspec.structs.replace(made.rules, seats=3)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(made, rules=rules), now=NOW)
    assert isinstance(await book(store, availability, wish("Gil"), now=NOW, actor=AS_CLEO), Taken)
    assert await state(store, emil) == "offered"


async def test_a_hold_that_runs_out_is_offered_by_the_job(store: Store, ada: Host, availability: Availability):
    """Somebody typed and went away; Emil, who saw it taken and waited, is offered it."""
    await with_waitlist(store, ada, "talk", seats=1)
    held = await hold(store, availability, host="ada", event_type="talk", starts_at=TEN, now=NOW)
    assert isinstance(held, Hold)
    emil = await waits(store, "Emil", slug="talk")
    await release(store, held.uid)
    await turn_waitlist(store, NOW)
    assert await state(store, emil) == "offered"


async def test_what_was_held_in_vain_is_in_nobodys_way(store: Store, ada: Host, availability: Availability):
    """The hold has run out and nothing has swept it away yet: the job offers the time all the same."""
    await with_waitlist(store, ada, "talk", seats=1)
    held = await hold(store, availability, host="ada", event_type="talk", starts_at=TEN, now=NOW)
    assert isinstance(held, Hold)
    emil = await waits(store, "Emil", slug="talk")
    await turn_waitlist(store, held.expires_at + 1)
    assert await state(store, emil) == "offered"


async def test_giving_an_offer_up_asks_the_next(store: Store, ada: Host):
    """Emil leaves: the seat is Finn's to take; leaving twice is no fault."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    emil, finn = await waits(store, "Emil"), await waits(store, "Finn")
    await free_up(store, cleo.uid)
    for _ in range(2):
        await leave(store, emil.uid, now=NOW, actor=AS_CLEO)
    assert [await state(store, emil), await state(store, finn)] == ["left", "offered"]


async def test_an_offer_near_the_start_is_short_and_ends_with_the_notice(store: Store, ada: Host):
    """Four hours before the last moment an offer lasts one hour; within the notice there is none."""
    await with_waitlist(store, ada, notice=60)
    cleo, dora = await seated(store, "Cleo"), await seated(store, "Dora")
    emil, finn = await waits(store, "Emil"), await waits(store, "Finn")
    last = TEN - 3_600
    await free_up(store, cleo.uid, now=last - 4 * 3_600)
    offered = await waitlist.by_uid(store.reader, emil.uid)
    assert offered is not None
    assert offered.expires_at == last - 3 * 3_600
    await free_up(store, dora.uid, now=last)
    assert await state(store, finn) == "waiting"


async def test_the_end_is_told_once(store: Store, ada: Host):
    """When nothing can be booked any more, whoever still waits is told, and not again."""
    await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    emil = await waits(store, "Emil")
    for _ in range(2):
        await turn_waitlist(store, TEN)
    assert await state(store, emil) == "over"
    assert await told(store, emil) == ["waitlist_joined", "waitlist_over"]


async def test_nobody_waits_in_vain(store: Store, ada: Host):
    """A free time, a time outside the hours and an event type without a waitlist are not waited for."""
    await with_waitlist(store, ada)
    await seated(store, "Cleo")
    for starts_at, slug, why in ((TEN, "yoga", "free"), (TEN - 8 * HOUR, "yoga", "Nobody"), (TEN, "intro", "keeps no")):
        with pytest.raises(CallyError, match=why):
            await waits(store, "Emil", starts_at, slug=slug)


@pytest.mark.rule(39)
async def test_only_the_event_types_own_bookings_are_told(store: Store, ada: Host, availability: Availability):
    """What takes the time otherwise, here another event type, is not shown as full, nor waited for."""
    await with_waitlist(store, ada)
    await seated(store, "Cleo", slug="intro")
    for name in ("Dora", "Emil"):
        await seated(store, name, TEN + HOUR)
    found = await offer(store.reader, "ada", "yoga")
    full = await availability.full(found, now=NOW, from_at=TEN - HOUR, to_at=TEN + 8 * HOUR)
    assert [slot.starts_at for slot in full] == [TEN + HOUR]
    with pytest.raises(CallyError, match="Nobody"):
        await waits(store, "Finn")


async def test_waiting_twice_gives_one_offer(store: Store, ada: Host):
    """Emil is in line twice: two free seats go to him and to Finn; when he takes his, his other place is gone."""
    await with_waitlist(store, ada)
    seats = [await seated(store, "Cleo"), await seated(store, "Dora")]
    first, second = await waits(store, "Emil"), await waits(store, "Emil")
    finn = await waits(store, "Finn")
    for seat in seats:
        await free_up(store, seat.uid)
    assert [await state(store, entry) for entry in (first, second, finn)] == ["offered", "waiting", "offered"]
    await accept(store, Availability(store), first.uid, wish("Emil"), now=NOW, actor=AS_CLEO)
    assert await state(store, second) == "left"


async def test_a_mailbox_waits_for_so_many_times_however_it_is_written(store: Store, ada: Host):
    """`victim+1@` and `victim+2@` are one: tags are no way to fill its mail, or a line."""
    await with_waitlist(store, ada)
    await seated(store, "Cleo")
    await seated(store, "Dora")
    for number in range(MOST_PER_GUEST):
        await waits(store, f"Victim+{number}")
    await waits(store, "Victim_of_another_name")
    for name in ("Victim", "Victim+x"):
        with pytest.raises(CallyError, match="waits for 20 times already"):
            await waits(store, name)


async def test_the_host_may_ask_out_of_turn(store: Store, ada: Host):
    """Ada offers Finn a seat before Emil's turn; while none is free she cannot."""
    made = await with_waitlist(store, ada)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    await waits(store, "Emil")
    finn = await waits(store, "Finn")
    with pytest.raises(CallyError, match="Nothing is free"):
        await offer_by_hand(store, finn.uid, now=NOW, actor=AS_ADA)
    rules = msgspec.structs.replace(made.rules, seats=3)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(made, rules=rules), now=NOW)
    assert (await offer_by_hand(store, finn.uid, now=NOW, actor=AS_ADA)).state == "offered"


async def test_companions_need_seats_of_their_own(store: Store, ada: Host, availability: Availability):
    """The offer is one seat; who brings a friend needs a second one that is free, and keeps the offer without it."""
    await with_waitlist(store, ada)
    cleo, _ = await seated(store, "Cleo"), await seated(store, "Dora")
    emil = await waits(store, "Emil")
    await free_up(store, cleo.uid)
    pair = msgspec.structs.replace(wish("Emil"), companions=(Companion(email="friend@example.org"),))
    assert isinstance(await accept(store, availability, emil.uid, pair, now=NOW, actor=AS_CLEO), Taken)
    alone = await accept(store, availability, emil.uid, wish("Emil"), now=NOW, actor=AS_CLEO)
    assert await bookings.by_uid(store.reader, cast.booked(alone).uid) is not None
