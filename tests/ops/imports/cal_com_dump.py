"""A cal.com database as `pg_dump` writes it, made after its public schema: three hosts, twelve event types, a team."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
FIRST = date(2026, 9, 23)  # two days after the cast's now
COLUMNS = {
    "users": """id username email password_hint "emailVerified" bio avatarUrl timeZone weekStart created locale role
        allowDynamicBooking defaultScheduleId locked metadata name""",
    "Team": "id name slug bio isOrganization parentId metadata",
    "Membership": "id teamId userId accepted role",
    "Schedule": "id userId name timeZone",
    "Availability": "id userId eventTypeId days startTime endTime date scheduleId",
    "TravelSchedule": "id userId timeZone startDate endDate prevTimeZone",
    "EventType": """id title slug description position locations length offsetStart hidden userId teamId bookingFields
        timeZone periodType periodStartDate periodEndDate periodDays periodCountCalendarDays requiresConfirmation
        recurringEvent minimumBookingNotice beforeEventBuffer afterEventBuffer seatsPerTimeSlot seatsShowAttendees
        schedulingType scheduleId price currency slotInterval metadata successRedirectUrl bookingLimits durationLimits
        isRRWeightsEnabled parentId""",
    "_user_eventtype": "A B",
    "Host": "userId eventTypeId isFixed priority weight scheduleId",
    "EventTypeCustomInput": "id eventTypeId label type options required placeholder",
    "OutOfOfficeEntry": "id uuid start end notes userId toUserId reasonId createdAt updatedAt",
    "Booking": """id uid userId eventTypeId title description customInputs responses startTime endTime location
        createdAt updatedAt status paid cancellationReason rejectionReason rescheduled recurringEventId metadata
        iCalUID iCalSequence""",
    "Attendee": "id email name timeZone locale bookingId noShow",
    "BookingSeat": "id referenceUid bookingId attendeeId data",
    "BookingReference": "id type uid meetingUrl bookingId",
    "Credential": "id type key userId",
}
ENUMS = """
CREATE TYPE public."BookingStatus" AS ENUM ('cancelled', 'accepted', 'rejected', 'pending', 'awaiting_host');
"""


class Dump:
    """Rows by table; what is not said is null."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in COLUMNS}
        self.future = self.past = self.seats = 0

    def add(self, table: str, **values: Any) -> int:
        """One row, numbered in its table unless it says its id."""
        number = len(self.rows[table]) + 1
        self.rows[table].append({"id": number, **values})
        return int(values.get("id", number))

    def text(self) -> str:
        """The whole dump: a head, types, tables, and a COPY block for each table."""
        parts = [
            "--\n-- PostgreSQL database dump\n--\n\n-- Dumped by pg_dump version 16.4\n\nSET statement_timeout = 0;\n"
        ]
        parts.append(ENUMS)
        for table, columns in COLUMNS.items():
            names = [name.strip('"') for name in columns.split()]
            quoted = ", ".join(f'"{name}"' if name.lower() != name else name for name in names)
            shown = f'"{table}"' if table.lower() != table else table
            parts.append(f"\n--\n-- Data for Name: {table}; Type: TABLE DATA; Schema: public; Owner: cal\n--\n\n")
            parts.append(f"COPY public.{shown} ({quoted}) FROM stdin;\n")
            parts.extend("\t".join(_cell(row.get(name)) for name in names) + "\n" for row in self.rows[table])
            parts.append("\\.\n\n")
        parts.append("--\n-- PostgreSQL database dump complete\n--\n")
        return "".join(parts)


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dict | list) and not (isinstance(value, list) and all(isinstance(one, int) for one in value)):
        value = json.dumps(value)
    elif isinstance(value, list):
        value = "{" + ",".join(map(str, value)) + "}"
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def moment(on: date, clock: str, tz: str = BERLIN) -> datetime:
    """An instant, by a wall clock."""
    return datetime.fromisoformat(f"{on.isoformat()}T{clock}").replace(tzinfo=ZoneInfo(tz)).astimezone(UTC)


def working_days(count: int) -> Iterable[date]:
    """So many Mondays to Fridays from the first on."""
    on = FIRST
    while count:
        if on.weekday() < 5:
            count -= 1
            yield on
        on += timedelta(days=1)


def cal_com(*, bookings: int = 500) -> Dump:
    """The instance: Ada (Berlin), Ben (New York) and Cy (Berlin); the team Support of all three."""
    dump = Dump()
    people(dump)
    offers(dump)
    agreements(dump, bookings)
    return dump


def people(dump: Dump) -> None:
    """Users, schedules, the team, time off; and a user who is locked."""
    for number, (name, username, tz, role) in enumerate(
        [
            ("Ada Lovelace", "ada", BERLIN, "ADMIN"),
            ("Ben Okri", "Ben.Okri", NEW_YORK, "USER"),
            ("Cy Twombly", "cy", BERLIN, "USER"),
        ],
        start=1,
    ):
        first = name.split()[0].lower()
        dump.add(
            "users",
            username=username,
            email=f"{first}@example.com",
            name=name,
            bio=f"<p>I am <b>{name}</b>.</p><script>alert(1)</script>",
            timeZone=tz,
            weekStart="Monday",
            created="2024-01-01 00:00:00",
            locale="en",
            role=role,
            allowDynamicBooking=True,
            defaultScheduleId=number,
            locked=False,
        )
        dump.add("Schedule", userId=number, name="Working hours", timeZone=tz)
        dump.add("Availability", days=[1, 2, 3, 4, 5], startTime="09:00:00", endTime="17:00:00", scheduleId=number)
    dump.add("users", username="zed", email="zed@example.com", name="Zed", timeZone=BERLIN, role="USER", locked=True)
    late = dump.add("Schedule", userId=1, name="Evenings", timeZone=BERLIN)
    dump.add("Availability", days=[0, 6], startTime="18:00:00", endTime="23:59:00", scheduleId=late)
    dump.add("Availability", days=[], startTime="00:00:00", endTime="00:00:00", date="2026-10-05", scheduleId=1)
    dump.add("Availability", days=[], startTime="13:00:00", endTime="15:00:00", date="2026-10-06", scheduleId=1)
    team = dump.add("Team", name="Support", slug="support", bio="We help.", isOrganization=False)
    for user_id, role in ((1, "OWNER"), (2, "MEMBER"), (3, "MEMBER")):
        dump.add("Membership", teamId=team, userId=user_id, accepted=True, role=role)
    dump.add(
        "OutOfOfficeEntry",
        uuid="o1",
        start="2026-12-21 00:00:00",
        end="2026-12-23 23:59:59",
        notes="Skiing",
        userId=1,
        toUserId=3,
    )
    dump.add("OutOfOfficeEntry", uuid="o2", start="2025-12-21 00:00:00", end="2025-12-23 00:00:00", userId=1)


def offers(dump: Dump) -> None:
    """Twelve event types: five of Ada's, three of Ben's, two of Cy's, two of the team; each has its quirk."""
    common = {
        "position": 0,
        "length": 30,
        "offsetStart": 0,
        "hidden": False,
        "periodType": "unlimited",
        "requiresConfirmation": False,
        "minimumBookingNotice": 120,
        "beforeEventBuffer": 0,
        "afterEventBuffer": 0,
        "price": 0,
        "currency": "usd",
        "isRRWeightsEnabled": False,
    }

    def add(title: str, slug: str, **values: Any) -> int:
        number = dump.add("EventType", **{**common, "title": title, "slug": slug, **values})
        if values.get("userId"):
            dump.add("_user_eventtype", A=number, B=values["userId"])
        return number

    add(
        "Intro call",
        "intro",
        userId=1,
        description="A **first** chat.\n\nBring <script>alert(1)</script>tea & cake.",
        locations=[{"type": "link", "link": "https://meet.example.org/ada"}, {"type": "integrations:daily"}],
        bookingFields=[
            {"name": "name", "type": "name", "editable": "system", "required": True},
            {"name": "email", "type": "email", "editable": "system-but-optional", "required": True},
            {"name": "company", "type": "text", "label": "Which company?", "required": True, "editable": "user"},
            {
                "name": "Topics",
                "type": "checkbox",
                "label": "Topics",
                "options": [{"label": "Price", "value": "p"}, {"label": "Tea", "value": "t"}],
                "required": False,
                "editable": "user",
            },
        ],
    )
    add("Deep dive", "deep-dive", userId=1, length=60, metadata={"multipleDuration": [60, 90]}, beforeEventBuffer=10)
    add("Evening", "evening", userId=1, scheduleId=4, periodType="rolling", periodDays=30, periodCountCalendarDays=True)
    add("Approval", "approval", userId=1, requiresConfirmation=True, slotInterval=15, bookingLimits={"PER_DAY": 2})
    add("Workshop", "workshop", userId=1, length=90, seatsPerTimeSlot=6, seatsShowAttendees=True)
    add("Intro", "intro", userId=2, afterEventBuffer=15, locations=[{"type": "phone"}])
    add(
        "Paid advice",
        "advice",
        userId=2,
        price=5000,
        hidden=True,
        locations=[{"type": "inPerson", "address": "5th Ave"}],
    )
    add("Weekly", "weekly", userId=2, recurringEvent={"freq": 2, "interval": 1, "count": 12})
    add("Old questions", "old", userId=3)
    dump.add(
        "EventTypeCustomInput",
        eventTypeId=9,
        label="Your size",
        type="radio",
        options=[{"label": "S", "type": "t"}, {"label": "M", "type": "t"}],
        required=True,
    )
    add(
        "Café & Kuchen",
        "cafe_und_kuchen!",
        userId=3,
        periodType="range",
        periodStartDate="2026-09-01 00:00:00",
        periodEndDate="2026-12-31 00:00:00",
    )
    add("Support in turns", "help", teamId=1, schedulingType="roundRobin", isRRWeightsEnabled=True)
    add("All together", "together", teamId=1, schedulingType="collective")
    for event_type_id in (11, 12):
        for user_id in (1, 2, 3):
            fixed = event_type_id == 12
            dump.add("Host", userId=user_id, eventTypeId=event_type_id, isFixed=fixed, weight=100 * user_id, priority=2)


def agreements(dump: Dump, count: int) -> None:
    """Bookings that lie ahead, none overlapping another; then some that are over, or were called off."""
    own = {1: (1, 2, 4), 2: (6, 7, 8), 3: (9, 10)}
    made = 0
    for on in working_days(400):
        for user_id, clock in [(1, "09:00"), (2, "09:00"), (3, "09:00"), (1, "11:00"), (2, "11:00"), (3, "11:00")]:
            if made >= count:
                break
            kinds = own[user_id]
            event_type_id = kinds[made % len(kinds)]
            _book(dump, made, user_id, event_type_id, moment(on, clock, NEW_YORK if user_id == 2 else BERLIN))
            made += 1
        if made < count:
            _book(dump, made, 1 if on.day % 2 else 3, 11, moment(on, "13:00"))
            made += 1
        if on.weekday() == 1 and made < count:
            _workshop(dump, made, moment(on, "14:30"))
            made += 1
        if on.weekday() == 3 and made < count:
            _together(dump, made, moment(on, "18:00"))
            made += 1
        if made >= count:
            break
    dump.future = made
    for number in range(10):
        _book(dump, 10_000 + number, 1, 1, moment(FIRST - timedelta(days=30 + number), "09:00"))
    _book(
        dump, 10_100, 1, 1, moment(FIRST - timedelta(days=60), "09:00"), status="cancelled", cancellationReason="Ill."
    )
    dump.past = 11


def _book(dump: Dump, number: int, user_id: int, event_type_id: int, starts_at: datetime, **values: Any) -> int:
    minutes = dump.rows["EventType"][event_type_id - 1]["length"]
    booking_id = dump.add(
        "Booking",
        **{
            "uid": f"calUid{number:06}",
            "userId": user_id,
            "eventTypeId": event_type_id,
            "title": f"Meeting {number}",
            "responses": {
                "name": f"Guest {number}",
                "email": f"guest{number}@example.org",
                "notes": "Line one\nline\ttwo \\ three",
                "guests": [f"friend{number}@example.org"] if number % 10 == 0 else [],
                "company": "ACME",
                "Topics": ["Price", "Tea"],
            },
            "startTime": starts_at.strftime("%Y-%m-%d %H:%M:%S"),
            "endTime": (starts_at + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S"),
            "location": "integrations:daily",
            "createdAt": "2026-09-01 08:00:00.123",
            "status": "pending" if event_type_id == 4 else "accepted",
            "paid": False,
            "metadata": {"videoCallUrl": f"https://video.example.org/{number}"},
            "iCalUID": f"calUid{number:06}@Cal.com",
            "iCalSequence": 1,
            **values,
        },
    )
    dump.add(
        "Attendee",
        email=f"guest{number}@example.org",
        name=f"Guest {number}",
        timeZone=NEW_YORK,
        locale="de",
        bookingId=booking_id,
        noShow=False,
    )
    return booking_id


def _workshop(dump: Dump, number: int, starts_at: datetime) -> None:
    booking_id = _book(dump, number, 1, 5, starts_at)
    people_ids = [len(dump.rows["Attendee"])]
    people_ids += [
        dump.add(
            "Attendee",
            email=f"seat{number}{other}@example.org",
            name=f"Seat {other}",
            timeZone=BERLIN,
            locale="en",
            bookingId=booking_id,
        )
        for other in ("b", "c")
    ]
    for attendee_id in people_ids:
        data = {"responses": {"company": f"Seat of {attendee_id}"}}
        dump.add(
            "BookingSeat", referenceUid=f"seat-{attendee_id}", bookingId=booking_id, attendeeId=attendee_id, data=data
        )
    dump.seats += 2  # beyond the booking itself


def _together(dump: Dump, number: int, starts_at: datetime) -> None:
    """cal.com lists the other hosts among those who attend."""
    booking_id = _book(dump, number, 1, 12, starts_at)
    for first in ("ben", "cy"):
        dump.add(
            "Attendee",
            email=f"{first}@example.com",
            name=first.title(),
            timeZone=BERLIN,
            locale="en",
            bookingId=booking_id,
        )
