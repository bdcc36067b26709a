"""Availability from memory: kept as long as it is exactly right, and not a change longer."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from cally import engine
from cally.bookings import Availability, book, cancel, hold, offer
from cally.bookings.availability import ANSWER_COST, REMEMBERED_SLOTS
from cally.model.hosts import Host
from cally.model.rules import EventTypeRules, Question, ScheduleRules
from cally.store import Store, event_types, hosts, schedules
from tests import cast
from tests.cast import AS_CLEO, NOW, at

TEN = at("2026-09-22 08:00")
WEEK = (at("2026-09-21 00:00"), at("2026-09-28 00:00"))

Change = Callable[[Store, Availability, Host], Awaitable[object]]


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


async def look(store: Store, availability: Availability, now: int = NOW) -> list[int]:
    found = await availability.slots(await offer(store.reader, "ada", "intro"), now=now, from_at=WEEK[0], to_at=WEEK[1])
    return [slot.starts_at for slot in found]


async def test_the_same_question_is_computed_once(
    store: Store, availability: Availability, ada: Host, computed: list[Question]
) -> None:
    """The second look is answered from memory, with the same slots."""
    assert await look(store, availability) == await look(store, availability)
    assert len(computed) == 1


async def _book(store: Store, availability: Availability, ada: Host) -> object:
    return await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO)


async def _hold(store: Store, availability: Availability, ada: Host) -> object:
    return await hold(store, availability, host="ada", event_type="intro", starts_at=TEN, now=NOW)


async def _close_the_week(store: Store, availability: Availability, ada: Host) -> None:
    (hours,) = await schedules.list_of(store.reader, ada.id)
    async with store.write() as tx:
        await schedules.update(tx, msgspec.structs.replace(hours, rules=ScheduleRules(tz=cast.TZ)), now=NOW)


async def _lengthen(store: Store, availability: Availability, ada: Host) -> None:
    (event_type,) = await event_types.list_of(store.reader, ada.id)
    longer = msgspec.structs.replace(event_type, rules=EventTypeRules(duration_minutes=60), durations_minutes=(60,))
    async with store.write() as tx:
        await event_types.update(tx, longer, now=NOW)


async def _cap(store: Store, availability: Availability, ada: Host) -> None:
    capped = msgspec.structs.replace(ada, caps=(cast.Cap(per="day", bookings=1),))
    async with store.write() as tx:
        await hosts.update(tx, capped)


@pytest.mark.parametrize("change", [_book, _hold, _close_the_week, _lengthen, _cap])
async def test_each_kind_of_change_is_seen_at_once(
    store: Store, availability: Availability, ada: Host, computed: list[Question], change: Change
) -> None:
    """A booking, a hold, hours, the event type, a cap: whoever changes it, the next look computes anew."""
    await look(store, availability)
    await change(store, availability, ada)
    await look(store, availability)
    assert len(computed) > 1
    assert computed[0] != computed[-1]


async def test_a_change_of_another_host_disturbs_nothing(
    store: Store, availability: Availability, ada: Host, computed: list[Question]
) -> None:
    """What Ben does is not Ada's availability."""
    await look(store, availability)
    ben = await cast.host(store, "Ben Okri")
    await cast.schedule(store, ben)
    await look(store, availability)
    assert len(computed) == 1


async def test_a_booked_slot_is_gone_and_comes_back_when_cancelled(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Exactly the slot that was booked."""
    before = await look(store, availability)
    booking = cast.booked(await _book(store, availability, ada))
    assert set(before) - set(await look(store, availability)) == {TEN}
    await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    assert await look(store, availability) == before


async def test_the_passing_minute_is_a_change_too(store: Store, availability: Availability, ada: Host) -> None:
    """A slot that has begun is no longer offered."""
    nine = at("2026-09-21 07:00")
    assert nine in await look(store, availability, now=nine - 60)
    assert nine not in await look(store, availability, now=nine + 60)


async def test_what_is_remembered_is_bounded_by_its_size(store: Store, ada: Host) -> None:
    """Anybody may ask for any stretch: ten long answers must not take ten times what ten short ones do."""
    availability = Availability(store, remembered_slots=1_000)
    found = await offer(store.reader, "ada", "intro")
    for day in range(20):
        start = WEEK[0] + day * 86_400
        await availability.slots(found, now=NOW, from_at=start, to_at=start + 60 * 86_400)
    kept = list(availability._known.values())
    assert 0 < sum(len(slots) for _, slots in kept) <= 1_000
    for day in range(100):
        await availability.slots(found, now=NOW, from_at=WEEK[0], to_at=WEEK[0] + day)
    assert len(availability._known) <= 10


async def test_asking_again_takes_no_more_room(store: Store, ada: Host) -> None:
    """An answer that is renewed each minute takes the place of the one before it."""
    availability = Availability(store)
    for minute in range(3):
        await look(store, availability, NOW + 60 * minute)
    assert availability._left == REMEMBERED_SLOTS - ANSWER_COST - len(await look(store, availability, NOW + 120))
