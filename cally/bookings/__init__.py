"""What guests and hosts do: hold, book, approve, decline, cancel, reschedule; this room owns the transactions."""

from cally.bookings.availability import Availability
from cally.bookings.book import book
from cally.bookings.capsules import capsule
from cally.bookings.changes import approve, cancel, decline, mark_no_show, reschedule
from cally.bookings.explaining import Explanation, Party, explain, explained_to, list_explained
from cally.bookings.holds import hold, release, sweep
from cally.bookings.links import booking_for_token, manage_token
from cally.bookings.named import Claimed
from cally.bookings.offers import Offer, is_there, offer, offer_by_id, offer_of
from cally.bookings.reading import booking_by_uid, history, list_bookings
from cally.bookings.requests import lasting
from cally.bookings.uses import Use, list_uses

__all__ = [
    "Availability",
    "Claimed",
    "Explanation",
    "Offer",
    "Party",
    "Use",
    "approve",
    "book",
    "booking_by_uid",
    "booking_for_token",
    "cancel",
    "capsule",
    "decline",
    "explain",
    "explained_to",
    "history",
    "hold",
    "is_there",
    "lasting",
    "list_bookings",
    "list_explained",
    "list_uses",
    "manage_token",
    "mark_no_show",
    "offer",
    "offer_by_id",
    "offer_of",
    "release",
    "reschedule",
    "sweep",
]
