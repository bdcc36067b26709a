"""A session in iCalendar, for its host alone: one event, whoever comes and goes (rules 58, 59, 74)."""

from datetime import UTC, datetime
from typing import Literal

from cally.model.groups import GroupSnapshot
from cally.model.messages import Kind, Snapshot
from cally.notify import calendar_file
from cally.notify.vtimezone import vtimezone

Method = Literal["REQUEST", "CANCEL"]
SILENT = frozenset({"requested", "declined"})


def group_method(group: GroupSnapshot, kind: Kind) -> Method | None:
    """What the host's calendar is told: nothing of requests, an end when the last guest has gone."""
    if kind in SILENT or not group.sequence:
        return None
    return "REQUEST" if group.seats else "CANCEL"


def group_file(snapshot: Snapshot, group: GroupSnapshot, *, method: Method) -> bytes:
    """The session as `text/calendar` on the host's clock, with everybody who is confirmed."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - heavy: imported where used

    booking, tz = snapshot.booking, snapshot.host_tz
    calendar = Calendar()
    calendar.add("prodid", calendar_file.PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    starts, ends = calendar_file.times(booking, tz)
    if starts.tzinfo is not UTC:
        calendar.add_component(vtimezone(tz, starts.year))
    event = Event()
    event.add("uid", calendar_file.calendar_uid(group.uid))
    event.add("sequence", group.sequence)
    event.add("dtstamp", datetime.fromtimestamp(booking.updated_at, UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", calendar_file.clean(f"{booking.terms.title} ({seats_line(group)})"))
    event.add("description", calendar_file.clean(_description(group)))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "OPAQUE")
    calendar_file.add_where(event, booking, snapshot.host_name)
    event["organizer"] = calendar_file.person(snapshot.host_name, snapshot.host_email)
    chair = calendar_file.attendee(snapshot.host_name, snapshot.host_email, role="CHAIR")
    event.add("attendee", chair, encode=False)
    for seat in group.seats:
        # the guests have invitations of their own: the host's calendar must not send a second one (RFC 6638 7.1)
        guest = calendar_file.attendee(seat.name, seat.email, **{"schedule-agent": "CLIENT"})
        event.add("attendee", guest, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def seats_line(group: GroupSnapshot) -> str:
    """`7 of 12 seats`."""
    return f"{group.taken} of {group.capacity} seats"


def _description(group: GroupSnapshot) -> str:
    guests = (
        f"{seat.name} <{seat.email}>" + (f" and {seat.taken - 1} more" if seat.taken > 1 else "")
        for seat in group.seats
    )
    return "\n".join([seats_line(group), "", *guests])
