"""cal.com's event types: lengths, limits, places, questions, and who of a team takes their bookings."""

from typing import Any, get_args

from cally.errors import CallyError
from cally.hosts.drafts import DURATIONS, PLACES, TITLE_LENGTH, EventTypeDraft, checked
from cally.model.hosts import Place
from cally.model.imports import ForeignEventType, ForeignHost, ForeignSchedule, ForeignShare
from cally.model.options import EventTypeOptions, Rhythm, Series
from cally.model.rules import Cap, EventTypeRules, Horizon
from cally.ops.imports import cleaning
from cally.ops.imports.cal_com.asked import questions_of
from cally.ops.imports.cal_com.hours import hours_of_event_types
from cally.ops.imports.found import Found
from cally.ops.imports.rows import BadRowError, Row, Table, Tables

DESCRIPTION_LENGTH = 5_000
DAY = 1_440
YEAR = 366
MOST_DAYS = 2 * YEAR
PERIODS = {"PER_DAY": "day", "PER_WEEK": "week", "PER_MONTH": "month", "PER_YEAR": "year"}
RHYTHMS: dict[tuple[int, int], Rhythm] = {
    (3, 1): "daily",
    (2, 1): "weekly",
    (2, 2): "fortnightly",
    (1, 1): "monthly",
}
ASSIGNMENTS = {"collective", "round_robin"}


class Offers:
    """Reads event types; the other tables that belong to them are at hand by the event type's id."""

    def __init__(self, found: Found, tables: Tables) -> None:
        self.found = found
        self.inputs = _by_event_type(tables["EventTypeCustomInput"], "eventTypeId")
        self.shares = _by_event_type(tables["Host"], "eventTypeId")
        self.users = _by_event_type(tables["_user_eventtype"], "A")
        self.usual = {row.key("id"): row.key("defaultScheduleId") for row in tables["users"]}
        self.hours = tables["Availability"]

    def read(self, rows: Table) -> None:
        """Every event type whose host or team comes over."""
        owners = {row.key("id"): (row.key("userId") or self._first_user(row), row.text("title")) for row in rows}
        hours_of_event_types(self.found, self.hours, owners)
        for row in rows:
            made = self.found.each("event type", [row], self._event_type, name="title")
            if made and row.key("id"):
                self.found.event_types[row.key("id")] = made[0]

    def _event_type(self, row: Row) -> ForeignEventType:
        title = cleaning.one_line(row.text("title"), longest=TITLE_LENGTH, instead="Meeting")
        team = self.found.teams.get(row.key("teamId"))
        if row.has("teamId") and team is None:
            raise BadRowError("Its team does not come over.")
        if row.text("schedulingType") == "managed":
            raise BadRowError("A template for members; what they have of it comes over as their own.")
        shares = self._shares(row) if team is not None else ()
        host = self._host(row, shares)
        if host is None or (team is not None and not shares):
            raise BadRowError("None of its hosts comes over.")
        assignment = "single" if team is None else _assignment(row.text("schedulingType"))
        if assignment == "collective":
            shares = tuple(ForeignShare(host=one.host, schedule=one.schedule, required=True) for one in shares)
        elif assignment == "round_robin" and all(one.required for one in shares):
            shares = tuple(ForeignShare(host=one.host, schedule=one.schedule, weight=one.weight) for one in shares)
        made = ForeignEventType(
            key=f"{host.key}/{row.key('id')}",
            host=host.key,
            team=team.key if team is not None else "",
            schedule=self._schedule(row, host),
            slug=row.text("slug", longest=200),
            title=title,
            description=cleaning.words(row.text("description"), longest=DESCRIPTION_LENGTH),
            rules=self._rules(row, title, assignment),
            durations=_lengths(row),
            places=self._places(row, title),
            questions=questions_of(self.found, row, title, self.inputs.get(row.key("id"), [])),
            approval=row.flag("requiresConfirmation"),
            listed=not row.flag("hidden"),
            options=self._options(row, title),
            shares=shares,
        )
        self._say_what_is_lost(row, title)
        return self._judged(made)

    def _judged(self, made: ForeignEventType) -> ForeignEventType:
        """What our own forms would not take cannot come over either."""
        draft = EventTypeDraft(
            title=made.title,
            rules=made.rules,
            description=made.description,
            durations_minutes=made.durations,
            places=made.places,
            questions=made.questions,
            options=made.options,
        )
        try:
            checked(draft, of_team=bool(made.team))
        except CallyError as error:
            raise BadRowError(f"{error.facts.get('field', '')}: {error.sentence}") from error
        return made

    def _change(self, row: Row, title: str, sentence: str) -> None:
        self.found.note("event type", "changed", title, sentence, row.where)

    def _first_user(self, row: Row) -> str:
        own = [one.key("B") for one in self.users.get(row.key("id"), [])]
        own += [one.key("userId") for one in self.shares.get(row.key("id"), [])]
        return next((user_id for user_id in own if user_id in self.found.hosts), "")

    def _host(self, row: Row, shares: tuple[ForeignShare, ...]) -> ForeignHost | None:
        own = self.found.hosts.get(row.key("userId")) or self.found.hosts.get(self._first_user(row))
        if own is not None or not shares:
            return own
        return next((host for host in self.found.hosts.values() if host.key == shares[0].host), None)

    def _shares(self, row: Row) -> tuple[ForeignShare, ...]:
        made = {}
        for one in self.shares.get(row.key("id"), []):
            host = self.found.hosts.get(one.key("userId"))
            if host is not None:
                schedule = self._own(one.key("scheduleId"), host)
                weight = max(1, min(one.number("weight") or 100, 1_000)) if row.flag("isRRWeightsEnabled") else 100
                made[host.key] = ForeignShare(
                    host=host.key,
                    schedule=schedule.key if schedule else self._usual(one.key("userId"), host),
                    required=one.flag("isFixed"),
                    weight=weight,
                )
        for one in self.users.get(row.key("id"), []) if not made else []:
            host = self.found.hosts.get(one.key("B"))
            if host is not None:
                made[host.key] = ForeignShare(host=host.key, schedule=self._usual(one.key("B"), host))
        return tuple(made.values())

    def _schedule(self, row: Row, host: ForeignHost) -> str:
        named = self._own(row.key("scheduleId"), host) or self._own(f"event type {row.key('id')}", host)
        user_id = next((known for known, one in self.found.hosts.items() if one.key == host.key), "")
        return named.key if named is not None else self._usual(user_id, host)

    def _own(self, id: str, host: ForeignHost) -> ForeignSchedule | None:
        schedule = self.found.schedules.get(id)
        return schedule if schedule is not None and schedule.host == host.key else None

    def _usual(self, user_id: str, host: ForeignHost) -> str:
        named = self._own(self.usual.get(user_id, ""), host)
        if named is None:
            named = next((one for one in self.found.schedules.values() if one.host == host.key), None)
        return named.key if named is not None else ""

    def _rules(self, row: Row, title: str, assignment: Any) -> EventTypeRules:
        seats = row.number("seatsPerTimeSlot") or 1
        return EventTypeRules(
            duration_minutes=row.number("length") or 0,
            step_minutes=row.number("slotInterval") or None,
            offset_minutes=row.number("offsetStart") or 0,
            buffer_before_minutes=row.number("beforeEventBuffer") or 0,
            buffer_after_minutes=row.number("afterEventBuffer") or 0,
            notice_minutes=row.number("minimumBookingNotice") or 0,
            horizon=self._horizon(row, title),
            caps=self._caps(row, title),
            assignment=assignment,
            seats=max(1, seats),
        )

    def _horizon(self, row: Row, title: str) -> Horizon | None:
        kind, days = row.text("periodType").lower() or "unlimited", row.number("periodDays")
        if kind == "range":
            first, last = row.day("periodStartDate"), row.day("periodEndDate")
            if first is not None and last is not None and first <= last:
                return Horizon(kind="range", from_on=first, to_on=last)
            self._change(row, title, "Its range of dates has no ends; it is left out.")
            return None
        if kind == "unlimited" or not days:
            return None
        if days > MOST_DAYS:
            self._change(row, title, f"It could be booked {days} days ahead; here at most {MOST_DAYS}.")
        open_days = kind == "rolling_window" or not row.flag("periodCountCalendarDays")
        if open_days and kind != "rolling_window":
            self._change(row, title, f"{days} business days ahead are {days} open days of its schedule here.")
        return Horizon(kind="open_days" if open_days else "rolling", days=min(days, MOST_DAYS))

    def _caps(self, row: Row, title: str) -> tuple[Cap, ...]:
        made = []
        for column, counts in (("bookingLimits", "bookings"), ("durationLimits", "minutes")):
            for name, most in row.object(column).items():
                per: Any = PERIODS.get(name)
                if per is None or not isinstance(most, int) or most < 1:
                    self._change(row, title, f"The limit “{str(name)[:40]}” is unknown; it is left out.")
                else:
                    made.append(Cap(per=per, **{counts: most}))
        return tuple(made)

    def _places(self, row: Row, title: str) -> tuple[Place, ...]:
        made: list[Place] = []
        for one in row.objects("locations"):
            place = place_of(str(one.get("type") or ""), one)
            if place is None:
                kind = str(one.get("type") or "")[:60].removeprefix("integrations:")
                self._change(row, title, f"The place “{kind}” needs a service that is not connected; it is left out.")
            elif place not in made:
                made.append(place)
        if len(made) > PLACES:
            self._change(row, title, f"Of {len(made)} places the first {PLACES} come over.")
        return tuple(made[:PLACES])

    def _options(self, row: Row, title: str) -> EventTypeOptions:
        again = row.object("recurringEvent")
        series = None
        if again:
            rhythm = RHYTHMS.get((_whole(again.get("freq")), _whole(again.get("interval") or 1)))
            count = _whole(again.get("count"))
            if rhythm is None or rhythm not in get_args(Rhythm) or count < 2:
                self._change(row, title, "It repeats in a rhythm that is not known here; it is booked one by one.")
            else:
                series = Series(rhythms=(rhythm,), most=min(count, 100))
        return EventTypeOptions(
            guests_meet=row.flag("seatsShowAttendees"),
            series=series,
            keep_host=True,
        )

    def _say_what_is_lost(self, row: Row, title: str) -> None:
        about = row.object("metadata")
        if (row.number("price") or 0) > 0 or (isinstance(about.get("apps"), dict) and "stripe" in about["apps"]):
            self._change(row, title, "It cost money there; payments do not come over, it is free of charge here.")
        if about.get("requiresConfirmationThreshold"):
            self._change(row, title, "It asked for approval of what is near alone; here of every booking.")
        if row.text("successRedirectUrl"):
            self._change(row, title, "Guests were led on to another page afterwards; here they see their booking.")
        if len(about.get("multipleDuration") or ()) > DURATIONS:
            self._change(row, title, f"The first {DURATIONS} lengths come over.")


def place_of(kind: str, said: dict[str, Any]) -> Place | None:
    """A place as it is offered here; None for one that a connected service makes."""

    def detail(name: str) -> str:
        return cleaning.one_line(str(said.get(name) or ""), longest=500)

    if kind == "inPerson" and detail("address"):
        return Place(kind="in_person", detail=detail("address"))
    if kind in {"link", "conferencing"} and detail("link").startswith(("https://", "http://")):
        return Place(kind="link", detail=detail("link"))
    if kind == "userPhone" and detail("hostPhoneNumber"):
        return Place(kind="phone", detail=detail("hostPhoneNumber"))
    return Place(kind="guest_phone") if kind in {"phone", "attendeePhone"} else None


def _lengths(row: Row) -> tuple[int, ...]:
    further = row.object("metadata").get("multipleDuration")
    lengths = [one for one in further if isinstance(one, int) and 1 <= one <= DAY] if isinstance(further, list) else []
    return tuple(dict.fromkeys([row.number("length") or 0, *lengths]))[:DURATIONS]


def _assignment(text: str) -> str:
    return "collective" if text == "collective" else "round_robin"


def _by_event_type(rows: Table, column: str) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for row in rows:
        found.setdefault(row.key(column), []).append(row)
    return found


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
