"""The most bookings that one guest may have ahead, by mailbox, and what whoever has enough is told."""

import asyncio

import msgspec
import pytest

from cally.bookings import Availability, book, cancel, reschedule
from cally.errors import CallyError
from cally.model.bookings import Booked, Booking, Guest
from cally.model.hosts import EventType, Host
from cally.model.messages import Message
from cally.model.options import EventTypeOptions
from cally.store import Store, bookings, event_types, messages
from tests import cast
from tests.cast import AS_CLEO, CLEO, DAY, HOUR, NOW, at

TEN = at("2026-09-22 08:00")
pytestmark = pytest.mark.rule(46)


@pytest.fixture
async def one_each(store: Store, ada: Host) -> EventType:
    """Ada's `intro`, of which a guest may have one ahead."""
    known = await event_types.by_slug(store.reader, ada.id, "intro")
    assert known is not None
    limited = msgspec.structs.replace(known, options=EventTypeOptions(active_per_guest=1))
    async with store.write() as tx:
        await event_types.update(tx, limited, now=NOW)
    return limited


async def ask(
    store: Store, availability: Availability, starts_at: int = TEN, *, guest: Guest = CLEO, now: int = NOW
) -> Booking:
    return cast.booked(await book(store, availability, cast.request(starts_at, guest=guest), now=now, actor=AS_CLEO))


def known_as(email: str) -> Guest:
    return msgspec.structs.replace(CLEO, email=email)


async def mails_to_cleo(store: Store, booking: Booking) -> list[Message]:
    return [one for one in await messages.list_of(store.reader, booking.id) if one.recipient == "guest"]


async def test_who_has_enough_gets_no_more(store: Store, availability: Availability, one_each: EventType):
    """The second is refused and nothing of it stays; once the first is cancelled there is room again."""
    first = await ask(store, availability)
    with pytest.raises(CallyError, match="there is a booking ahead already") as fault:
        await ask(store, availability, TEN + HOUR)
    assert (fault.value.code, fault.value.facts) == ("guest_limit", {"most": 1})
    await cancel(store, first.uid, reason="", now=NOW, actor=AS_CLEO)
    assert (await ask(store, availability, TEN + HOUR)).starts_at == TEN + HOUR


async def test_moving_the_one_is_what_is_left_to_do(store: Store, availability: Availability, one_each: EventType):
    """A reschedule is no second booking."""
    first = await ask(store, availability)
    moved = await reschedule(store, availability, first.uid, TEN + DAY, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert moved.starts_at == TEN + DAY


async def test_what_has_begun_counts_no_more(store: Store, availability: Availability, one_each: EventType):
    """Only bookings ahead do."""
    await ask(store, availability)
    assert (await ask(store, availability, TEN + DAY, now=TEN)).starts_at == TEN + DAY


@pytest.mark.parametrize("again", ["CLEO@Example.org", "cleo+work@example.org", " cleo@example.org"])
async def test_another_spelling_is_the_same_guest(
    store: Store, availability: Availability, one_each: EventType, again: str
):
    """Capitals, spaces and tags name no other mailbox."""
    await ask(store, availability)
    with pytest.raises(CallyError, match="no more can be made here"):
        await ask(store, availability, TEN + HOUR, guest=known_as(again))


@pytest.mark.parametrize("other", ["cleo@example.com", "cle.o@example.org", "cleopatra@example.org", "ben@example.org"])
async def test_another_mailbox_is_another_guest(
    store: Store, availability: Availability, one_each: EventType, other: str
):
    """Nothing is guessed about what providers do with dots, and `cleo+x` stands for no longer name."""
    await ask(store, availability, guest=known_as("cleo+x@example.org"))
    assert await ask(store, availability, TEN + HOUR, guest=known_as(other))


async def test_a_tag_is_kept_as_it_was_typed(store: Store, availability: Availability, one_each: EventType):
    """Counting does not change where mail goes (rule 79)."""
    made = await ask(store, availability, guest=known_as("cleo+work@example.org"))
    kept = await bookings.by_uid(store.reader, made.uid)
    assert kept is not None
    assert kept.guest.email == "cleo+work@example.org"


async def test_another_event_type_counts_for_itself(
    store: Store, availability: Availability, ada: Host, one_each: EventType
):
    """The limit is an event type's own."""
    await ask(store, availability)
    await cast.event_type(store, await cast.schedule(store, ada), "talk")
    other = cast.request(TEN + HOUR, event_type="talk")
    assert isinstance(await book(store, availability, other, now=NOW, actor=AS_CLEO), Booked)


async def test_two_at_once_are_counted_one_after_the_other(
    store: Store, availability: Availability, one_each: EventType
):
    """One is booked, the other refused."""
    asked = (ask(store, availability, TEN + step * HOUR) for step in range(2))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(isinstance(answer, CallyError) for answer in answers) == [False, True]


async def test_the_link_goes_by_mail_alone_and_once_a_day(
    store: Store, availability: Availability, one_each: EventType
):
    """Who types another one's address sees no link and no time, however often; the mailbox gets one mail a day."""
    first = await ask(store, availability)
    (told,) = await mails_to_cleo(store, first)
    async with store.write() as tx:
        await messages.update_sent(tx, told.id, answer="250 ok", now=NOW)
    for now in (NOW, NOW + 1, NOW + 2):
        with pytest.raises(CallyError) as fault:
            await ask(store, availability, TEN + HOUR, guest=known_as("cleo+x@example.org"), now=now)
        assert first.uid not in fault.value.sentence + str(fault.value.facts)
    _, again = await mails_to_cleo(store, first)
    assert (again.kind, again.address, again.state) == ("confirmed", "cleo@example.org", "waiting")
