"""A feed as `text/calendar`: events with the names that invitations gave them, so that no calendar has one twice.

A meeting of two is one event, a session one for all its seats, a series one with its rule, its gaps and what was moved.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from cally.calendars.feed_reading import FeedRead, SeriesRead, SessionRead
from cally.model.bookings import Booking, Guest
from cally.model.feeds import Feed
from cally.model.groups import GroupSnapshot, Seat
from cally.model.hosts import Host
from cally.model.messages import HostTold, Snapshot
from cally.model.series import SeriesTold
from cally.notify.calendar_file import (
    PRODUCT,
    add_where,
    calendar_uid,
    clean,
    event_of,
    person,
    times,
)
from cally.notify.group_file import seats_line
from cally.notify.series_file import series_events
from cally.notify.vtimezone import vtimezone

if TYPE_CHECKING:
    from icalendar import Calendar, Event

REFRESH = timedelta(minutes=15)
NOBODY = Guest(name="", email="", tz="UTC", locale="en")


def write_feed(read: FeedRead) -> bytes:
    """The calendar; the same bytes for the same version. It takes a while for thousands: not for the event loop."""
    written = _Written(read)
    for booking in read.single:
        written.add_single(booking)
    for session in read.sessions:
        written.add_session(session)
    for series in read.series:
        written.add_series(series)
    return written.finished()


class _Written:
    """The events so far, and for each zone the years that they lie in."""

    def __init__(self, read: FeedRead) -> None:
        self._read = read
        self._feed, self._tz = read.feed, read.host.tz
        self._events: list[Event] = []
        self._years: dict[str, set[int]] = {}

    def add_single(self, booking: Booking) -> None:
        event = event_of(self._masked(booking), "host", "", "")
        starts, ends = times(booking, self._tz)
        self._note(self._tz, starts, ends)
        event.add("dtstart", starts)
        event.add("dtend", ends)
        self._describe(event, booking)
        self._events.append(event)

    def add_session(self, read: SessionRead) -> None:
        from icalendar import Event  # noqa: PLC0415 - heavy: imported where used

        confirmed = [one for one in read.bookings if one.status == "confirmed"]
        if not confirmed and not (self._feed.shows_cancelled and read.session.sequence):
            return
        last = max(read.bookings, key=lambda one: (one.updated_at, one.id))
        group = _group(read, confirmed)
        starts, ends = times(last, self._tz)
        self._note(self._tz, starts, ends)
        event = Event()
        event.add("uid", calendar_uid(group.uid))
        event.add("sequence", group.sequence)
        event.add("dtstamp", datetime.fromtimestamp(last.updated_at, UTC))
        event.add("last-modified", datetime.fromtimestamp(last.updated_at, UTC))
        event.add("dtstart", starts)
        event.add("dtend", ends)
        event.add("summary", clean(f"{last.terms.title} ({seats_line(group)}){self._of_whom(last)}"))
        lines = [f"{seat.name} <{seat.email}>" for seat in group.seats] if self._feed.shows_guests else []
        event.add("description", clean("\n".join([seats_line(group), *lines])))
        event.add("status", "CONFIRMED" if confirmed else "CANCELLED")
        event.add("transp", "OPAQUE")
        add_where(event, self._masked(last), self._host_of(last).name)
        self._organize(event, last)
        self._events.append(event)

    def add_series(self, read: SeriesRead) -> None:
        told = _told(read)
        shown = told.live or (told.occurrences if self._feed.shows_cancelled else ())
        if not shown:
            return
        booking = next(one for one in read.bookings if one.uid == shown[0].uid)
        host = self._host_of(booking)
        snapshot = Snapshot(
            booking=self._masked(booking),
            host_name=host.name,
            host_email=host.email,
            host_tz=host.tz,
            host_locale=host.locale,
            host_slug=host.slug,
            event_type_slug="",
            others=tuple(HostTold(name=one.name, email=one.email) for one in self._others(booking)),
        )
        events, years = series_events(snapshot, told, reader="host")
        self._years.setdefault(told.tz, set()).update(years)
        for event in events:
            self._describe(event, booking)
        self._events += events

    def finished(self) -> bytes:
        calendar = _head(self._feed, self._tz)
        for tz, years in sorted(self._years.items()):
            if years:
                calendar.add_component(vtimezone(tz, min(years), max(years)))
        for event in self._events:
            calendar.add_component(event)
        return bytes(calendar.to_ical())

    def _note(self, tz: str, *local: datetime) -> None:
        self._years.setdefault(tz, set()).update(one.year for one in local if one.tzinfo is not UTC)

    def _masked(self, booking: Booking) -> Booking:
        """Without anything of the guest, unless the feed shows them."""
        if self._feed.shows_guests:
            return booking
        terms = booking.terms
        if terms.place is not None and terms.place.kind == "guest_phone":
            terms = msgspec.structs.replace(terms, place=None)
        return msgspec.structs.replace(booking, guest=NOBODY, companions=(), answers=(), notes="", terms=terms)

    def _describe(self, event: "Event", booking: Booking) -> None:
        """Title, guests, and who answers for it, in the words of a calendar at a glance."""
        guest = f": {booking.guest.name}" if self._feed.shows_guests else ""
        event["summary"] = _text(f"{booking.terms.title}{guest}{self._of_whom(booking)}")
        if self._feed.shows_guests:
            people = [(booking.guest.name, booking.guest.email), *((one.name, one.email) for one in booking.companions)]
            names = [f"{name} <{email}>" if name else email for name, email in people]
            event["description"] = _text("\n\n".join(part for part in (*names, str(event["description"])) if part))
        self._organize(event, booking)

    def _organize(self, event: "Event", booking: Booking) -> None:
        host = self._host_of(booking)
        event["organizer"] = person(host.name, host.email)

    def _of_whom(self, booking: Booking) -> str:
        """In a team's feed, whose it is."""
        if self._feed.team_id is None:
            return ""
        names = [self._read.hosts[one].name for one in booking.hosts if one in self._read.hosts]
        return f" ({', '.join(names)})"

    def _host_of(self, booking: Booking) -> Host:
        return self._read.hosts.get(booking.host_id, self._read.host)

    def _others(self, booking: Booking) -> list[Host]:
        return [self._read.hosts[one] for one in booking.hosts[1:] if one in self._read.hosts]


def _head(feed: Feed, tz: str) -> "Calendar":
    from icalendar import Calendar, vDuration  # noqa: PLC0415 - heavy: imported where used

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", clean(feed.name))
    calendar.add("x-wr-calname", clean(feed.name))
    calendar.add("x-wr-timezone", tz)
    interval = vDuration(REFRESH)
    interval.params["value"] = "DURATION"
    calendar["refresh-interval"] = interval
    calendar["x-published-ttl"] = vDuration(REFRESH)
    if feed.color:
        calendar.add("color", feed.color)
    return calendar


def _group(read: SessionRead, confirmed: list[Booking]) -> GroupSnapshot:
    seats = tuple(Seat(name=one.guest.name, email=one.guest.email, taken=one.seats_taken) for one in confirmed)
    taken = sum(seat.taken for seat in seats)
    return GroupSnapshot(
        uid=read.session.uid,
        sequence=read.session.sequence,
        capacity=max(read.capacity, taken),
        taken=taken,
        seats=seats,
        change="none",
    )


def _told(read: SeriesRead) -> SeriesTold:
    """The whole series with the dates that are shown; those of other hosts are gaps."""
    own = {booking.uid for booking in read.bookings}
    stored = read.series
    return SeriesTold(
        id=stored.id,
        uid=stored.uid,
        sequence=stored.sequence,
        rhythm=stored.rhythm,
        tz=stored.tz,
        by_rule=stored.by_rule,
        created_at=stored.created_at,
        updated_at=stored.updated_at,
        number=1,
        planned_at=read.occurrences[0].planned_at,
        total=len(read.occurrences),
        whole=True,
        occurrences=tuple(one for one in read.occurrences if one.uid in own),
        skipped=(*stored.skipped, *(one.planned_at for one in read.occurrences if one.uid not in own)),
    )


def _text(text: str) -> str:
    from icalendar import vText  # noqa: PLC0415 - heavy: imported where used

    return vText(clean(text))
