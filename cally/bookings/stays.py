"""Bookings over several days: from a check-in and a number of nights to a length, and back (rule 69)."""

from cally import engine
from cally.bookings.offers import Offer
from cally.errors import invalid
from cally.model.bookings import Booking
from cally.model.options import Stay


def lasting_minutes(offer: Offer, stay: Stay, starts_at: int, nights: int | None) -> int:
    """How long a stay of this many nights lasts from a check-in on, the fewest on offer when none are named.

    Raises `invalid` for a number that is not on offer.
    """
    wanted = stay.nights_from if nights is None else nights
    if not stay.nights_from <= wanted <= stay.nights_to:
        raise invalid("nights", f"A stay here lasts {stay.nights_from} to {stay.nights_to} nights, not {wanted}.")
    end = engine.check_out(stay, offer.schedule.hours.tz, starts_at, wanted)
    if end is None or end <= starts_at:
        raise invalid("nights", "There is no such date to leave on; please choose another number of nights.")
    return (end - starts_at) // 60


def nights_between(offer: Offer, starts_at: int, ends_at: int) -> int:
    """How many nights lie between two instants, by the dates of the offer's schedule."""
    return engine.nights_of(offer.schedule.hours.tz, (starts_at, ends_at))


def lasting_when_moved(offer: Offer, booking: Booking, starts_at: int) -> int:
    """How long a booking lasts at another time: a stay keeps its nights and its hour to leave, others their minutes."""
    stay = offer.event_type.options.stay
    if stay is None or booking.terms.nights is None:
        return booking.terms.duration_minutes
    end = engine.check_out(stay, offer.schedule.hours.tz, starts_at, booking.terms.nights)
    return booking.terms.duration_minutes if end is None else (end - starts_at) // 60
