"""What guests and hosts do: hold, book, approve, decline, cancel, reschedule; this room owns the transactions."""

from cally.bookings.availability import Availability
from cally.bookings.book import book
from cally.bookings.capsules import capsule
from cally.bookings.changes import mark_no_show, reschedule
from cally.bookings.clock_choices import Affected, follow_recommendations, keep_clock, list_affected, zones_affected
from cally.bookings.explaining import Explanation, Party, explain, explained_to, list_explained
from cally.bookings.holds import hold, release, sweep
from cally.bookings.links import booking_for_token, manage_token
from cally.bookings.named import Claimed
from cally.bookings.offers import Offer, is_there, offer, offer_by_id, offer_of
from cally.bookings.reading import booking_by_uid, history, list_bookings
from cally.bookings.requests import lasting
from cally.bookings.series import book_series, preview_series
from cally.bookings.series_changes import approve, cancel, decline, move_series
from cally.bookings.series_reading import SeriesSeen, series_by_uid, series_with, whole_series
from cally.bookings.time_law import law_in_use, note_law, time_law_counts, watch_time_law
from cally.bookings.uses import Use, list_uses

__all__ = [
    "Affected",
    "Availability",
    "Claimed",
    "Explanation",
    "Offer",
    "Party",
    "SeriesSeen",
    "Use",
    "approve",
    "book",
    "book_series",
    "booking_by_uid",
    "booking_for_token",
    "cancel",
    "capsule",
    "decline",
    "explain",
    "explained_to",
    "follow_recommendations",
    "history",
    "hold",
    "is_there",
    "keep_clock",
    "lasting",
    "law_in_use",
    "list_affected",
    "list_bookings",
    "list_explained",
    "list_uses",
    "manage_token",
    "mark_no_show",
    "move_series",
    "note_law",
    "offer",
    "offer_by_id",
    "offer_of",
    "preview_series",
    "release",
    "reschedule",
    "series_by_uid",
    "series_with",
    "sweep",
    "time_law_counts",
    "watch_time_law",
    "whole_series",
    "zones_affected",
]
