"""cal.com's API (v1, and v2 with its own words), as the tables that it speaks of."""

from collections.abc import Iterable
from typing import Any

from cally.ops.imports.cal_com.asked import SYSTEM
from cally.ops.imports.rows import Row, Tables

DAYS = {"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6}
PERIODS = {"day": "PER_DAY", "week": "PER_WEEK", "month": "PER_MONTH", "year": "PER_YEAR"}
FREQUENCIES = {"yearly": 0, "monthly": 1, "weekly": 2, "daily": 3}
PLACES = {
    "address": ("inPerson", "address", "address"),
    "link": ("link", "link", "link"),
    "phone": ("userPhone", "phone", "hostPhoneNumber"),
    "attendeePhone": ("phone", "", ""),
    "attendeeAddress": ("attendeeInPerson", "", ""),
    "attendeeDefined": ("somewhereElse", "", ""),
}
Thing = dict[str, Any]


def tables_of(found: Iterable[tuple[str, Thing]]) -> Tables:
    """The rows that these objects stand for, whichever version of the API gave them."""
    tables: Tables = {}

    def add(table: str, where: str, values: Thing) -> None:
        tables.setdefault(table, []).append(Row(table, where, values))

    for where, thing in found:
        kind = _kind(thing)
        if kind == "Booking":
            _booking(add, where, thing)
        elif kind == "EventType":
            _event_type(add, where, thing)
        elif kind == "Schedule":
            _schedule(add, where, thing)
        elif kind:
            add(kind, where, thing)
            if kind == "Membership" and isinstance(thing.get("user"), dict):
                add("users", where, {"id": thing["userId"], **thing["user"]})
    _once(tables, "users", "id")
    return tables


def _kind(thing: Thing) -> str:
    """What an object is, by the names that only such a thing has."""
    marks = (
        ("Booking", {"uid", "startTime"}),
        ("Booking", {"uid", "start"}),
        ("EventType", {"slug", "length"}),
        ("EventType", {"slug", "lengthInMinutes"}),
        ("Membership", {"teamId", "userId", "role"}),
        ("OutOfOfficeEntry", {"userId", "start", "end"}),
        ("users", {"email", "id"}),
        ("users", {"email", "username"}),
        ("Schedule", {"availability", "name"}),
        ("Team", {"name", "id"}),
    )
    return next((kind for kind, names in marks if names <= thing.keys()), "")


def _booking(add: Any, where: str, thing: Thing) -> None:
    hosts = [one for one in _list(thing.get("hosts")) if isinstance(one, dict)]
    user = thing.get("user") if isinstance(thing.get("user"), dict) else None
    lead = hosts[0] if hosts else user or {}
    for one in hosts or ([user] if user else []):
        if one.get("id") is not None and one.get("email"):
            add("users", where, one)
    event_type = _dict(thing.get("eventType"))
    fields = thing.get("bookingFieldsResponses")
    responses = fields if isinstance(fields, dict) else thing.get("responses")
    guests = [{"email": one, "name": ""} for one in _list(thing.get("guests")) if isinstance(one, str)]
    people = [one for one in _list(thing.get("attendees")) if isinstance(one, dict)]
    name = thing.get("id") if thing.get("id") is not None else thing["uid"]
    add(
        "Booking",
        where,
        {
            **thing,
            "id": name,
            "userId": thing.get("userId") or lead.get("id"),
            "eventTypeId": thing.get("eventTypeId") or event_type.get("id"),
            "startTime": thing.get("startTime") or thing.get("start"),
            "endTime": thing.get("endTime") or thing.get("end"),
            "location": thing.get("meetingUrl") or thing.get("location"),
            "responses": responses,
            "iCalUID": thing.get("iCalUID") or thing.get("icsUid"),
            "recurringEventId": thing.get("recurringEventId") or thing.get("recurringBookingUid"),
            "cancellationReason": thing.get("cancellationReason") or thing.get("reschedulingReason"),
        },
    )
    for number, one in enumerate([*people, *guests]):
        locale = one.get("locale") or one.get("language")
        person = {
            **one,
            "id": number if one.get("id") is None else one["id"],
            "bookingId": name,
            "noShow": one.get("noShow") or one.get("absent"),
            "locale": locale if isinstance(locale, str) else "en",
        }
        add("Attendee", where, person)
        if one.get("seatUid"):
            seat = {
                "bookingId": name,
                "attendeeId": person["id"],
                "referenceUid": one["seatUid"],
                "data": {"responses": one.get("bookingFieldsResponses") or {}},
            }
            add("BookingSeat", where, seat)


def _event_type(add: Any, where: str, thing: Thing) -> None:
    for one in _list(thing.get("hosts")):
        if isinstance(one, dict) and one.get("userId") is not None:
            fixed = one.get("isFixed") or one.get("mandatory") or False
            add("Host", where, {**one, "eventTypeId": thing.get("id"), "isFixed": fixed})
    if "lengthInMinutes" not in thing:
        add("EventType", where, thing)
        return
    seats, window = _dict(thing.get("seats")), _dict(thing.get("bookingWindow"))
    again, lengths = _dict(thing.get("recurrence")), _list(thing.get("lengthInMinutesOptions"))
    policy = _dict(thing.get("confirmationPolicy"))
    values = {
        **thing,
        "length": thing["lengthInMinutes"],
        "userId": thing.get("ownerId") if thing.get("teamId") is None else None,
        "locations": [_location(one) for one in _list(thing.get("locations")) if isinstance(one, dict)],
        "bookingFields": [_field(one) for one in _list(thing.get("bookingFields")) if isinstance(one, dict)],
        "seatsPerTimeSlot": seats.get("seatsPerTimeSlot"),
        "seatsShowAttendees": seats.get("showAttendeeInfo"),
        "requiresConfirmation": bool(policy) and policy.get("disabled") is not True,
        "bookingLimits": _limits(thing.get("bookingLimitsCount")),
        "durationLimits": _limits(thing.get("bookingLimitsDuration")),
        "recurringEvent": {
            "freq": FREQUENCIES.get(str(again.get("frequency")), -1),
            "interval": again.get("interval") or 1,
            "count": again.get("occurrences"),
        }
        if again and again.get("disabled") is not True
        else None,
        "metadata": {"multipleDuration": lengths} if lengths else None,
        **_window(window),
    }
    add("EventType", where, values)


def _window(window: Thing) -> Thing:
    kind, value = str(window.get("type") or ""), window.get("value")
    if window.get("disabled") is True or not kind:
        return {"periodType": "unlimited"}
    if kind == "range":
        days = value if isinstance(value, list) and len(value) == 2 else [None, None]
        return {"periodType": "range", "periodStartDate": days[0], "periodEndDate": days[1]}
    always = "rolling_window" if window.get("rolling") is True else "rolling"
    return {"periodType": always, "periodDays": value, "periodCountCalendarDays": kind == "calendarDays"}


def _schedule(add: Any, where: str, thing: Thing) -> None:
    user_id, name = thing.get("userId") or thing.get("ownerId"), thing.get("id")
    add("Schedule", where, {**thing, "userId": user_id})
    if thing.get("isDefault") is True:
        add("usual", where, {"userId": user_id, "scheduleId": name})
    for one in _list(thing.get("availability")):
        if isinstance(one, dict):
            days = [DAYS.get(str(day).lower(), day) for day in _list(one.get("days"))]
            add("Availability", where, {**one, "days": days, "scheduleId": name})
    for one in _list(thing.get("overrides")):
        if isinstance(one, dict):
            add("Availability", where, {**one, "days": [], "scheduleId": name})


def _once(tables: Tables, table: str, column: str) -> None:
    """Whoever is named several times counts once, with all that is said of them; their usual schedule is known now."""
    usual = {row.key("userId"): row.values["scheduleId"] for row in tables.pop("usual", [])}
    known: dict[str, Row] = {}
    for row in tables.get(table, []):
        name = row.key(column) or row.text("email")
        before = known.get(name)
        values = {**row.values, **({k: v for k, v in before.values.items() if v is not None} if before else {})}
        if name in usual:
            values.setdefault("defaultScheduleId", usual[name])
        known[name] = Row(table, before.where if before else row.where, values)
    tables[table] = list(known.values())


def _location(one: Thing) -> Thing:
    kind = str(one.get("type") or "")
    if kind == "integration":
        return {"type": f"integrations:{one.get('integration')}"}
    if kind in PLACES and (kind not in {"phone"} or one.get("phone")):
        name, theirs, ours = PLACES[kind]
        return {"type": name, ours: one.get(theirs)} if ours else {"type": name}
    return one


def _field(one: Thing) -> Thing:
    name = str(one.get("slug") or one.get("name") or one.get("type") or "")
    is_system = one.get("isDefault") is True or name in SYSTEM
    return {**one, "name": name, "editable": "system" if is_system else "user"}


def _limits(value: Any) -> Thing:
    return {PERIODS[name]: most for name, most in _dict(value).items() if name in PERIODS}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Thing:
    return value if isinstance(value, dict) else {}
