"""Calendly's export of events as CSV: one row for each invitee, times on the clock of whoever exported it."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from cally.model.bookings import Answer, Companion, Guest
from cally.model.hosts import Place
from cally.model.imports import Bundle, ForeignBooking, ForeignHost
from cally.ops.imports import cleaning
from cally.ops.imports.cal_com.asked import question_id
from cally.ops.imports.calendly.offers import made_up
from cally.ops.imports.found import Found
from cally.ops.imports.rows import BadRowError, Row
from cally.ops.imports.sql_dump import fault

NEEDED = ("Invitee Email", "Event Type Name", "Start Date & Time", "End Date & Time")
FORMATS = ("%Y-%m-%d %I:%M %p", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S")
MOST_ROWS = 500_000
URL = re.compile(r"https?://[^\s\"<>]+")
ZONES = {
    "Eastern Time - US & Canada": "America/New_York",
    "Central Time - US & Canada": "America/Chicago",
    "Mountain Time - US & Canada": "America/Denver",
    "Pacific Time - US & Canada": "America/Los_Angeles",
    "Arizona, Yukon Time": "America/Phoenix",
    "Alaska Time": "America/Anchorage",
    "Hawaii Time": "Pacific/Honolulu",
    "Atlantic Time": "America/Halifax",
    "UK, Ireland, Lisbon Time": "Europe/London",
    "Central European Time": "Europe/Berlin",
    "Eastern European Time": "Europe/Bucharest",
    "India Standard Time": "Asia/Kolkata",
    "UTC Time": "UTC",
}


def bundle_of_csv(name: str, content: bytes, *, tz: str, host: str) -> Bundle:
    """The events of an export; `tz` is the clock they stand on, `host` the address of whose they are if none is said.

    Raises `invalid` naming the row at fault when it is no such export.
    """
    rows = list(_rows(name, content))
    if not tz:
        raise fault("The times of this export have no zone; please say by which clock it was made (--tz).")
    found = Found()
    reader = _Events(found, ZoneInfo(tz), tz, host)
    bookings = found.each("booking", rows, reader.booking, name="Invitee Name")
    return Bundle(
        source="calendly",
        hosts=tuple(found.hosts.values()),
        event_types=tuple(found.event_types.values()),
        bookings=tuple(bookings),
        notes=tuple(found.notes),
    )


def _rows(name: str, content: bytes) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise fault(f"“{name[:80]}” is not UTF-8.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
        if missing:
            raise fault(f"“{name[:80]}” is no export of Calendly’s events: it has no column “{missing[0]}”.")
        for number, row in enumerate(reader, start=2):
            if number > MOST_ROWS:
                raise fault(f"There are more than {MOST_ROWS} rows; this is more than can be read.")
            if None in row:
                raise fault(f"Row {number}: there are more values than columns; the file is damaged.")
            yield Row("events", f"row {number}", dict(row))
    except csv.Error as error:
        raise fault(f"“{name[:80]}”, line {reader.line_num}: this is not CSV ({error}).") from error


class _Events:
    """Reads rows; hosts and event types are those that the rows name."""

    def __init__(self, found: Found, zone: ZoneInfo, tz: str, host: str) -> None:
        self.found = found
        self.zone = zone
        self.tz = tz
        self.host = cleaning.address(host)

    def booking(self, row: Row) -> ForeignBooking | None:
        email = cleaning.address(row.text("Invitee Email"))
        host = self._host(row)
        name = row.text("Invitee Name", longest=200) or email
        if not email:
            self.found.left_out("booking", name, "There is no mail address of the guest.", row.where)
            return None
        if host is None:
            sentence = "The row does not say whose it is: read the file again and name the host (for commands: --host)."
            self.found.left_out("booking", name, sentence, row.where)
            return None
        starts_at, ends_at = self._instant(row, "Start Date & Time"), self._instant(row, "End Date & Time")
        if ends_at <= starts_at:
            raise BadRowError("It does not end after it starts.")
        title = row.text("Event Type Name", longest=200) or "Meeting"
        known = f"{host.key} {title}"
        if known not in self.found.event_types:
            minutes = max(1, min((ends_at - starts_at) // 60, 1_440))
            self.found.event_types[known] = made_up(host, title, minutes, "")
            sentence = "The export tells its name and length alone: it is unlisted; please look at it."
            self.found.note("event type", "changed", title, sentence, row.where)
        guests = [cleaning.address(one) for one in re.split(r"[,;\s]+", row.text("Guest Email(s)"))]
        ended = row.text("Canceled").lower() in {"true", "yes"}
        uid = row.text("Invitee UUID", longest=100) or row.text("Event UUID", longest=100)
        return ForeignBooking(
            key=uid or f"{email}/{starts_at}/{title}",
            host=host.key,
            event_type=self.found.event_types[known].key,
            starts_at=starts_at,
            ends_at=ends_at,
            status="cancelled" if ended else "confirmed",
            guest=Guest(
                name=cleaning.one_line(row.text("Invitee Name"), longest=255, instead=email),
                email=email,
                tz=ZONES.get(row.text("Invitee Time Zone"), cleaning.tz_name(row.text("Invitee Time Zone"), self.tz)),
            ),
            created_at=self._instant(row, "Event Created Date & Time") if row.text("Event Created Date & Time") else 0,
            companions=tuple(Companion(email=one) for one in dict.fromkeys(guests) if one and one != email)[:20],
            answers=_answers(row),
            place=_place(row.text("Location")),
            reason=cleaning.words(row.text("Cancellation reason"), longest=2_000),
            no_show=row.text("Marked as No-Show").lower() in {"yes", "true"},
        )

    def _host(self, row: Row) -> ForeignHost | None:
        email = cleaning.address(row.text("User Email")) or self.host
        if email and email not in self.found.hosts:
            name = cleaning.one_line(row.text("User Name"), longest=100, instead=email.partition("@")[0])
            self.found.hosts[email] = ForeignHost(key=email, email=email, name=name, tz=self.tz)
        return self.found.hosts.get(email)

    def _instant(self, row: Row, column: str) -> int:
        text = row.text(column).strip()
        for form in FORMATS:
            try:
                found = datetime.strptime(text.upper(), form)  # noqa: DTZ007 - its zone is put in below
            except ValueError:
                continue
            if 1970 <= found.year < 2200:
                return int(found.replace(tzinfo=self.zone).timestamp())
        raise BadRowError(f"“{column}” should be a time such as 2026-12-01 09:30 am, not “{text[:40]}”.")


def _answers(row: Row) -> tuple[Answer, ...]:
    made: dict[str, Answer] = {}
    for number in range(1, 31):
        label = cleaning.one_line(cleaning.words(row.text(f"Question {number}"), longest=1_000), longest=200)
        value = cleaning.words(row.text(f"Response {number}"), longest=2_000)
        if label and value:
            made.setdefault(question_id(label), Answer(id=question_id(label), label=label, value=value))
    return tuple(made.values())


def _place(text: str) -> Place | None:
    link = URL.search(text)
    if link is not None:
        return Place(kind="link", detail=cleaning.one_line(link[0], longest=500))
    said = cleaning.one_line(text, longest=500)
    return Place(kind="in_person", detail=said) if said else None
