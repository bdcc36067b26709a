"""What guests and hosts do: hold, book, approve, decline, cancel, reschedule; this room owns the transactions."""

from cally.bookings.answering import MOST_PROPOSED, Request, propose, request_for_token
from cally.bookings.availability import Availability
from cally.bookings.book import book, booked_before
from cally.bookings.capsules import capsule
from cally.bookings.changes import mark_no_show, reschedule
from cally.bookings.clock_choices import Affected, follow_recommendations, keep_clock, list_affected, zones_affected
from cally.bookings.erasing import erase_what_came_back
from cally.bookings.explaining import Explanation, Party, explain, explained_to, list_explained
from cally.bookings.groups import list_sessions, others_by_name, session_by_uid, session_of
from cally.bookings.guest_links import work_on
from cally.bookings.holds import hold, release, sweep
from cally.bookings.hosting import cancel_session, invite, seat_guest
from cally.bookings.links import booking_for_token, manage_token
from cally.bookings.named import Claimed
from cally.bookings.offering import turn as turn_waitlist
from cally.bookings.offers import (
    TEAM,
    Offer,
    closed_event_type,
    is_there,
    listed,
    offer,
    offer_by_id,
    offer_of,
    offer_of_link,
)
from cally.bookings.private_links import (
    LinkDraft,
    code_of,
    create_private_link,
    link_hash,
    list_private_links,
    private_link_by_id,
    revoke_private_link,
    set_links_only,
    uses_of_link,
)
from cally.bookings.reading import booking_by_uid, history, list_bookings
from cally.bookings.reassigning import Choice, choices, reassign
from cally.bookings.reminding import plan_reminders
from cally.bookings.requests import lasting
from cally.bookings.retention import forget_guests
from cally.bookings.seeing import concerns, list_of_team
from cally.bookings.series import book_series, preview_series
from cally.bookings.series_changes import approve, cancel, decline, move_series
from cally.bookings.series_reading import SeriesSeen, series_by_uid, series_with, whole_series
from cally.bookings.telling import hosts_of
from cally.bookings.time_law import law_in_use, note_law, time_law_counts, watch_time_law
from cally.bookings.together import JOINT
from cally.bookings.together import MOST as MOST_TOGETHER
from cally.bookings.together import SLUG as MEETING
from cally.bookings.together import canonical as canonical_link
from cally.bookings.turns import miscounted
from cally.bookings.uses import Use, list_uses
from cally.bookings.waitlist import (
    accept,
    active_of_slot,
    entry_by_uid,
    entry_for_token,
    join,
    leave,
    list_waitlist,
    offer_by_hand,
)
from cally.bookings.wishes import position
from cally.store.private_links import LinkUse

__all__ = [
    "JOINT",
    "MEETING",
    "MOST_PROPOSED",
    "MOST_TOGETHER",
    "TEAM",
    "Affected",
    "Availability",
    "Choice",
    "Claimed",
    "Explanation",
    "LinkDraft",
    "LinkUse",
    "Offer",
    "Party",
    "Request",
    "SeriesSeen",
    "Use",
    "accept",
    "active_of_slot",
    "approve",
    "book",
    "book_series",
    "booked_before",
    "booking_by_uid",
    "booking_for_token",
    "cancel",
    "cancel_session",
    "canonical_link",
    "capsule",
    "choices",
    "closed_event_type",
    "code_of",
    "concerns",
    "create_private_link",
    "decline",
    "entry_by_uid",
    "entry_for_token",
    "erase_what_came_back",
    "explain",
    "explained_to",
    "follow_recommendations",
    "forget_guests",
    "history",
    "hold",
    "hosts_of",
    "invite",
    "is_there",
    "join",
    "keep_clock",
    "lasting",
    "law_in_use",
    "leave",
    "link_hash",
    "list_affected",
    "list_bookings",
    "list_explained",
    "list_of_team",
    "list_private_links",
    "list_sessions",
    "list_uses",
    "list_waitlist",
    "listed",
    "manage_token",
    "mark_no_show",
    "miscounted",
    "move_series",
    "note_law",
    "offer",
    "offer_by_hand",
    "offer_by_id",
    "offer_of",
    "offer_of_link",
    "others_by_name",
    "plan_reminders",
    "position",
    "preview_series",
    "private_link_by_id",
    "propose",
    "reassign",
    "release",
    "request_for_token",
    "reschedule",
    "revoke_private_link",
    "seat_guest",
    "series_by_uid",
    "series_with",
    "session_by_uid",
    "session_of",
    "set_links_only",
    "sweep",
    "time_law_counts",
    "turn_waitlist",
    "uses_of_link",
    "watch_time_law",
    "whole_series",
    "work_on",
    "zones_affected",
]
