"""How many seats are asked for: the same rules with as many fewer, so that the engine's answer fits (rule 58)."""

import msgspec

from cally.bookings.offers import Offer
from cally.model.bookings import Booking, Terms


def for_seats(offer: Offer, seats: int) -> Offer:
    """The offer as a guest sees it who wants several seats: a session that one more fits into must have them all."""
    return offer if seats == 1 else _with_seats(offer, max(1, offer.event_type.rules.seats - seats + 1))


def as_booked(offer: Offer, booking: Booking) -> Offer:
    """The offer for a booking that was made already: what was to be alone stays alone, a seat asks for its seats."""
    return for_seats(offer, booking.seats_taken) if booking.is_seat else _with_seats(offer, 1)


def seats_needed(offer: Offer, booking: Booking) -> int:
    """How many seats a slot must have left for a booking to move there; all of them for what is to be alone."""
    return booking.seats_taken if booking.is_seat else offer.event_type.rules.seats


def terms_now(offer: Offer, booking: Booking) -> Terms:
    """A booking's terms with the seats that a session of its event type has now, to claim its time by."""
    seats = max(offer.event_type.rules.seats, booking.seats_taken) if booking.is_seat else 1
    return msgspec.structs.replace(booking.terms, seats=seats)


def _with_seats(offer: Offer, seats: int) -> Offer:
    if offer.event_type.rules.seats == seats:
        return offer
    rules = msgspec.structs.replace(offer.event_type.rules, seats=seats)
    return msgspec.structs.replace(offer, event_type=msgspec.structs.replace(offer.event_type, rules=rules))
