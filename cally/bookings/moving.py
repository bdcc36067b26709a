"""Which slots a booking may move to: its own time does not stand in its way (rules 43, 55)."""

import msgspec

from cally import engine
from cally.bookings.offers import Offer
from cally.bookings.questions import DAY_SECONDS, question
from cally.bookings.seating import as_booked
from cally.bookings.stays import lasting_when_moved
from cally.model.bookings import Booking, Slot
from cally.model.options import Stay
from cally.store import Reader


async def slots_to_move_to(
    db: Reader, offer: Offer, booking: Booking, *, now: int, from_at: int, to_at: int
) -> tuple[Slot, ...]:
    """Free slots of the booking's own length within `[from_at, to_at]`, in order, the present one left out."""
    minutes = booking.terms.duration_minutes
    stay, nights = offer.event_type.options.stay, booking.terms.nights
    if stay is not None and nights is not None:
        return await _stays(db, offer, booking, stay, nights, now=now, window=(from_at, to_at))
    asked = await question(
        db,
        as_booked(offer, booking),
        duration_minutes=minutes,
        now=now,
        window=(from_at, to_at),
        without=frozenset({booking.uid}),
    )
    starts = (start for start in engine.slots(asked) if start != booking.starts_at)
    return tuple(Slot(starts_at=start, ends_at=start + minutes * 60, seats_left=1) for start in starts)


async def _stays(
    db: Reader, offer: Offer, booking: Booking, stay: Stay, nights: int, *, now: int, window: tuple[int, int]
) -> tuple[Slot, ...]:
    asked = await question(
        db,
        offer,
        duration_minutes=offer.event_type.rules.duration_minutes,
        now=now,
        window=(window[0], window[1] + (stay.nights_to + 1) * DAY_SECONDS),
        without=frozenset({booking.uid}),
    )
    found = engine.stays(msgspec.structs.replace(asked, window=window), stay)
    starts = [start for start, lengths in found.items() if nights in lengths and start != booking.starts_at]
    lasting = [(start, lasting_when_moved(offer, booking, start) * 60) for start in starts]
    return tuple(Slot(starts_at=start, ends_at=start + seconds, seats_left=1) for start, seconds in lasting)
