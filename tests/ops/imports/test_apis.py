"""From the APIs of cal.com and Calendly, and from Calendly's CSV: shaped as their documents show them."""

import io
import json
import zipfile
from typing import Any

from cally.model.imports import Bundle
from cally.model.rules import DAYS
from cally.store import Store, hosts
from cally.vault import Vault
from tests.cast import at
from tests.ops.imports.read import bundle, come_over, fault, tally

CALENDLY = "https://api.calendly.com"
USER = f"{CALENDLY}/users/AAA"
HEAD = (
    "User Name,Team,Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,Invitee Time Zone,Event Type Name,"
    "Start Date & Time,End Date & Time,Location,Event Created Date & Time,Canceled,Canceled By,Cancellation reason,"
    "Question 1,Response 1,Guest Email(s),Marked as No-Show,User Email,Event UUID,Invitee UUID\n"
)


def _packed(content: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, value in content.items():
            packed.writestr(name, json.dumps(value))
    return out.getvalue()


def _v2() -> dict[str, Any]:
    return {
        "me.json": {
            "status": "success",
            "data": {
                "id": 7,
                "email": "Ada@Example.com",
                "username": "ada",
                "name": "Ada",
                "timeZone": "Europe/Berlin",
                "weekStart": "Monday",
                "defaultScheduleId": 3,
            },
        },
        "schedules.json": {
            "status": "success",
            "data": [
                {
                    "id": 3,
                    "ownerId": 7,
                    "name": "Days",
                    "timeZone": "Europe/Berlin",
                    "isDefault": True,
                    "availability": [{"days": ["Monday", "Friday"], "startTime": "08:00", "endTime": "12:00"}],
                    "overrides": [{"date": "2026-12-24", "startTime": "08:00", "endTime": "10:00"}],
                }
            ],
        },
        "event-types.json": {
            "status": "success",
            "data": [
                {
                    "id": 11,
                    "ownerId": 7,
                    "lengthInMinutes": 45,
                    "lengthInMinutesOptions": [45, 60],
                    "title": "Talk",
                    "slug": "talk",
                    "description": "",
                    "locations": [
                        {"type": "address", "address": "Main St 1", "public": True},
                        {"type": "integration", "integration": "cal-video"},
                    ],
                    "bookingFields": [
                        {"type": "name", "isDefault": True, "slug": "name", "required": True},
                        {
                            "type": "select",
                            "slug": "size",
                            "label": "Size?",
                            "required": True,
                            "options": ["S", "M"],
                            "isDefault": False,
                        },
                    ],
                    "slotInterval": 15,
                    "minimumBookingNotice": 60,
                    "beforeEventBuffer": 5,
                    "afterEventBuffer": 10,
                    "bookingLimitsCount": {"day": 3},
                    "bookingWindow": {"type": "calendarDays", "value": 20, "rolling": False},
                    "confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": False},
                    "recurrence": {"interval": 1, "occurrences": 5, "frequency": "weekly"},
                    "hidden": True,
                }
            ],
        },
        "bookings.json": {
            "status": "success",
            "data": [
                {
                    "id": 99,
                    "uid": "abc",
                    "title": "Talk",
                    "status": "accepted",
                    "start": "2026-10-02T08:00:00.000Z",
                    "end": "2026-10-02T08:45:00.000Z",
                    "createdAt": "2026-09-01T08:00:00.000Z",
                    "hosts": [{"id": 7, "name": "Ada", "email": "ada@example.com", "username": "ada"}],
                    "eventTypeId": 11,
                    "attendees": [
                        {
                            "name": "Cleo",
                            "email": "cleo@example.org",
                            "timeZone": "America/New_York",
                            "language": "fr",
                            "absent": False,
                        }
                    ],
                    "guests": ["gus@example.org"],
                    "bookingFieldsResponses": {"size": "M", "email": "cleo@example.org"},
                    "icsUid": "abc@Cal.com",
                    "meetingUrl": "https://video.example.org/abc",
                }
            ],
        },
    }


async def test_version_2_of_cal_coms_api_comes_over(store: Store, vault: Vault):
    """Several answers in a zip; its own words for the same things."""
    found = bundle(_packed(_v2()))
    (event_type,) = found.event_types
    assert (event_type.rules.duration_minutes, event_type.durations, event_type.listed) == (45, (45, 60), False)
    assert (event_type.rules.step_minutes, event_type.rules.notice_minutes) == (15, 60)
    assert (event_type.rules.buffer_before_minutes, event_type.rules.buffer_after_minutes) == (5, 10)
    assert [(one.kind, one.detail) for one in event_type.places] == [("in_person", "Main St 1")]
    assert [(one.id, one.choices) for one in event_type.questions] == [("size", ("S", "M"))]
    assert event_type.approval
    assert event_type.rules.horizon is not None
    assert (event_type.rules.horizon.kind, event_type.rules.horizon.days) == ("rolling", 20)
    assert event_type.options.series is not None
    (schedule,) = found.schedules
    assert [(one.days, one.hours.from_minute) for one in schedule.rules.weekly] == [(("mon", "fri"), 480)]
    assert schedule.rules.overrides[0].hours[0].to_minute == 600
    (booking,) = found.bookings
    assert (booking.guest.locale, booking.companions[0].email) == ("fr", "gus@example.org")
    assert [(one.label, one.value) for one in booking.answers] == [("Size?", "M")]
    assert booking.calendar_uid == "abc@Cal.com"
    report = await come_over(store, vault, found)
    assert [one.new for one in report.tallies] == [1, 1, 0, 1, 0, 1]


def test_version_1_of_cal_coms_api_is_read_as_its_tables():
    """Each answer under the name of its noun."""
    found = bundle(
        json.dumps(
            {
                "users": [{"id": 1, "email": "ada@example.com", "username": "ada", "timeZone": "Europe/Berlin"}],
                "schedules": [
                    {
                        "id": 2,
                        "userId": 1,
                        "name": "Days",
                        "timeZone": "Europe/Berlin",
                        "availability": [
                            {
                                "id": 5,
                                "days": [1, 2],
                                "startTime": "1970-01-01T09:00:00.000Z",
                                "endTime": "1970-01-01T17:00:00.000Z",
                            }
                        ],
                    }
                ],
                "event_types": [{"id": 3, "userId": 1, "slug": "intro", "title": "Intro", "length": 30}],
                "bookings": [
                    {
                        "id": 4,
                        "uid": "xyz",
                        "userId": 1,
                        "eventTypeId": 3,
                        "title": "Intro",
                        "status": "ACCEPTED",
                        "startTime": "2026-10-02T08:00:00.000Z",
                        "endTime": "2026-10-02T08:30:00.000Z",
                        "attendees": [{"email": "cleo@example.org", "name": "Cleo", "timeZone": "UTC"}],
                    }
                ],
            }
        ).encode()
    )
    assert [len(one) for one in (found.hosts, found.schedules, found.event_types, found.bookings)] == [1, 1, 1, 1]
    assert found.schedules[0].rules.weekly[0].days == ("mon", "tue")
    assert found.bookings[0].starts_at == at("2026-10-02 08:00")


def _calendly() -> Bundle:
    event = f"{CALENDLY}/scheduled_events/EEE"
    return bundle(
        _packed(
            {
                "me.json": {
                    "resource": {
                        "uri": USER,
                        "name": "Ada Lovelace",
                        "slug": "ada-l",
                        "email": "ada@example.com",
                        "timezone": "Europe/Berlin",
                    }
                },
                "schedules.json": {
                    "collection": [
                        {
                            "uri": f"{CALENDLY}/user_availability_schedules/SSS",
                            "default": True,
                            "name": "Working hours",
                            "user": USER,
                            "timezone": "Europe/Berlin",
                            "rules": [
                                *(
                                    {"type": "wday", "wday": day, "intervals": [{"from": "09:00", "to": "17:00"}]}
                                    for day in ("monday", "tuesday")
                                ),
                                {"type": "wday", "wday": "sunday", "intervals": []},
                                {"type": "date", "date": "2026-12-24", "intervals": []},
                            ],
                        }
                    ]
                },
                "event_types.json": {
                    "collection": [
                        {
                            "uri": f"{CALENDLY}/event_types/TTT",
                            "name": "15 Minute Meeting",
                            "active": True,
                            "slug": "15min",
                            "kind": "solo",
                            "pooling_type": None,
                            "type": "StandardEventType",
                            "duration": 15,
                            "description_html": "<p>Hi</p>",
                            "profile": {"type": "User", "name": "Ada", "owner": USER},
                            "secret": False,
                            "custom_questions": [
                                {"name": "Topic?", "type": "string", "position": 0, "enabled": True, "required": True}
                            ],
                            "locations": [{"kind": "physical", "location": "Main St 1"}, {"kind": "google_conference"}],
                        },
                        {
                            "uri": f"{CALENDLY}/event_types/RRR",
                            "name": "Team",
                            "slug": "team",
                            "duration": 30,
                            "pooling_type": "round_robin",
                            "profile": {"type": "User", "owner": USER},
                        },
                    ]
                },
                "events.json": {
                    "collection": [
                        {
                            "uri": event,
                            "name": "15 Minute Meeting",
                            "status": "active",
                            "start_time": "2026-10-05T08:00:00.000000Z",
                            "end_time": "2026-10-05T08:15:00.000000Z",
                            "event_type": f"{CALENDLY}/event_types/TTT",
                            "location": {"type": "zoom", "join_url": "https://zoom.example.org/1"},
                            "event_memberships": [{"user": USER, "user_email": "ada@example.com"}],
                            "event_guests": [{"email": "gus@example.org"}],
                            "calendar_event": {"kind": "google", "external_id": "g00gle"},
                            "created_at": "2026-09-01T08:00:00.000000Z",
                        }
                    ]
                },
                "invitees.json": {
                    "collection": [
                        {
                            "uri": f"{event}/invitees/III",
                            "event": event,
                            "email": "cleo@example.org",
                            "name": "Cleo",
                            "status": "active",
                            "timezone": "America/New_York",
                            "questions_and_answers": [{"question": "Topic?", "answer": "Tea", "position": 0}],
                        }
                    ]
                },
            }
        )
    )


async def test_calendlys_api_comes_over(store: Store, vault: Vault):
    """As far as it tells; what it does not tell is said."""
    found = _calendly()
    assert found.source == "calendly"
    report = await come_over(store, vault, found)
    assert [one.new for one in report.tallies] == [1, 1, 0, 1, 0, 1]
    assert tally(report, "event type").left_out == 1
    assert found.schedules[0].rules.weekly[0].days == (DAYS[0],)
    assert [(one.on.isoformat(), one.hours) for one in found.schedules[0].rules.overrides] == [("2026-12-24", ())]
    (booking,) = found.bookings
    assert booking.calendar_uid == "g00gle@google.com"
    assert booking.place is not None
    assert booking.place.detail == "https://zoom.example.org/1"
    assert [(one.label, one.value) for one in booking.answers] == [("Topic?", "Tea")]
    assert await hosts.by_slug(store.reader, "ada-l") is not None
    assert (await come_over(store, vault, found)).total == 0


def _csv(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows)).encode()


ROW = (
    "Ada,,Cleo Çelik,Cleo,Çelik,cleo@example.org,Eastern Time - US & Canada,30 Minute Meeting,2026-10-05 09:00 am,"
    '2026-10-05 09:30 am,Zoom URL: https://zoom.example.org/2,2026-09-01 01:40 pm,false,,,"Topic, please?",Tea,'
    "gus@example.org,No,ada@example.com,EEE,III"
)


async def test_calendlys_csv_comes_over_by_the_clock_that_is_said(store: Store, vault: Vault):
    """The event type gets its name and length, and is unlisted."""
    found = bundle(_csv(ROW, ROW.replace("III", "JJJ").replace("false", "true")), tz="Europe/Berlin")
    first, off = found.bookings
    assert first.starts_at == at("2026-10-05 07:00")
    assert (first.guest.tz, off.status) == ("America/New_York", "cancelled")
    assert [(one.label, one.value) for one in first.answers] == [("Topic, please?", "Tea")]
    assert (found.event_types[0].listed, found.event_types[0].rules.duration_minutes) == (False, 30)
    report = await come_over(store, vault, found)
    assert tally(report, "booking").new == 1
    assert (await come_over(store, vault, found)).total == 0


def test_a_csv_says_what_it_lacks():
    """Its clock, its columns, its rows."""
    assert "(--tz)" in fault(_csv(ROW))
    assert "Row 3: there are more values than columns" in fault(_csv(ROW, ROW + ",,,,,,"), tz="UTC")
    assert "no column “Event Type Name”" in fault(b"Invitee Email,Start\nx,y\n", tz="UTC")
    found = bundle(_csv(ROW.replace("2026-10-05 09:00 am", "someday")), tz="UTC")
    assert (found.bookings, found.notes[0].where) == ((), "row 2")
