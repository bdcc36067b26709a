"""An offer: everything about an event type that a booking is judged by and made of."""

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.model.bookings import Terms
from cally.model.hosts import EventType, Host, Place, Schedule
from cally.model.rules import EventTypeRules
from cally.store import Reader, event_types, hosts, schedules


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An event type with its host and schedule."""

    host: Host
    event_type: EventType
    schedule: Schedule

    def duration_minutes(self, wanted: int | None) -> int:
        """The length asked for, or the default; raises `invalid` for one that is not on offer."""
        if wanted is None:
            return self.event_type.durations_minutes[0]
        if wanted not in self.event_type.durations_minutes:
            lengths = ", ".join(str(minutes) for minutes in self.event_type.durations_minutes)
            raise invalid("duration_minutes", f"This event type lasts {lengths} minutes, not {wanted}.")
        return wanted

    def rules(self, duration_minutes: int) -> EventTypeRules:
        """The event type's rules at one of its lengths."""
        return msgspec.structs.replace(self.event_type.rules, duration_minutes=duration_minutes)

    def terms(self, duration_minutes: int, place: Place | None) -> Terms:
        """What a booking made now will keep for good (rule 56)."""
        rules = self.event_type.rules
        return Terms(
            title=self.event_type.title,
            description=self.event_type.description,
            duration_minutes=duration_minutes,
            buffer_before_minutes=rules.buffer_before_minutes,
            buffer_after_minutes=rules.buffer_after_minutes,
            approval=self.event_type.approval,
            place=place,
            seats=rules.seats,
        )


async def offer(db: Reader, host_slug: str, event_type_slug: str) -> Offer:
    """The event type at `/{host}/{slug}`; raises `not_found`."""
    host = await hosts.by_slug(db, host_slug)
    event_type = await event_types.by_slug(db, host.id, event_type_slug) if host else None
    if host is None or event_type is None:
        raise not_found("event type")
    return await _complete(db, host, event_type)


async def offer_by_id(db: Reader, event_type_id: int) -> Offer:
    """The event type of a booking, also when it is archived."""
    event_type = await event_types.by_id(db, event_type_id)
    host = await hosts.by_id(db, event_type.host_id) if event_type else None
    if host is None or event_type is None:
        raise not_found("event type")
    return await _complete(db, host, event_type)


async def _complete(db: Reader, host: Host, event_type: EventType) -> Offer:
    schedule = await schedules.by_id(db, event_type.schedule_id)
    if schedule is None:
        raise CallyError("conflict", "This event type has no schedule; its host must choose one.")
    return Offer(host=host, event_type=event_type, schedule=schedule)
