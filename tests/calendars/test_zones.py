"""Zones by every name that calendar files give them (rule 10)."""

from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global

from cally.calendars.foreign_zones import known_zone
from tests.calendars.files import busy, event, found

BROKEN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Broken",
    "BEGIN:STANDARD",
    "TZOFFSETTO:sideways",
    "END:STANDARD",
    "END:VTIMEZONE",
)
OWN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:{name}",
    "BEGIN:STANDARD",
    "DTSTART:16010101T000000",
    "TZOFFSETFROM:-0330",
    "TZOFFSETTO:-0330",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def at_nine(zone: str) -> str:
    return event("UID:x", f"DTSTART;TZID={zone}:20260922T090000", f"DTEND;TZID={zone}:20260922T100000")


@pytest.mark.rule(10)
@pytest.mark.parametrize("name", sorted(get_global("windows_zone_mapping").keys() - {"UTC"}))
def test_every_windows_name_is_the_place_that_cldr_says(name: str) -> None:
    """All of CLDR's table, as Babel carries it; `UTC` means itself."""
    assert known_zone(name) == ZoneInfo(get_global("windows_zone_mapping")[name])


@pytest.mark.rule(10)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Kiev", "2026-09-22 06:00/07:00"),
        ("US/Eastern", "2026-09-22 13:00/14:00"),
        ("W. Europe Standard Time", "2026-09-22 07:00/08:00"),
        ("/mozilla.org/20050126_1/America/Argentina/Ushuaia", "2026-09-22 12:00/13:00"),
        ("GMT+0530", "2026-09-22 03:30/04:30"),
        ("UTC-8", "2026-09-22 17:00/18:00"),
        ('"Asia/Kolkata"', "2026-09-22 03:30/04:30"),
    ],
)
def test_names_that_stand_for_a_zone(name: str, expected: str) -> None:
    """Aliases, Windows names, vendors' prefixes, plain offsets, quotes."""
    assert busy(at_nine(name)) == [expected]


@pytest.mark.rule(10)
@pytest.mark.parametrize("name", ["Customized Time Zone", "EST", "My Office"])
def test_a_zone_that_the_file_defines_is_used_as_defined(name: str) -> None:
    """Also where a bare name would otherwise mean a fixed offset."""
    assert busy(*OWN_ZONE[:1], f"TZID:{name}", *OWN_ZONE[2:], at_nine(name)) == ["2026-09-22 12:30/13:30"]


@pytest.mark.rule(10)
def test_a_place_is_what_the_zone_database_says() -> None:
    """A definition in the file does not override Europe/Berlin."""
    assert busy(*OWN_ZONE[:1], "TZID:Europe/Berlin", *OWN_ZONE[2:], at_nine("Europe/Berlin")) == [
        "2026-09-22 07:00/08:00"
    ]


@pytest.mark.rule(10, 35)
def test_an_unknown_zone_blocks_wherever_it_may_be_and_warns() -> None:
    """Never read as UTC: from fourteen hours before to twelve hours after."""
    seen = found(at_nine("Middle-earth/Shire"))
    assert seen.busy == ((1_790_017_200, 1_790_114_400, "x"),)
    assert "“Middle-earth/Shire” is unknown" in seen.warnings[0]


@pytest.mark.rule(10, 34)
def test_an_unknown_zone_of_a_series() -> None:
    """Each occurrence is as wide as it has to be."""
    seen = found(event("UID:x", "DTSTART;TZID=Nowhere:20260922T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"))
    assert [end - start for start, end, _ in seen.busy] == [27 * 3_600, 27 * 3_600]


@pytest.mark.rule(10)
def test_a_broken_definition_is_an_unknown_zone() -> None:
    """It is as if it were not there."""
    assert "“Broken” is unknown" in found(*BROKEN_ZONE, at_nine("Broken")).warnings[0]


@pytest.mark.rule(10, 32)
def test_an_unknown_zone_of_the_calendar_is_told() -> None:
    """Whole days are then the host's, and the host is told."""
    seen = found("X-WR-TIMEZONE:Middle-earth/Shire", event("UID:x", "DTSTART;VALUE=DATE:20260922"))
    assert seen.busy == ((1_790_028_000, 1_790_114_400, "x"),)
    assert "Middle-earth/Shire" in seen.warnings[0]
