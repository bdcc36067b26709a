"""A series in iCalendar: one UID, one rule or list of dates, each change of one date with its RECURRENCE-ID (rule 68).

Times are in the zone of the schedule, whose clock the dates go by. Where that clock shows one of them twice or not at
all, readers differ on what a rule means; the dates are then a list of instants in UTC.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from cally.engine.series import series_rule
from cally.model.bookings import Booking
from cally.model.messages import Recipient, Snapshot
from cally.model.series import Occurrence, SeriesTold
from cally.notify.calendar_file import (
    PRODUCT,
    STATUS,
    UTC_NAMES,
    Method,
    add_attendees,
    event_of,
    is_shown_twice,
    person,
    together,
)
from cally.notify.vtimezone import vtimezone

if TYPE_CHECKING:
    from icalendar import Event


def series_file(
    snapshot: Snapshot, series: SeriesTold, *, method: Method, reader: Recipient, manage_url: str = ""
) -> bytes:
    """The whole series, or the change of one of its dates, as `text/calendar`; the same bytes for the same snapshot."""
    from icalendar import Calendar  # noqa: PLC0415 - heavy: imported where used

    page = _Page(snapshot, series, method, reader, manage_url)
    events = page.whole() if series.whole else [page.one()]
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if page.years:
        calendar.add_component(vtimezone(series.tz, min(page.years), max(page.years)))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def series_events(
    snapshot: Snapshot, series: SeriesTold, *, reader: Recipient, method: Method = "PUBLISH"
) -> tuple[list["Event"], set[int]]:
    """The events of a whole series, for a calendar of more; and the years in whose local times they are."""
    page = _Page(snapshot, series, method, reader, "")
    return page.whole(), page.years


class _Page:
    """The events of one file; `years` are those whose local times it has."""

    def __init__(
        self, snapshot: Snapshot, series: SeriesTold, method: Method, reader: Recipient, manage_url: str
    ) -> None:
        self._snapshot, self._series, self._method = snapshot, series, method
        self._reader, self._manage_url = reader, manage_url
        self.years: set[int] = set()

    def whole(self) -> list["Event"]:
        """The series itself, and each date that was moved away from its place."""
        shown = self._series.live or self._series.occurrences
        first, last = shown[0], shown[-1]
        length = self._snapshot.booking.ends_at - self._snapshot.booking.starts_at
        main = self._event(first.planned_at, first.planned_at + length, self._status(shown))
        self._add_dates(main, [one.planned_at for one in shown], first.planned_at, last.planned_at)
        moved = [one for one in shown if one.starts_at != one.planned_at or one.ends_at - one.starts_at != length]
        return [main, *(self._moved(one) for one in moved)] if self._method != "CANCEL" else [main]

    def one(self) -> "Event":
        """The one date that has changed."""
        booking = self._snapshot.booking
        event = self._event(booking.starts_at, booking.ends_at, STATUS[booking.status])
        event.add("recurrence-id", self._planned(self._series.planned_at))
        return event

    def _moved(self, one: Occurrence) -> "Event":
        event = self._event(one.starts_at, one.ends_at, STATUS[one.status])
        event.add("recurrence-id", self._planned(one.planned_at))
        return event

    def _event(self, starts_at: int, ends_at: int, status: str) -> "Event":
        snapshot = self._snapshot
        event = event_of(self._named(), self._reader, together(snapshot.hosts), self._manage_url)
        event.add("dtstart", self._exact(starts_at))
        event.add("dtend", self._exact(ends_at))
        event["status"] = "CANCELLED" if self._method == "CANCEL" else status
        event["organizer"] = person(snapshot.hosts[0].name, snapshot.hosts[0].email)
        if self._method != "PUBLISH":
            add_attendees(event, snapshot.booking, self._reader, snapshot.hosts)
        return event

    def _named(self) -> Booking:
        """The booking under the name of its series."""
        series = self._series
        return msgspec.structs.replace(
            self._snapshot.booking,
            uid=series.uid,
            sequence=series.sequence,
            created_at=series.created_at,
            updated_at=series.updated_at,
        )

    def _add_dates(self, event: "Event", shown: list[int], first: int, last: int) -> None:
        """What makes it a series: a rule with its gaps where the clock allows, else the list of instants."""
        series = self._series
        if not series.by_rule:
            event.add("rdate", [_utc(at) for at in shown])  # the first one, too, or ical.js would not count it
            return
        every = {*(one.planned_at for one in series.occurrences), *series.skipped}
        dates = sorted(at for at in every if first <= at <= last)
        rule = dict(part.split("=") for part in series_rule(series.rhythm, first, series.tz).split(";"))
        event.add("rrule", {**rule, "COUNT": len(dates)})
        self._planned(last)  # the zone's rules have to reach as far
        gaps = sorted(set(dates) - set(shown))
        if gaps:
            event.add("exdate", [self._planned(at) for at in gaps])

    def _planned(self, at: int) -> datetime:
        """A place in the series, in the form that the series itself has."""
        return self._noted(self._local(at)) if self._series.by_rule else _utc(at)

    def _exact(self, at: int) -> datetime:
        """On the schedule's clock, unless that shows the time twice; a rule's own start it shows once."""
        local = self._local(at)
        return self._noted(local) if self._series.by_rule and not is_shown_twice(local) else _utc(at)

    def _local(self, at: int) -> datetime:
        """The instant on the schedule's clock; a zone that is UTC under another name is written as UTC."""
        return _utc(at) if self._series.tz in UTC_NAMES else _utc(at).astimezone(ZoneInfo(self._series.tz))

    def _noted(self, local: datetime) -> datetime:
        if local.tzinfo is not UTC:
            self.years.add(local.year)
        return local

    def _status(self, shown: tuple[Occurrence, ...]) -> str:
        confirmed = any(one.status == "confirmed" for one in shown)
        return STATUS["confirmed" if confirmed else shown[0].status]


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
