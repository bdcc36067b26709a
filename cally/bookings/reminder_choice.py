"""How a guest wants to be reminded: on which of the ways that the host allows, kept with the booking (X10)."""

import msgspec

from cally.bookings.offers import Offer
from cally.bookings.requests import Wanted
from cally.model.bookings import BookingRequest
from cally.notify import chosen_way
from cally.store import Reader, Writer, guest_reminders


async def with_reminder(db: Reader, found: Offer, asked: Wanted, request: BookingRequest) -> Wanted:
    """A checked request with where its guest wants to be reminded; raises `invalid`: `reminder`, `reminder_phone`."""
    way = await chosen_way(db, found.event_type, request.reminder, request.reminder_phone)
    return msgspec.structs.replace(asked, reminder=way)


async def record_reminder(tx: Writer, asked: Wanted, *, booking_id: int) -> None:
    """Keep it with the booking; nothing for mail, which everybody gets without asking."""
    if asked.reminder is not None:
        await guest_reminders.put(tx, booking_id, asked.reminder)
