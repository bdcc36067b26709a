"""Calendly's API: users, schedules, event types, scheduled events and their invitees, told apart by their addresses."""

from collections.abc import Iterable
from typing import Any

from cally.model.bookings import Answer, Companion, Guest, Status
from cally.model.imports import Bundle, ForeignBooking, ForeignEventType, ForeignHost, ForeignSchedule
from cally.model.rules import DAYS, Day, Override, ScheduleRules, WeeklyHours, Window
from cally.ops.imports import cleaning
from cally.ops.imports.cal_com.asked import question_id
from cally.ops.imports.calendly.offers import made_up, place_of, read_event_type, schedules_of
from cally.ops.imports.found import Found
from cally.ops.imports.rows import BadRowError, Row

API = "https://api.calendly.com/"
KINDS = (
    ("/invitees/", "invitee"),
    ("/scheduled_events/", "event"),
    ("/event_types/", "event type"),
    ("/user_availability_schedules/", "schedule"),
    ("/user_availability_schedule/", "schedule"),
    ("/users/", "user"),
)
DOMAIN = "calendly.com"
Thing = dict[str, Any]


def is_calendly(thing: Thing) -> bool:
    """Whether an object is one of Calendly's API."""
    user = thing.get("user")
    return any(
        str(one).startswith(API) for one in (thing.get("uri"), user.get("uri") if isinstance(user, dict) else "")
    )


def bundle_of(things: Iterable[tuple[str, Thing]]) -> Bundle:
    """Everything of these objects that has a counterpart here."""
    rows: dict[str, dict[str, Row]] = {kind: {} for _, kind in KINDS}
    for where, thing in things:
        for one in (thing, thing.get("user")):
            uri = str(one.get("uri") or "") if isinstance(one, dict) else ""
            kind = next((kind for mark, kind in KINDS if mark in uri), "")
            if kind and isinstance(one, dict):
                rows[kind].setdefault(uri, Row(kind, where, one))
    found = Found()
    for row in rows["user"].values():
        _keep(found.hosts, row, found.each("host", [row], lambda one: _host(found, one), name="email"))
    for row in rows["event"].values():
        _members(found, row)
    for row in rows["schedule"].values():
        _keep(found.schedules, row, found.each("schedule", [row], lambda one: _schedule(found, one)))
    for row in rows["event type"].values():
        _keep(found.event_types, row, found.each("event type", [row], lambda one: read_event_type(found, one)))
    bookings = _Events(found, rows["invitee"].values()).read(rows["event"].values())
    return Bundle(
        source="calendly",
        hosts=tuple(found.hosts.values()),
        schedules=tuple(found.schedules.values()),
        event_types=tuple(found.event_types.values()),
        bookings=tuple(bookings),
        notes=tuple(found.notes),
    )


def _keep(known: dict[str, Any], row: Row, made: list[Any]) -> None:
    if made:
        known[row.text("uri", longest=300)] = made[0]


def _host(found: Found, row: Row) -> ForeignHost | None:
    email = cleaning.address(row.text("email"))
    if not email:
        found.left_out("host", row.text("name"), "There is no mail address.", row.where)
        return None
    return ForeignHost(
        key=email,
        email=email,
        name=cleaning.one_line(row.text("name"), longest=100, instead=email.partition("@")[0]),
        slug=row.text("slug", longest=200),
        tz=cleaning.tz_name(row.text("timezone")),
        locale=cleaning.language(row.text("locale") or "en"),
    )


def _members(found: Found, row: Row) -> None:
    """Hosts whom only their events name."""
    for one in row.objects("event_memberships"):
        uri, email = str(one.get("user") or ""), cleaning.address(str(one.get("user_email") or ""))
        if uri and email and uri not in found.hosts:
            name = cleaning.one_line(str(one.get("user_name") or ""), longest=100, instead=email.partition("@")[0])
            found.hosts[uri] = ForeignHost(key=email, email=email, name=name)


def _schedule(found: Found, row: Row) -> ForeignSchedule | None:
    host = found.hosts.get(row.text("user"))
    name = cleaning.one_line(row.text("name"), longest=100, instead="Working hours")
    if host is None:
        found.left_out("schedule", name, "Its host is not among what was read.", row.where)
        return None
    weekly, overrides = list[WeeklyHours](), dict[Any, Override]()
    for rule in row.objects("rules"):
        one = Row("rule", row.where, rule)
        windows = tuple(_window(Row("interval", row.where, span)) for span in one.objects("intervals"))
        if rule.get("type") == "date":
            on = one.day("date")
            if on is not None:
                overrides[on] = Override(on=on, hours=windows)
            continue
        days: tuple[Day, ...] = tuple(day for day in DAYS if str(rule.get("wday") or "").lower().startswith(day))
        weekly.extend(WeeklyHours(days=days, hours=window) for window in windows if days)
    return ForeignSchedule(
        key=f"{host.key}/{row.text('uri', longest=300)}",
        host=host.key,
        name=name,
        rules=ScheduleRules(
            tz=cleaning.tz_name(row.text("timezone"), host.tz),
            weekly=tuple(weekly),
            overrides=tuple(overrides[on] for on in sorted(overrides)),
        ),
        usual=row.flag("default"),
    )


def _window(row: Row) -> Window:
    first, last = row.minute("from"), row.minute("to")
    if last <= first:
        last += 1_440  # past midnight
    return Window(from_minute=first, to_minute=last)


class _Events:
    """Reads scheduled events; each invitee of a group event is a booking of their own."""

    def __init__(self, found: Found, invitees: Iterable[Row]) -> None:
        self.found = found
        self.invitees: dict[str, list[Row]] = {}
        for row in invitees:
            event = row.text("event") or row.text("uri").partition("/invitees/")[0]
            self.invitees.setdefault(event, []).append(row)

    def read(self, rows: Iterable[Row]) -> list[ForeignBooking]:
        made: list[ForeignBooking] = []
        for several in self.found.each("booking", rows, self._bookings):
            made.extend(several)
        return made

    def _bookings(self, row: Row) -> list[ForeignBooking]:
        uri = row.text("uri", longest=300)
        members = [str(one.get("user") or "") for one in row.objects("event_memberships")]
        host = next((self.found.hosts[one] for one in members if one in self.found.hosts), None)
        starts_at, ends_at = row.instant("start_time"), row.instant("end_time")
        people = [one for one in self.invitees.get(uri, []) if cleaning.address(one.text("email"))]
        if host is None:
            raise BadRowError("Its host is not among what was read.")
        if starts_at is None or ends_at is None or ends_at <= starts_at:
            raise BadRowError("It does not end after it starts.")
        if not people:
            raise BadRowError("Who was invited is not among what was read (the invitees of the event).")
        event_type = self._event_type(row, host, (ends_at - starts_at) // 60)
        if event_type.rules.seats == 1:
            people = sorted(people, key=lambda one: one.text("status") != "active")[:1]
        return [self._booking(row, one, host, event_type, starts_at, ends_at) for one in people]

    def _event_type(self, row: Row, host: ForeignHost, minutes: int) -> ForeignEventType:
        known = self.found.event_types.get(row.text("event_type"))
        if known is not None and known.host == host.key:
            return known
        title = row.text("name", longest=200) or "Meeting"
        name = f"{host.key} {title}"
        if name not in self.found.event_types:
            own = schedules_of(self.found, host)
            self.found.event_types[name] = made_up(host, title, max(1, min(minutes, 1_440)), own[0].key if own else "")
            sentence = "Only its meetings were read: it gets their length and is unlisted; please look at it."
            self.found.note("event type", "changed", title, sentence, row.where)
        return self.found.event_types[name]

    def _booking(
        self, row: Row, person: Row, host: ForeignHost, event_type: ForeignEventType, starts_at: int, ends_at: int
    ) -> ForeignBooking:
        gone = "canceled" in {row.text("status"), person.text("status")}
        status: Status = "cancelled" if gone else "confirmed"
        email = cleaning.address(person.text("email"))
        guests = [cleaning.address(str(one.get("email") or "")) for one in row.objects("event_guests")]
        cancellation = person.object("cancellation") or row.object("cancellation")
        no_show = person.values.get("no_show")
        return ForeignBooking(
            key=person.text("uri", longest=300) or f"{row.text('uri', longest=300)}/{email}",
            host=host.key,
            event_type=event_type.key,
            starts_at=starts_at,
            ends_at=ends_at,
            status=status,
            guest=Guest(
                name=cleaning.one_line(person.text("name"), longest=255, instead=email),
                email=email,
                tz=cleaning.tz_name(person.text("timezone"), host.tz),
            ),
            created_at=person.instant("created_at") or row.instant("created_at") or starts_at,
            calendar_uid=_calendar_uid(row),
            companions=()
            if event_type.rules.seats > 1
            else tuple(Companion(email=one) for one in dict.fromkeys(guests) if one and one != email)[:20],
            answers=_answers(person),
            place=place_of(row.object("location")),
            reason=cleaning.words(str(cancellation.get("reason") or ""), longest=2_000),
            no_show=isinstance(no_show, dict),
        )


def _answers(person: Row) -> tuple[Answer, ...]:
    made: dict[str, Answer] = {}
    for one in person.objects("questions_and_answers"):
        label = cleaning.one_line(cleaning.words(str(one.get("question") or ""), longest=1_000), longest=200)
        value = cleaning.words(str(one.get("answer") or ""), longest=2_000)
        if label and value:
            made.setdefault(question_id(label), Answer(id=question_id(label), label=label, value=value))
    return tuple(made.values())[:60]


def _calendar_uid(row: Row) -> str:
    """What the host's calendar calls the event, where Calendly tells it."""
    told = row.object("calendar_event").get("external_id")
    return (
        f"{told}@google.com" if isinstance(told, str) and row.object("calendar_event").get("kind") == "google" else ""
    )
