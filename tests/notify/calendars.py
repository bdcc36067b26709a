"""Two readers that are not ours: Python's icalendar and npm's ical.js, through node."""

import json
import subprocess
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

import icalendar
import msgspec
import recurring_ical_events

from tests import npm

FOLDER = Path(__file__).parent / "ical_js"


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader made of an invitation; instants as epoch seconds."""

    method: str
    uid: str
    sequence: int
    status: str
    starts_at: int
    ends_at: int
    tz: str
    summary: str
    description: str
    location: str
    url: str | None
    attendees: list[str]
    names: list[str]


class Expanded(msgspec.Struct, frozen=True, kw_only=True):
    """Every instance of a series as a reader found it: pairs of start and end, epoch seconds, in order."""

    method: str
    uid: str
    sequence: int
    instances: list[tuple[int, int]]


def invitation(mail: EmailMessage) -> bytes:
    """The calendar file that a mail carries."""
    (part,) = (part for part in mail.walk() if part.get_content_type() == "application/ics")
    data = part.get_content()
    assert isinstance(data, bytes)
    return data


def by_icalendar(data: bytes) -> Understood:
    """As Python's icalendar reads it."""
    calendar = icalendar.Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    people: Any = event.get("attendee", [])
    people = people if isinstance(people, list) else [people]
    return Understood(
        method=str(calendar["method"]),
        uid=str(event["uid"]),
        sequence=int(event["sequence"]),
        status=str(event["status"]),
        starts_at=int(event.start.timestamp()),
        ends_at=int(event.end.timestamp()),
        tz=str(event["dtstart"].params.get("tzid", "UTC")),
        summary=str(event["summary"]),
        description=str(event.get("description", "")),
        location=str(event.get("location", "")),
        url=str(event["url"]) if "url" in event else None,
        attendees=[str(one) for one in people],
        names=[str(one.params["cn"]) for one in people],
    )


def by_ical_js(data: bytes) -> Understood:
    """As ical.js reads it; skipped where there is no node, but never in CI."""
    done = subprocess.run(
        ["node", str(installed() / "read.js")], input=data, capture_output=True, check=True, timeout=60
    )
    return msgspec.convert(json.loads(done.stdout), Understood)


def expanded_by_icalendar(data: bytes) -> Expanded:
    """As Python's recurring-ical-events expands it."""
    calendar = icalendar.Calendar.from_ical(data)
    (first, *_) = calendar.walk("VEVENT")
    found = recurring_ical_events.of(calendar).between((1990, 1, 1), (2060, 1, 1))
    return Expanded(
        method=str(calendar["method"]),
        uid=str(first["uid"]),
        sequence=int(first["sequence"]),
        instances=sorted((int(one.start.timestamp()), int(one.end.timestamp())) for one in found),
    )


def expanded_by_ical_js(data: bytes) -> Expanded:
    """As ical.js expands it."""
    done = subprocess.run(
        ["node", str(installed() / "expand.js")], input=data, capture_output=True, check=True, timeout=60
    )
    return msgspec.convert(json.loads(done.stdout), Expanded)


@lru_cache(maxsize=1)
def installed() -> Path:
    """The folder with ical.js, fetched by npm when it is not there yet."""
    return npm.installed(FOLDER, "ical.js")
