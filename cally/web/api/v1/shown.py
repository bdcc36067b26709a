"""A booking as programs see it."""

from datetime import datetime
from typing import Literal

import msgspec

from cally import hosts
from cally.model.bookings import Answer, Booking, Companion, Guest
from cally.model.hosts import Place
from cally.notify import links
from cally.web.api.instants import instant
from cally.web.api.v1.public import HostShown
from cally.web.doors import Doors

CALENDAR_FILE = "invite.ics"


class BookingShown(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement; `uid` never changes, `sequence` rises with each change that calendars must follow.

    `manage_url` and `ics_url` are secrets of the guest: whoever has them may move or cancel the booking. They are
    there for the one who books and for who shows the manage token.
    """

    uid: str
    sequence: int
    status: Literal["pending", "confirmed", "declined", "cancelled"]
    starts_at: datetime
    ends_at: datetime
    duration_minutes: int
    nights: int | None
    hosts: tuple[HostShown, ...]
    title: str
    event_type: str | None
    place: Place | None
    guest: Guest
    companions: tuple[Companion, ...]
    answers: tuple[Answer, ...]
    notes: str
    reason: str
    no_show: bool
    created_at: datetime
    updated_at: datetime
    manage_url: str | msgspec.UnsetType = msgspec.UNSET
    ics_url: str | msgspec.UnsetType = msgspec.UNSET


class BookingsShown(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last one."""

    bookings: tuple[BookingShown, ...]
    next_cursor: str | None


async def shown_booking(doors: Doors, booking: Booking, *, for_guest: bool = False) -> BookingShown:
    """What is told of a booking; `event_type` is null once its event type is gone."""
    db = doors.store.reader
    host = await hosts.host_by_id(db, booking.host_id)
    event_type = await hosts.event_type_by_id(db, booking.event_type_id)
    manage_url = links.manage_url(doors.vault, doors.public_url(), booking.uid) if for_guest else msgspec.UNSET
    return BookingShown(
        uid=booking.uid,
        sequence=booking.sequence,
        status=booking.status,
        starts_at=instant(booking.starts_at),
        ends_at=instant(booking.ends_at),
        duration_minutes=(booking.ends_at - booking.starts_at) // 60,
        nights=booking.terms.nights,
        hosts=(HostShown(slug=host.slug, name=host.name),) if host else (),
        title=booking.terms.title,
        event_type=event_type.slug if event_type else None,
        place=booking.terms.place,
        guest=booking.guest,
        companions=booking.companions,
        answers=booking.answers,
        notes=booking.notes,
        reason=booking.reason,
        no_show=booking.no_show,
        created_at=instant(booking.created_at),
        updated_at=instant(booking.updated_at),
        manage_url=manage_url,
        ics_url=f"{manage_url}/{CALENDAR_FILE}" if manage_url else msgspec.UNSET,
    )
