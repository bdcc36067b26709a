"""Invitations, as two foreign readers understand them."""

from typing import Any

import msgspec
import pytest

from cally.model.bookings import Booking, Guest
from cally.model.hosts import Place
from cally.model.messages import HostTold
from cally.notify.calendar_file import booking_uid, calendar_file, calendar_uid
from tests.cast import DAY, at
from tests.notify.calendars import Understood, by_ical_js, by_icalendar
from tests.notify.conftest import BEN_COMES, booking

READERS = [by_icalendar, by_ical_js]
NASTY = 'A, b; c\\ "d": 😀 שלום\r\nATTENDEE:mailto:mallory@example.com\nBEGIN:VALARM' + "x" * 180


def file(about: Booking, **given: Any) -> bytes:
    values: dict[str, Any] = {
        "hosts": (HostTold(name="Ada Lovelace", email="ada@example.com"),),
        "tz": "Europe/Berlin",
        "method": "REQUEST",
        **given,
    }
    return calendar_file(about, **values)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.rule(74)
def test_both_readers_understand_an_invitation(read: Any) -> None:
    """Name, number, instants, zone, people and place come through."""
    made = booking(companions=BEN_COMES)
    understood: Understood = read(file(made, tz="America/New_York", manage_url="https://cally.example.net/b/secret"))
    assert understood == Understood(
        method="REQUEST",
        uid=calendar_uid(made.uid),
        sequence=0,
        status="CONFIRMED",
        starts_at=made.starts_at,
        ends_at=made.ends_at,
        tz="America/New_York",
        summary="Intro call: Ada Lovelace",
        description="A first chat.\n\nReschedule or cancel: https://cally.example.net/b/secret",
        location="https://meet.example.org/ada",
        url="https://cally.example.net/b/secret",
        attendees=["mailto:ada@example.com", "mailto:cleo@example.org", "mailto:ben@example.com"],
        names=["Ada Lovelace", "Cleo Çelik", "Ben"],
    )


@pytest.mark.parametrize("read", READERS)
@pytest.mark.rule(74)
def test_an_update_and_a_cancel_carry_the_same_uid_and_a_higher_sequence(read: Any) -> None:
    """A calendar can follow: one uid, 0, 1, 2."""
    first = booking()
    moved = msgspec.structs.replace(first, sequence=1, starts_at=first.starts_at + DAY, ends_at=first.ends_at + DAY)
    ended = msgspec.structs.replace(moved, sequence=2, status="cancelled")
    seen = [read(file(first)), read(file(moved)), read(file(ended, method="CANCEL"))]
    assert {one.uid for one in seen} == {calendar_uid(first.uid)}
    assert [(one.sequence, one.method, one.status) for one in seen] == [
        (0, "REQUEST", "CONFIRMED"),
        (1, "REQUEST", "CONFIRMED"),
        (2, "CANCEL", "CANCELLED"),
    ]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.rule(78)
def test_nothing_can_be_slipped_in(read: Any) -> None:
    """Commas, semicolons, quotes, line breaks, emoji and 255 characters stay text."""
    guest = Guest(name=NASTY[:255], email="cleo@example.org", tz="Europe/Berlin")
    terms = msgspec.structs.replace(booking().terms, title=NASTY[:255], place=Place(kind="in_person", detail=NASTY))
    understood: Understood = read(file(booking(guest=guest, terms=terms, notes=NASTY)))
    assert understood.attendees == ["mailto:ada@example.com", "mailto:cleo@example.org"]
    assert understood.location == NASTY.replace("\r\n", "\n")
    assert understood.summary.startswith('A, b; c\\ "d": 😀 שלום')
    assert understood.description.endswith(NASTY.replace("\r\n", "\n"))


@pytest.mark.rule(78)
def test_lines_are_folded_by_octets() -> None:
    """No line is longer than 75 octets, and no character is cut in two."""
    data = file(booking(notes="😀" * 200))
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert "😀" * 200 in data.decode().replace("\r\n ", "")


ZONES = [
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
]
NIGHTS = [
    "2026-03-29 00:30",
    "2026-03-29 01:15",
    "2026-07-01 12:00",
    "2026-10-25 00:30",
    "2026-11-01 05:15",
    "2027-02-20 03:30",
]


@pytest.mark.parametrize("tz", ZONES)
@pytest.mark.rule(2, 7, 74)
def test_every_zone_is_described_as_its_clocks_go(tz: str) -> None:
    """A reader that knows only our VTIMEZONE finds the same instants, also in the night of a change."""
    for text in NIGHTS:
        made = booking(starts_at=at(text), ends_at=at(text) + 600)
        understood = by_ical_js(file(made, tz=tz))
        assert (understood.starts_at, understood.ends_at) == (made.starts_at, made.ends_at), text


@pytest.mark.rule(74)
def test_a_change_of_the_clocks_is_told_by_the_clock_before_it() -> None:
    """Both onsets are wall times of the offset they end (RFC 5545 3.6.5): 02:00 in spring, 03:00 in autumn."""
    lines = file(booking()).decode().split("\r\n")
    spring, autumn = lines.index("BEGIN:DAYLIGHT"), lines.index("END:DAYLIGHT") + 1
    onsets = ["RDATE:20250330T020000", "RDATE:20260329T020000", "RDATE:20270328T020000"]
    assert lines[spring + 1 : spring + 5] == ["DTSTART:20250330T020000", *onsets]
    onsets = ["RDATE:20251026T030000", "RDATE:20261025T030000", "RDATE:20271031T030000"]
    assert lines[autumn + 1 : autumn + 5] == ["DTSTART:20251026T030000", *onsets]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.rule(2)
def test_an_hour_that_comes_twice_is_told_apart(read: Any) -> None:
    """02:30 happens twice in Berlin on 25 October 2026; readers differ on which is meant, so both are in UTC."""
    first, second = at("2026-10-25 00:30"), at("2026-10-25 01:30")
    seen = [read(file(booking(starts_at=start, ends_at=start + 1_800))).starts_at for start in (first, second)]
    assert seen == [first, second]


@pytest.mark.parametrize("read", READERS)
def test_a_download_names_no_attendees(read: Any) -> None:
    """PUBLISH is no invitation (RFC 5546 3.2.1)."""
    understood: Understood = read(file(booking(), method="PUBLISH"))
    assert (understood.method, understood.attendees) == ("PUBLISH", [])


@pytest.mark.rule(73)
def test_the_hosts_calendar_is_told_not_to_invite_again() -> None:
    """The host's copy says that inviting is ours; the guest's needs no such word."""
    assert b"SCHEDULE-AGENT=CLIENT" in file(booking(), reader="host").replace(b"\r\n ", b"")
    assert b"SCHEDULE-AGENT" not in file(booking()).replace(b"\r\n ", b"")


def test_the_same_booking_is_the_same_bytes() -> None:
    """A retry changes nothing."""
    made = booking()
    assert file(made) == file(made)


@pytest.mark.rule(37)
def test_our_own_uid_is_recognised() -> None:
    """An echo of our booking leads back to it; a foreign UID leads nowhere."""
    made = booking()
    assert booking_uid(calendar_uid(made.uid)) == made.uid
    assert booking_uid("4711@google.com") is None


@pytest.mark.rule(66)
def test_a_room_is_where_people_meet_and_every_resource_is_named() -> None:
    """In person the room comes before the address; RESOURCES (RFC 5545 3.8.1.10) names each, commas and all."""
    taken = {"resources": ("Red room, 2nd floor", "Projector"), "room": "Red room, 2nd floor"}
    made = booking()
    in_person = msgspec.structs.replace(made.terms, place=Place(kind="in_person", detail="Torstr. 1"), **taken)
    text = file(msgspec.structs.replace(made, terms=in_person)).decode().replace("\r\n ", "")
    assert "LOCATION:Red room\\, 2nd floor\\, Torstr. 1\r\n" in text
    assert "RESOURCES:Red room\\, 2nd floor\r\nRESOURCES:Projector\r\n" in text
    online = msgspec.structs.replace(made.terms, place=Place(kind="link", detail="https://meet.example.org/a"), **taken)
    assert b"LOCATION:https://meet.example.org/a\r\n" in file(msgspec.structs.replace(made, terms=online))
