"""cal.com's bookings: who meets whom when, what was answered, and each seat as a booking of its own."""

import re
from typing import Any

import msgspec

from cally.model.bookings import Answer, Companion, Guest, Status
from cally.model.hosts import Place
from cally.model.imports import ForeignBooking, ForeignEventType, ForeignHost
from cally.model.rules import EventTypeRules
from cally.ops.imports import cleaning
from cally.ops.imports.cal_com.asked import SYSTEM, question_id
from cally.ops.imports.found import Found
from cally.ops.imports.rows import BadRowError, Row, Table, Tables

STATUSES: dict[str, Status] = {
    "accepted": "confirmed",
    "pending": "pending",
    "awaiting_host": "pending",
    "rejected": "declined",
    "cancelled": "cancelled",
}
COMPANIONS = 20
NOTES_LENGTH = 5_000
REASON_LENGTH = 2_000
ANSWER_LENGTH = 2_000
GONE = "Imported meetings"
PHONE = re.compile(r"\+?[0-9 ().\-/]{5,30}", re.ASCII)
DOMAIN = "Cal.com"


class Agreements:
    """Reads bookings; attendees, seats and references are at hand by the booking's id."""

    def __init__(self, found: Found, tables: Tables) -> None:
        self.found = found
        self.attendees = _by_booking(tables["Attendee"])
        self.seats = {row.key("attendeeId"): row for row in tables["BookingSeat"]}
        self.links = _by_booking(tables["BookingReference"])
        self.retired: dict[str, ForeignEventType] = {}

    def read(self, rows: Table) -> list[ForeignBooking]:
        """Every booking whose host comes over."""
        made: list[ForeignBooking] = []
        for several in self.found.each("booking", rows, self._bookings, name="title"):
            made.extend(several)
        return made

    def _bookings(self, row: Row) -> list[ForeignBooking]:
        uid, host = row.text("uid", longest=200), self.found.hosts.get(row.key("userId"))
        starts_at, ends_at = row.instant("startTime"), row.instant("endTime")
        status = STATUSES.get(row.text("status").lower())
        if host is None or not uid:
            raise BadRowError("Its host does not come over.")
        if starts_at is None or ends_at is None or ends_at <= starts_at:
            raise BadRowError("It does not end after it starts.")
        if status is None:
            raise BadRowError(f"The status “{row.text('status')[:30]}” is unknown.")
        event_type = self.found.event_types.get(row.key("eventTypeId")) or self._gone(row, host, starts_at, ends_at)
        people = sorted(self.attendees.get(row.key("id"), []), key=lambda one: one.number("id") or 0)
        people = [one for one in people if cleaning.address(one.text("email"))]
        co_hosts = _co_hosts(event_type, host, people)
        people = [one for one in people if cleaning.address(one.text("email")) not in {host.email, *co_hosts}] or people
        if not people:
            raise BadRowError("There is no guest with a mail address.")
        seated = event_type.rules.seats > 1
        booking = ForeignBooking(
            key=uid,
            host=host.key,
            co_hosts=co_hosts if event_type.rules.assignment != "single" else (),
            event_type=event_type.key,
            starts_at=starts_at,
            ends_at=ends_at,
            status=status,
            guest=_guest(people[0], host),
            created_at=row.instant("createdAt") or starts_at,
            calendar_uid=row.text("iCalUID", longest=250) or f"{uid}@{DOMAIN}",
            sequence=max(0, min(row.number("iCalSequence") or 0, 1_000_000)),
            companions=() if seated else self._companions(row, people),
            answers=self._answers(row.object("responses"), row.object("customInputs"), event_type),
            notes=_notes(row),
            place=self._place(row, event_type),
            reason=_reason(row),
            no_show=people[0].flag("noShow"),
            series=row.text("recurringEventId", longest=200),
        )
        return [self._seat(booking, one, host, event_type) for one in people] if seated else [booking]

    def _gone(self, row: Row, host: ForeignHost, starts_at: int, ends_at: int) -> ForeignEventType:
        """What stands for event types that are there no more: one of each host, with which nothing can be booked."""
        if host.key not in self.retired:
            minutes = max(1, min((ends_at - starts_at) // 60, 1_440))
            schedule = next((one.key for one in self.found.schedules.values() if one.host == host.key), "")
            made = ForeignEventType(
                key=f"{host.key}/retired",
                host=host.key,
                schedule=schedule,
                slug="imported-meetings",
                title=GONE,
                rules=EventTypeRules(duration_minutes=minutes),
                durations=(minutes,),
                listed=False,
                retired=True,
            )
            self.retired[host.key] = self.found.event_types[f"retired {host.key}"] = made
            sentence = "Stands for event types that do not come over, with their bookings; nobody can book it."
            self.found.note("event type", "changed", f"{GONE} ({host.name})", sentence, row.where)
        return self.retired[host.key]

    def _seat(
        self, booking: ForeignBooking, person: Row, host: ForeignHost, event_type: ForeignEventType
    ) -> ForeignBooking:
        seat = self.seats.get(person.key("id"))
        data = seat.object("data") if seat is not None else {}
        responses = data.get("responses")
        own = self._answers(responses, {}, event_type) if isinstance(responses, dict) else booking.answers
        name = seat.text("referenceUid", longest=100) if seat is not None else person.key("id")
        return msgspec.structs.replace(
            booking,
            key=f"{booking.key}/{name or person.text('email')}",
            guest=_guest(person, host),
            answers=own,
            no_show=person.flag("noShow"),
        )

    def _companions(self, row: Row, people: list[Row]) -> tuple[Companion, ...]:
        first = cleaning.address(people[0].text("email"))
        made: dict[str, Companion] = {}
        for person in people[1:]:
            email = cleaning.address(person.text("email"))
            made.setdefault(email, Companion(email=email, name=cleaning.one_line(person.text("name"), longest=255)))
        guests = row.object("responses").get("guests")
        for one in guests if isinstance(guests, list) else []:
            email = cleaning.address(one) if isinstance(one, str) else ""
            if email:
                made.setdefault(email, Companion(email=email))
        made.pop(first, None)
        if len(made) > COMPANIONS:
            sentence = f"Of {len(made)} companions the first {COMPANIONS} come over."
            self.found.note("booking", "changed", row.text("title"), sentence, row.where)
        return tuple(made.values())[:COMPANIONS]

    def _answers(
        self, responses: dict[str, Any], inputs: dict[str, Any], event_type: ForeignEventType
    ) -> tuple[Answer, ...]:
        labels = {question.id: question.label for question in event_type.questions}
        made: dict[str, Answer] = {}
        for name, said in [*responses.items(), *inputs.items()]:
            if not isinstance(name, str) or name in SYSTEM:
                continue
            value, known = _said(said), question_id(name)
            if value and known not in made:
                label = labels.get(known) or cleaning.one_line(name, longest=200, instead=known)
                made[known] = Answer(id=known, label=label, value=value)
        return tuple(made.values())[:60]

    def _place(self, row: Row, event_type: ForeignEventType) -> Place | None:
        said = cleaning.one_line(row.text("location"), longest=500)
        if said.startswith(("https://", "http://")):
            return Place(kind="link", detail=said)
        meeting = self._meeting(row)
        if meeting and (not said or said.startswith(("integrations:", "conferencing"))):
            return Place(kind="link", detail=meeting)
        known = next((place for place in event_type.places if place.detail and place.detail == said), None)
        if known is not None:
            return known
        number = cleaning.one_line(str(_value(row.object("responses").get("location")) or ""), longest=32)
        for text in (said, number):
            if text and PHONE.fullmatch(text):
                return Place(kind="guest_phone", detail=text)
        if not said or said.startswith(("integrations:", "conferencing")) or said in {"phone", "attendeePhone"}:
            return None
        return Place(kind="in_person", detail=said)

    def _meeting(self, row: Row) -> str:
        """The address of a video meeting that was made for this booking: it goes on working."""
        urls = [one.text("meetingUrl", longest=500) for one in self.links.get(row.key("id"), [])]
        urls.append(str(row.object("metadata").get("videoCallUrl") or ""))
        found = (cleaning.one_line(url, longest=500) for url in urls if url.startswith(("https://", "http://")))
        return next(found, "")


def _co_hosts(event_type: ForeignEventType, host: ForeignHost, people: list[Row]) -> tuple[str, ...]:
    """Those of a team who take part stand among the attendees."""
    able = {share.host for share in event_type.shares}
    named = (cleaning.address(one.text("email")) for one in people)
    return tuple(dict.fromkeys(email for email in named if email in able and email != host.email))


def _guest(person: Row, host: ForeignHost) -> Guest:
    email = cleaning.address(person.text("email"))
    return Guest(
        name=cleaning.one_line(person.text("name"), longest=255, instead=email),
        email=email,
        tz=cleaning.tz_name(person.text("timeZone"), host.tz),
        locale=cleaning.language(person.text("locale") or "en"),
    )


def _notes(row: Row) -> str:
    notes = row.object("responses").get("notes")
    return cleaning.words(notes if isinstance(notes, str) else row.text("description"), longest=NOTES_LENGTH)


def _reason(row: Row) -> str:
    reason = cleaning.words(row.text("cancellationReason") or row.text("rejectionReason"), longest=REASON_LENGTH)
    return reason or ("Moved to another time." if row.flag("rescheduled") and row.text("status") == "cancelled" else "")


def _value(said: Any) -> Any:
    return said.get("optionValue") or said.get("value") if isinstance(said, dict) else said


def _said(said: Any) -> str:
    """An answer as text: lists a line each, yes and no as our checkboxes have them."""
    value = _value(said)
    if isinstance(said, dict) and value is None:
        value = " ".join(str(part) for part in said.values() if isinstance(part, str))
    if isinstance(value, list):
        return "\n".join(filter(None, (_said(one) for one in value[:100])))
    if isinstance(value, bool):
        return "yes" if value else ""
    if not isinstance(value, str | int | float):
        return ""
    return cleaning.words(str(value), longest=ANSWER_LENGTH)


def _by_booking(rows: Table) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for row in rows:
        found.setdefault(row.key("bookingId"), []).append(row)
    return found
