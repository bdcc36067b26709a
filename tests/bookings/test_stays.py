"""Bookings over several days: their own hours, every hour between, and moves that keep the nights (rule 69)."""

import msgspec
import pytest

from cally.bookings import Availability, book, cancel, hold, offer, reschedule
from cally.bookings.moving import slots_to_move_to
from cally.errors import CallyError
from cally.model.bookings import Booked, Booking, BookingRequest, Hold, Taken
from cally.store import Store
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at

pytestmark = pytest.mark.rule(69)
CHECK_IN = at("2026-10-23 13:00")  # a Friday, 15:00 in Berlin


@pytest.fixture
async def availability(store: Store) -> Availability:
    """Ada lets a cabin, by the night, up to five."""
    await cast.cabin(store, await cast.host(store, "Ada Lovelace"))
    return Availability(store)


def wish(starts_at: int, nights: int | None, **changes: object) -> BookingRequest:
    """Cleo asks for nights."""
    return msgspec.structs.replace(cast.request(starts_at, event_type="cabin"), nights=nights, **changes)


async def booked(store: Store, availability: Availability, starts_at: int, nights: int) -> Booking:
    """Cleo has the cabin."""
    return cast.booked(await book(store, availability, wish(starts_at, nights), now=NOW, actor=AS_CLEO))


async def test_a_stay_is_booked_by_the_night(store: Store, availability: Availability):
    """Three nights end at 11:00 on the third day after, an hour of summer time more."""
    booking = await booked(store, availability, CHECK_IN, 3)
    assert booking.ends_at == at("2026-10-26 10:00")
    assert booking.ends_at - booking.starts_at == 3 * DAY - 4 * HOUR + HOUR
    assert booking.terms.nights == 3


async def test_nobody_comes_before_the_last_one_has_gone(store: Store, availability: Availability):
    """The days between are taken, with the nights before them as alternatives; the day of leaving is free again."""
    await booked(store, availability, CHECK_IN, 3)
    clash = await book(store, availability, wish(CHECK_IN + DAY, 1), now=NOW, actor=AS_CLEO)
    assert isinstance(clash, Taken)
    assert CHECK_IN - DAY in clash.alternatives
    leaving = at("2026-10-26 14:00")
    assert isinstance(await book(store, availability, wish(leaving, 1), now=NOW, actor=AS_CLEO), Booked)


async def test_only_its_own_hours_and_numbers_of_nights_can_be_had(store: Store, availability: Availability):
    """Not from 16:00, not six nights, not by the minute; and no nights where there are none."""
    late = await book(store, availability, wish(CHECK_IN + HOUR, 1), now=NOW, actor=AS_CLEO)
    assert isinstance(late, Taken)
    for fault in (wish(CHECK_IN, 6), wish(CHECK_IN, 1, duration_minutes=30)):
        with pytest.raises(CallyError) as caught:
            await book(store, availability, fault, now=NOW, actor=AS_CLEO)
        assert caught.value.facts["field"] in {"nights", "duration_minutes"}


async def test_a_moved_stay_keeps_its_nights(store: Store, availability: Availability):
    """Moved across the end of summer time it still has its nights and its hour to leave."""
    booking = await booked(store, availability, CHECK_IN, 2)
    assert booking.ends_at == at("2026-10-25 10:00")
    moved = await reschedule(store, availability, booking.uid, CHECK_IN - 7 * DAY, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert (moved.ends_at, moved.terms.nights) == (at("2026-10-18 09:00"), 2)


async def test_a_stay_may_move_into_its_own_days(store: Store, availability: Availability):
    """One day later is on offer, though its own nights are taken by itself."""
    booking = await booked(store, availability, CHECK_IN, 2)
    found = await offer(store.reader, "ada", "cabin")
    free = await slots_to_move_to(
        store.reader, found, booking, now=NOW, from_at=CHECK_IN - DAY, to_at=CHECK_IN + 3 * DAY
    )
    assert CHECK_IN + DAY in [slot.starts_at for slot in free]


async def test_a_held_stay_is_its_holders(store: Store, availability: Availability):
    """A hold keeps every night of it."""
    held = await hold(store, availability, host="ada", event_type="cabin", starts_at=CHECK_IN, nights=2, now=NOW)
    assert isinstance(held, Hold)
    other = await book(store, availability, wish(CHECK_IN + DAY, 1), now=NOW, actor=AS_CLEO)
    assert isinstance(other, Taken)
    own = await book(store, availability, wish(CHECK_IN, 2, hold=held.uid), now=NOW, actor=AS_CLEO)
    assert isinstance(own, Booked)


async def test_a_cancelled_stay_frees_its_nights(store: Store, availability: Availability):
    """Before, during and after: the nights that can be had follow what is booked."""
    found = await offer(store.reader, "ada", "cabin")

    async def nights() -> tuple[int, ...]:
        free = await availability.stays(found, now=NOW, from_at=CHECK_IN - 2 * DAY, to_at=CHECK_IN)
        return free[CHECK_IN - 2 * DAY]

    assert await nights() == (1, 2, 3, 4, 5)
    booking = await booked(store, availability, CHECK_IN, 2)
    assert await nights() == (1, 2)
    await cancel(store, booking.uid, reason="", now=NOW, actor=AS_CLEO)
    assert await nights() == (1, 2, 3, 4, 5)
