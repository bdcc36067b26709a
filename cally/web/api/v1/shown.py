"""A booking as programs see it."""

from datetime import datetime
from typing import Literal

import msgspec

from cally import hosts
from cally.bookings import SeriesSeen, series_with
from cally.model.bookings import Answer, Booking, Companion, Guest
from cally.model.hosts import Place
from cally.model.options import Rhythm
from cally.model.teams import CREDIT_UNIT, DecidedBy
from cally.notify import links
from cally.store import Reader
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page
from cally.web.api.v1.public import HostShown
from cally.web.doors import Doors

CALENDAR_FILE = "invite.ics"


class SeriesShown(msgspec.Struct, frozen=True, kw_only=True):
    """A series: `count` dates were booked; `skipped` are the starts that were not free.

    With a single booking there is its `number` instead of all `bookings`. `tz` is the zone whose clock every date
    goes by.
    """

    id: str
    rhythm: Rhythm
    tz: str
    count: int
    skipped: tuple[datetime, ...]
    number: int | msgspec.UnsetType = msgspec.UNSET
    bookings: "tuple[BookingShown, ...] | msgspec.UnsetType" = msgspec.UNSET


class CandidateShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host who was free, as the choice saw them; `credit` is in bookings."""

    host: str
    weight: int
    assigned: int
    credit: float


class DecisionShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn it was in a group, what decided, and who else was free."""

    host: str
    decided_by: DecidedBy
    group: str
    candidates: tuple[CandidateShown, ...]


class BookingShown(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement; `uid` never changes, `sequence` rises with each change that calendars must follow.

    The first of the `hosts` answers for it; `decisions` say whose turn it was, told to hosts alone.
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
    decisions: "tuple[DecisionShown, ...] | msgspec.UnsetType" = msgspec.UNSET
    title: str
    event_type: str | None
    place: Place | None
    resources: tuple[str, ...]
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
    series: SeriesShown | msgspec.UnsetType = msgspec.UNSET


class BookingsShown(Page, frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last one."""

    bookings: tuple[BookingShown, ...]


async def shown_booking(
    doors: Doors, booking: Booking, *, for_guest: bool = False, with_series: bool = True
) -> BookingShown:
    """What is told of a booking; `event_type` is null once its event type is gone."""
    db = doors.store.reader
    taking_part = [await hosts.host_by_id(db, host_id) for host_id in booking.hosts]
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
        hosts=tuple(HostShown(slug=host.slug, name=host.name) for host in taking_part if host),
        decisions=msgspec.UNSET if for_guest else await _decisions(db, booking),
        title=booking.terms.title,
        event_type=event_type.slug if event_type else None,
        place=booking.terms.place,
        resources=booking.terms.resources,
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
        series=await _place(doors, booking) if with_series else msgspec.UNSET,
    )


async def _decisions(db: Reader, booking: Booking) -> tuple[DecisionShown, ...]:
    ids = {decision.host_id for decision in booking.decisions}
    ids |= {one.host_id for decision in booking.decisions for one in decision.candidates}
    found = {host_id: await hosts.host_by_id(db, host_id) for host_id in ids}
    slugs = {host_id: host.slug if host else "" for host_id, host in found.items()}
    return tuple(
        DecisionShown(
            host=slugs[decision.host_id],
            decided_by=decision.decided_by,
            group=decision.group,
            candidates=tuple(
                CandidateShown(
                    host=slugs[one.host_id],
                    weight=one.weight,
                    assigned=one.assigned,
                    credit=one.credit / CREDIT_UNIT,
                )
                for one in decision.candidates
            ),
        )
        for decision in booking.decisions
    )


async def shown_series(
    doors: Doors, seen: SeriesSeen, *, for_guest: bool = False, host_id: int | None = None
) -> SeriesShown:
    """A series with its bookings; a host sees their own."""
    own = [booking for booking in seen.bookings if host_id is None or host_id in booking.hosts]
    bookings = [await shown_booking(doors, one, for_guest=for_guest, with_series=False) for one in own]
    return _series(seen, bookings=tuple(bookings))


async def _place(doors: Doors, booking: Booking) -> SeriesShown | msgspec.UnsetType:
    seen = await series_with(doors.store.reader, booking)
    return _series(seen, number=seen.number(booking)) if seen is not None else msgspec.UNSET


def _series(
    seen: SeriesSeen,
    *,
    number: int | msgspec.UnsetType = msgspec.UNSET,
    bookings: tuple[BookingShown, ...] | msgspec.UnsetType = msgspec.UNSET,
) -> SeriesShown:
    return SeriesShown(
        id=seen.series.uid,
        rhythm=seen.series.rhythm,
        tz=seen.series.tz,
        count=len(seen.bookings),
        skipped=tuple(instant(at) for at in seen.series.skipped),
        number=number,
        bookings=bookings,
    )
