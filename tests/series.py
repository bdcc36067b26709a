"""Series for tests: an event type of Ada's that can repeat, and Cleo who books it."""

from typing import Any

import msgspec

from cally.bookings import Availability, book_series
from cally.model.bookings import BookingRequest
from cally.model.hosts import EventType, Place, Schedule
from cally.model.options import EventTypeOptions, Rhythm, Series
from cally.model.rules import EventTypeRules
from cally.model.series import SeriesBooked, SeriesRequest
from cally.store import Store, event_types, hosts, schedules
from tests import cast
from tests.cast import AS_CLEO, NOW, at

TEN = at("2026-10-06 08:00")  # a Tuesday, 10:00 in Berlin; the clocks go back on 25 October
WEEK = 7 * 86_400
EVERY: tuple[Rhythm, ...] = ("daily", "weekly", "fortnightly", "monthly")


async def lesson(
    store: Store,
    slug: str = "lesson",
    *,
    terms: Series | None = None,
    approval: bool = False,
    rules: EventTypeRules | None = None,
    hours: Schedule | None = None,
    places: tuple[Place, ...] = (),
) -> EventType:
    """Ada's half hour that can be booked as a series."""
    ada = await hosts.by_slug(store.reader, "ada")
    assert ada is not None
    kept = hours or (await schedules.list_of(store.reader, ada.id))[0]
    made = await cast.event_type(store, kept, slug, approval=approval, rules=rules, places=places)
    return await repeating(store, made, terms or Series(rhythms=EVERY))


async def repeating(store: Store, event_type: EventType, terms: Series) -> EventType:
    """The event type, from now on to be had as a series."""
    made = msgspec.structs.replace(event_type, options=EventTypeOptions(series=terms))
    async with store.write() as tx:
        await event_types.update(tx, made, now=NOW)
    return made


def request(starts_at: int = TEN, *, slug: str = "lesson", **more: Any) -> BookingRequest:
    """Cleo asks for the first date."""
    return msgspec.structs.replace(cast.request(starts_at, event_type=slug), **more)


async def booked(
    store: Store, availability: Availability, *, count: int = 4, starts_at: int = TEN, slug: str = "lesson", **more: Any
) -> SeriesBooked:
    """Cleo books a weekly series; anything but a "yes" fails the test."""
    asked = SeriesRequest(rhythm="weekly", count=count)
    answer = await book_series(
        store, availability, request(starts_at, slug=slug, **more), asked, now=NOW, actor=AS_CLEO
    )
    assert isinstance(answer, SeriesBooked), answer
    return answer
