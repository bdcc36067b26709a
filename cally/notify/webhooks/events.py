"""What is said of a booking to programs: read from the transaction that changed it."""

from collections.abc import Iterable

import msgspec

from cally.model.bookings import Booking
from cally.model.teams import Team
from cally.model.webhook_events import EventBooking, EventHost, WebhookEvent, at
from cally.model.webhooks import BookingEventType
from cally.store import Reader, event_types, hosts, series, teams


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says beside the booking itself: what was before it, or how many minutes ahead it reminds."""

    previous_starts_at: int | None = None
    previous_hosts: tuple[int, ...] = ()
    reminder_minutes: int | None = None


NO_CHANGE = Change()


async def event_of(
    db: Reader, booking: Booking, type: BookingEventType, *, now: int, change: Change = NO_CHANGE
) -> WebhookEvent:
    """The event of a change; nothing in it lets its reader act for the guest."""
    event_type = await event_types.by_id(db, booking.event_type_id)
    team = await _team(db, event_type.team_id if event_type else None)
    whole = await series.by_id(db, booking.series_id) if booking.series_id is not None else None
    moved = change.previous_starts_at
    handed_over = bool(change.previous_hosts) and set(change.previous_hosts) != set(booking.hosts)
    data = EventBooking(
        uid=booking.uid,
        sequence=booking.sequence,
        status=booking.status,
        starts_at=at(booking.starts_at),
        ends_at=at(booking.ends_at),
        duration_minutes=(booking.ends_at - booking.starts_at) // 60,
        nights=booking.terms.nights,
        hosts=await _hosts(db, booking.hosts),
        team=team.slug if team else None,
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
        created_at=at(booking.created_at),
        updated_at=at(booking.updated_at),
        series=whole.uid if whole else None,
        previous_starts_at=at(moved) if moved is not None else None,
        previous_hosts=await _hosts(db, change.previous_hosts) if handed_over else None,
        reminder_minutes=change.reminder_minutes,
    )
    return WebhookEvent(type=type, created_at=at(now), data=data)


async def _team(db: Reader, team_id: int | None) -> Team | None:
    return await teams.by_id(db, team_id) if team_id is not None else None


async def _hosts(db: Reader, ids: Iterable[int]) -> tuple[EventHost, ...]:
    found = [await hosts.by_id(db, host_id) for host_id in ids]
    return tuple(EventHost(slug=host.slug, name=host.name) for host in found if host is not None)
