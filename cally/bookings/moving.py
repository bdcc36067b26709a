"""Which slots a booking may move to: its own time does not stand in its way (rules 43, 55)."""

from cally import engine
from cally.bookings.offers import Offer
from cally.bookings.questions import question
from cally.model.bookings import Booking, Slot
from cally.store import Reader


async def slots_to_move_to(
    db: Reader, offer: Offer, booking: Booking, *, now: int, from_at: int, to_at: int
) -> tuple[Slot, ...]:
    """Free slots of the booking's own length within `[from_at, to_at]`, in order, the present one left out."""
    minutes = booking.terms.duration_minutes
    asked = await question(
        db, offer, duration_minutes=minutes, now=now, window=(from_at, to_at), without=frozenset({booking.uid})
    )
    starts = (start for start in engine.slots(asked) if start != booking.starts_at)
    return tuple(Slot(starts_at=start, ends_at=start + minutes * 60, seats_left=1) for start in starts)
