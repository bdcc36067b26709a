"""A booking in iCalendar: the invitation in a mail (iTIP, RFC 5546) or a file to download (rules 73, 74, 78)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from cally.model.bookings import Booking, Status
from cally.model.erased import ERASED_EMAIL
from cally.model.messages import HostTold, Recipient
from cally.notify.places import place_url, where_line
from cally.notify.vtimezone import vtimezone

if TYPE_CHECKING:
    from icalendar import Event, vCalAddress

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
PRODUCT = "-//Cally//Cally//EN"
UID_DOMAIN = "cally"  # fixed: an address that an admin may change would give a booking a second name
STATUS: dict[Status, str] = {
    "pending": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "declined": "CANCELLED",
    "cancelled": "CANCELLED",
}
FOOT_OF_MANY = b"END:VCALENDAR\r\n"
UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
CONTROLS = dict.fromkeys([*range(9), *range(11, 32), 127])


def calendar_uid(uid: str) -> str:
    """The UID of a booking in every calendar, mail and feed, for good."""
    return f"{uid}@{UID_DOMAIN}"


def booking_uid(text: str) -> str | None:
    """The booking's uid in a UID that `calendar_uid` made, so that an echo of our own is recognised (rule 37)."""
    uid, at, domain = text.strip().partition("@")
    return uid if at and domain == UID_DOMAIN else None


def calendar_file(
    booking: Booking,
    *,
    hosts: Sequence[HostTold],
    tz: str,
    method: Method = "PUBLISH",
    reader: Recipient = "guest",
    manage_url: str = "",
) -> bytes:
    """The booking as `text/calendar` in the reader's zone; the same bytes for the same booking.

    The first of the hosts answers for it. `PUBLISH` is for a download and names no attendees (RFC 5546 3.2.1).
    `manage_url` belongs in the guest's copy alone.
    """
    from icalendar import Calendar  # noqa: PLC0415 - heavy: imported where used

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    starts, ends = times(booking, tz)
    if starts.tzinfo is not UTC:
        calendar.add_component(vtimezone(tz, starts.year))
    event = event_of(booking, reader, together(hosts), manage_url)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event["organizer"] = person(hosts[0].name, hosts[0].email)
    if method == "CANCEL":
        event["status"] = "CANCELLED"
    if method != "PUBLISH":
        add_attendees(event, booking, reader, hosts)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def head_of_many() -> bytes:
    """How a file of many bookings begins; their events follow, then `FOOT_OF_MANY`."""
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODUCT}\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n".encode()


def one_of_many(booking: Booking, hosts: Sequence[HostTold]) -> bytes:
    """A booking's VEVENT as its host reads it, in UTC, so that no zone has to be told beside it."""
    event = event_of(booking, "host", together(hosts), "")
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (booking.starts_at, booking.ends_at))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event["organizer"] = person(hosts[0].name, hosts[0].email)
    return bytes(event.to_ical())


def event_of(booking: Booking, reader: Recipient, host_name: str, manage_url: str) -> "Event":
    """All of a booking's VEVENT but its times and people."""
    from icalendar import Event  # noqa: PLC0415 - heavy: imported where used

    event = Event()
    event.add("uid", booking.calendar_uid or calendar_uid(booking.uid))
    event.add("sequence", booking.sequence)
    event.add("dtstamp", datetime.fromtimestamp(booking.updated_at, UTC))
    event.add("created", datetime.fromtimestamp(booking.created_at, UTC))
    event.add("last-modified", datetime.fromtimestamp(booking.updated_at, UTC))
    event.add("summary", clean(f"{booking.terms.title}: {booking.guest.name if reader == 'host' else host_name}"))
    event.add("description", clean(_description(booking, reader, manage_url)))
    event.add("status", STATUS[booking.status])
    event.add("transp", "OPAQUE")
    add_where(event, booking, host_name)
    address = manage_url or place_url(booking.terms.place)
    if address:
        event.add("url", clean(address))
    return event


def add_where(event: "Event", booking: Booking, host_name: str) -> None:
    """Where it happens, and each resource that is reserved for it (RFC 5545 3.8.1.10)."""
    where = where_line(booking.terms, host_name=host_name, guest_name=booking.guest.name)
    if where:
        event.add("location", clean(where))
    for name in booking.terms.resources:
        event.add("resources", clean(name))


def times(booking: Booking, tz: str) -> tuple[datetime, datetime]:
    """Start and end on the reader's clock; in UTC where it shows an hour twice, for readers differ on which one."""
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (booking.starts_at, booking.ends_at))
    local = starts.astimezone(ZoneInfo(tz)), ends.astimezone(ZoneInfo(tz))
    return (starts, ends) if tz in UTC_NAMES or any(is_shown_twice(one) for one in local) else local


def is_shown_twice(local: datetime) -> bool:
    """Whether that clock shows this wall time again an hour later, or did an hour ago (rule 2)."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _description(booking: Booking, reader: Recipient, manage_url: str) -> str:
    parts = [booking.terms.description]
    if reader != "companion":
        parts += [f"{answer.label}\n{answer.value}" for answer in booking.answers]
        parts.append(booking.notes)
    if manage_url:
        parts.append(f"Reschedule or cancel: {manage_url}")
    return "\n\n".join(part for part in parts if part)


def add_attendees(event: "Event", booking: Booking, reader: Recipient, hosts: Sequence[HostTold]) -> None:
    """Everyone has agreed already, so nobody is asked to answer.

    In the host's copy the calendar is told to leave inviting to us, lest the guest get a second one (RFC 6638 7.1).
    """
    silent = {"schedule-agent": "CLIENT"} if reader == "host" else {}
    event.add("attendee", attendee(hosts[0].name, hosts[0].email, role="CHAIR"), encode=False)
    for host in hosts[1:]:
        event.add("attendee", attendee(host.name, host.email, **silent), encode=False)
    event.add("attendee", attendee(booking.guest.name, booking.guest.email, **silent), encode=False)
    for one in booking.companions:
        if one.email == ERASED_EMAIL:
            continue
        event.add("attendee", attendee(one.name or one.email, one.email, **silent), encode=False)


def together(hosts: Sequence[HostTold]) -> str:
    """`Ada Lovelace, Ben Okri`."""
    return ", ".join(host.name for host in hosts)


def attendee(name: str, email: str, *, role: str = "REQ-PARTICIPANT", **parameters: str) -> "vCalAddress":
    """Someone who takes part and has agreed to already."""
    return person(name, email, role=role, partstat="ACCEPTED", rsvp="FALSE", cutype="INDIVIDUAL", **parameters)


def person(name: str, email: str, **parameters: str) -> "vCalAddress":
    """Someone as iCalendar names them, by a `mailto:` address."""
    from icalendar import vCalAddress  # noqa: PLC0415 - heavy: imported where used

    address = vCalAddress(f"mailto:{clean(email)}")
    given: dict[str, Any] = {"cn": " ".join(clean(name).split()), **parameters}
    for parameter, value in given.items():
        address.params[parameter] = value
    return address


def clean(text: str) -> str:
    """Without the control characters that no iCalendar text may hold (RFC 5545 3.1); line breaks as `\\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROLS)
