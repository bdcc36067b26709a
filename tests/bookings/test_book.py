"""Booking: one transaction, one winner, one answer per idempotency key."""

import asyncio

import msgspec
import pytest

from cally.bookings import Availability, book, history
from cally.errors import CallyError
from cally.model.bookings import Booked, Taken
from cally.model.hosts import Host
from cally.store import Store, bookings, messages
from tests import cast
from tests.cast import AS_CLEO, NOW, at

TEN = at("2026-09-22 08:00")  # Tuesday, 10:00 in Berlin


async def ask(
    store: Store, availability: Availability, starts_at: int, key: str | None = None, **changes: object
) -> object:
    request = msgspec.structs.replace(cast.request(starts_at), **changes)
    return await book(store, availability, request, now=NOW, actor=AS_CLEO, idempotency_key=key)


async def test_a_free_slot_becomes_a_confirmed_booking(store: Store, availability: Availability, ada: Host) -> None:
    """Cleo gets Tuesday at ten, with the wall time and the terms as they were."""
    booking = cast.booked(await ask(store, availability, TEN))
    assert (booking.status, booking.sequence, booking.host_id) == ("confirmed", 0, ada.id)
    assert (booking.starts_local, booking.tz) == ("2026-09-22T10:00", "Europe/Berlin")
    assert await bookings.by_uid(store.reader, booking.uid) == booking


async def test_booking_outbox_and_audit_are_one_transaction(
    store: Store, availability: Availability, ada: Host
) -> None:
    """A booking never stands without the messages it causes and the entry that says who made it."""
    booking = cast.booked(await ask(store, availability, TEN))
    planned = await messages.list_of(store.reader, booking.id)
    assert {(message.recipient, message.kind) for message in planned} == {("guest", "confirmed"), ("host", "confirmed")}
    assert [entry.tag for entry in await history(store.reader, booking.uid)] == ["guest:booking:create"]


@pytest.mark.rule(47)
async def test_of_many_guests_at_once_exactly_one_gets_the_slot(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Forty guests ask for one instant: one booking, and the others are offered the nearest slots."""
    answers = await asyncio.gather(*(ask(store, availability, TEN) for _ in range(40)))
    losers = [answer for answer in answers if isinstance(answer, Taken)]
    assert len(losers) == 39
    assert all(loser.alternatives and TEN not in loser.alternatives for loser in losers)


@pytest.mark.rule(48)
async def test_overlapping_starts_of_two_event_types_are_one_too(
    store: Store, availability: Availability, ada: Host
) -> None:
    """An hour at 10:00 and half an hour at 10:30 are the same host's time."""
    hours = await cast.schedule(store, ada)
    await cast.event_type(store, hours, "hour", rules=cast.EventTypeRules(duration_minutes=60, step_minutes=30))
    wishes = [(TEN, "hour"), (TEN + 1_800, "intro")] * 10
    requests = [ask(store, availability, starts_at, event_type=slug) for starts_at, slug in wishes]
    answers = await asyncio.gather(*requests)
    assert sum(isinstance(answer, Booked) for answer in answers) == 1


@pytest.mark.rule(49)
async def test_the_same_idempotency_key_is_the_same_booking(
    store: Store, availability: Availability, ada: Host
) -> None:
    """A retry, also one that runs at the same time, gets the booking it made, not a refusal."""
    answers = await asyncio.gather(*(ask(store, availability, TEN, key="once") for _ in range(5)))
    assert len({cast.booked(answer).uid for answer in answers}) == 1
    assert sum(isinstance(answer, Booked) and answer.created for answer in answers) == 1


async def test_an_idempotency_key_for_another_request_is_refused(
    store: Store, availability: Availability, ada: Host
) -> None:
    """A key that is used twice by mistake must not hand out somebody else's booking."""
    await ask(store, availability, TEN, key="once")
    with pytest.raises(CallyError, match="idempotency key"):
        await ask(store, availability, TEN + 1_800, key="once")


@pytest.mark.rule(40)
async def test_what_is_not_offered_cannot_be_booked(store: Store, availability: Availability, ada: Host) -> None:
    """The confirm judges by the same rules as the page: off the grid, at night, in the past."""
    for starts_at, code in ((TEN + 600, "off_grid"), (TEN - 6 * 3_600, "closed"), (NOW - 86_400, "past")):
        answer = await ask(store, availability, starts_at)
        assert isinstance(answer, Taken)
        assert answer.refusal.code == code


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("guest.email", {"guest": msgspec.structs.replace(cast.CLEO, email="cleo at example.org")}),
        ("guest.name", {"guest": msgspec.structs.replace(cast.CLEO, name="  ")}),
        ("guest.tz", {"guest": msgspec.structs.replace(cast.CLEO, tz="Mars/Olympus")}),
        ("duration_minutes", {"duration_minutes": 45}),
        ("answers.why", {"answers": {"why": "because"}}),
    ],
)
async def test_a_wrong_field_is_named(
    store: Store, availability: Availability, ada: Host, field: str, changes: dict[str, object]
) -> None:
    """The error says which field was wrong, and nothing is booked."""
    with pytest.raises(CallyError) as fault:
        await ask(store, availability, TEN, **changes)
    assert fault.value.facts["field"] == field
    assert isinstance(await ask(store, availability, TEN), Booked)


@pytest.mark.rule(56)
async def test_editing_the_event_type_leaves_the_booking_as_it_was(
    store: Store, availability: Availability, ada: Host
) -> None:
    """The terms are a snapshot: title, length and buffers stay what Cleo agreed to."""
    booking = cast.booked(await ask(store, availability, TEN))
    event_type = await cast.event_types.by_slug(store.reader, ada.id, "intro")
    assert event_type is not None
    async with store.write() as tx:
        await cast.event_types.update(tx, msgspec.structs.replace(event_type, title="Changed"), now=NOW)
    kept = await bookings.by_uid(store.reader, booking.uid)
    assert kept is not None
    assert kept.terms.title == "Intro call"


@pytest.mark.rule(58)
async def test_seats_fill_exactly_to_capacity(store: Store, availability: Availability, ada: Host) -> None:
    """Three seats, ten guests at once: three bookings of one instant, and no other event beside them."""
    hours = await cast.schedule(store, ada)
    await cast.event_type(store, hours, "class", rules=cast.EventTypeRules(duration_minutes=60, seats=3))
    answers = await asyncio.gather(*(ask(store, availability, TEN, event_type="class") for _ in range(10)))
    assert sum(isinstance(answer, Booked) for answer in answers) == 3
    assert isinstance(await ask(store, availability, TEN + 1_800), Taken)
