"""A booking as the desk shows it: every time and state in words, so that templates only place them."""

import msgspec

from cally.model.bookings import Booking, Status
from cally.model.hosts import Place
from cally.web.dates import city
from cally.web.pages.host.wording import Words, length, until

STATUS_WORDS: dict[Status, str] = {
    "pending": "Waiting",
    "confirmed": "Confirmed",
    "declined": "Declined",
    "cancelled": "Cancelled",
}
STATUS_KINDS: dict[Status, str] = {"pending": "warn", "confirmed": "ok", "declined": "", "cancelled": ""}
PLACE_WORDS = {
    "in_person": "In person",
    "phone": "Phone, the guest calls",
    "guest_phone": "Phone, you call",
    "link": "Online",
}


class GroupShown(msgspec.Struct, frozen=True, kw_only=True):
    """A session in a few words: `7 of 12 seats`, the first guests by name, how many ask and wait."""

    uid: str
    title: str
    taken: int
    capacity: int
    guests: str
    requests: int
    waiting: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One booking in words; `away` says how far off it is."""

    booking: Booking
    status: str
    status_kind: str
    day: str
    span: str
    when: str
    length: str
    away: str
    guest_when: str
    place: str
    place_detail: str
    join_url: str
    is_past: bool
    is_live: bool
    began: bool
    group: GroupShown | None = None


def shown(booking: Booking, words: Words) -> Shown:
    """The booking in its host's words."""
    place = booking.terms.place
    return Shown(
        booking=booking,
        status="No-show" if booking.no_show else STATUS_WORDS[booking.status],
        status_kind="danger" if booking.no_show else STATUS_KINDS[booking.status],
        day=words.day(words.on(booking.starts_at)),
        span=words.span(booking.starts_at, booking.ends_at),
        when=words.when(booking.starts_at, booking.ends_at),
        length=length(booking.terms.duration_minutes),
        away=until(booking.starts_at, words.now),
        guest_when=_guest_when(booking, words),
        place=PLACE_WORDS[place.kind] if place else "",
        place_detail=place.detail if place else "",
        join_url=_join_url(place),
        is_past=booking.ends_at <= words.now,
        is_live=booking.status in {"pending", "confirmed"},
        began=booking.starts_at <= words.now,
    )


def _guest_when(booking: Booking, words: Words) -> str:
    """The guest's own clock, when it differs from the host's at that instant."""
    theirs = msgspec.structs.replace(words, tz=booking.guest.tz)
    when = theirs.when(booking.starts_at, booking.ends_at)
    return f"{when} in {city(booking.guest.tz)}" if when != words.when(booking.starts_at, booking.ends_at) else ""


def _join_url(place: Place | None) -> str:
    is_link = place is not None and place.kind == "link" and place.detail.startswith(("https://", "http://"))
    return place.detail if place is not None and is_link else ""
