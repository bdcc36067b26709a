"""A booking that was imported stands in its host's calendar already, put there by the program it comes from."""

import msgspec

from cally.bookings import Availability, book
from cally.model.hosts import Host
from cally.store import Store, bookings
from cally.store import calendars as kept
from cally.vault import Vault
from tests.calendars.files import calendar, event
from tests.calendars.test_reads import Read, add, read
from tests.cast import AS_CLEO, DAY, NOW, at, booked, request
from tests.site import Site

__all__ = ["read"]
TEN = at("2026-09-22 10:00")


async def test_the_old_entry_of_an_imported_booking_is_an_echo(
    store: Store,
    vault: Vault,
    ada: Host,
    site: Site,
    read: Read,
) -> None:
    """It takes no time of its own, so that the time is free when the booking moves; other events do."""
    made = booked(await book(store, Availability(store), request(TEN), now=NOW, actor=AS_CLEO))
    twin = msgspec.structs.replace(
        made, id=made.id + 1, uid="another", calendar_uid="calUid1@Cal.com", status="cancelled"
    )
    async with store.write() as tx:
        await bookings.insert(tx, twin)
    hours = "DTSTART:20260922T100000Z", "DTEND:20260922T103000Z"
    later = "DTSTART:20260922T110000Z", "DTEND:20260922T113000Z"
    content = calendar(event("UID:calUid1@Cal.com", *hours), event("UID:calUid2@Cal.com", *later))
    await read(await add(store, vault, ada, site.give("/a.ics", content)))
    assert await kept.list_busy(store.reader, ada.id, NOW, NOW + 3 * DAY) == [
        (at("2026-09-22 11:00"), at("2026-09-22 11:30"))
    ]
