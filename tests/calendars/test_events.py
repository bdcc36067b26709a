"""Single events: when they are, and whether they block."""

import pytest

from tests.calendars.files import busy, event, found

TEN = ("UID:x", "SUMMARY:Talk", "DTSTART:20260922T080000Z", "DTEND:20260922T090000Z")


def test_an_event_blocks_from_its_start_to_its_end() -> None:
    """Nothing said about it means confirmed and opaque."""
    assert busy(event(*TEN)) == ["2026-09-22 08:00/09:00"]


@pytest.mark.rule(28)
@pytest.mark.parametrize("end", ["DTEND:20260922T080000Z", "DURATION:PT0S", "X-NOTHING:1"])
def test_a_zero_length_event_does_not_block(end: str) -> None:
    """An instant takes no time, however that is written."""
    assert busy(event("UID:x", "DTSTART:20260922T080000Z", end)) == []


@pytest.mark.rule(33)
@pytest.mark.parametrize(
    "line",
    [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Ada@Example.com",
        'ATTENDEE;CN="Ada: the host; really";PARTSTAT=DECLINED:MAILTO:ada@example.com',
        "ATTENDEE;EMAIL=ada@example.com;PARTSTAT=DECLINED:urn:uuid:1234",
    ],
)
def test_what_does_not_block(line: str) -> None:
    """Transparent, cancelled, free in Outlook, or declined by the host herself."""
    assert busy(event(*TEN, line)) == []


@pytest.mark.rule(33)
@pytest.mark.parametrize(
    "line",
    [
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:ada@example.com",
        "STATUS:SOMETHING-NEW",
    ],
)
def test_what_blocks(line: str) -> None:
    """Out of office, declined by somebody else, not answered yet, or unknown."""
    assert busy(event(*TEN, line)) == ["2026-09-22 08:00/09:00"]


@pytest.mark.rule(33)
@pytest.mark.parametrize(
    "line",
    [
        "STATUS:TENTATIVE",
        "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE",
        "ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.com",
    ],
)
def test_tentative_blocks_unless_the_host_says_otherwise(line: str) -> None:
    """Whoever wrote tentative: the event, Outlook, or the host's own answer."""
    assert busy(event(*TEN, line)) == ["2026-09-22 08:00/09:00"]
    assert busy(event(*TEN, line), tentative_blocks=False) == []


@pytest.mark.rule(33)
def test_the_calendar_named_after_its_owner_tells_who_declined() -> None:
    """Google names a main calendar by its owner's address, which need not be the one she signs in with here."""
    declined = event(*TEN, "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@work.example")
    assert busy("X-WR-CALNAME:ada@work.example", declined) == []
    assert busy("X-WR-CALNAME:Work", declined) == ["2026-09-22 08:00/09:00"]


@pytest.mark.rule(31)
def test_a_whole_day_ends_where_the_next_begins() -> None:
    """DTEND is the day after the last; the day is the calendar's own, 25 hours when the clocks go back."""
    day = event("UID:x", "DTSTART;VALUE=DATE:20261025", "DTEND;VALUE=DATE:20261026")
    assert busy(day) == ["2026-10-24 22:00/2026-10-25 23:00"]
    assert busy("X-WR-TIMEZONE:Asia/Tokyo", day) == ["2026-10-24 15:00/2026-10-25 15:00"]


@pytest.mark.rule(31)
@pytest.mark.parametrize("end", ["X-NOTHING:1", "DURATION:P1D", "DTEND;VALUE=DATE:20260922"])
def test_one_whole_day(end: str) -> None:
    """No end, a duration of a day, or the last day written where the day after it belongs."""
    assert busy(event("UID:x", "DTSTART;VALUE=DATE:20260922", end)) == ["2026-09-21 22:00/2026-09-22 22:00"]


@pytest.mark.rule(8, 31)
def test_a_whole_day_whose_midnight_does_not_exist() -> None:
    """In Beirut the clocks go from midnight to one: the day begins at its first existing instant."""
    day = event("UID:x", "DTSTART;VALUE=DATE:20270328")
    assert busy(day, tz="Asia/Beirut") == ["2027-03-27 22:00/2027-03-28 21:00"]


@pytest.mark.rule(32)
def test_floating_times_are_the_calendars_else_the_hosts() -> None:
    """The same wall time, read where the calendar says it is, or else where the host is."""
    floating = event("UID:x", "DTSTART:20260922T090000", "DTEND:20260922T100000")
    assert busy("X-WR-TIMEZONE:America/New_York", floating) == ["2026-09-22 13:00/14:00"]
    assert busy(floating, tz="Asia/Kolkata") == ["2026-09-22 03:30/04:30"]


@pytest.mark.rule(3)
def test_hours_of_a_duration_are_elapsed_time() -> None:
    """Six hours that begin before the clocks go back end an hour earlier on the wall; a day keeps its wall time."""
    night = ("UID:x", "DTSTART;TZID=Europe/Berlin:20261025T000000")
    assert busy(event(*night, "DURATION:PT6H")) == ["2026-10-24 22:00/2026-10-25 04:00"]
    assert busy(event(*night, "DURATION:P1D")) == ["2026-10-24 22:00/2026-10-25 23:00"]


@pytest.mark.rule(36)
def test_an_event_across_the_edge_of_the_window_blocks_within_it() -> None:
    """A year away that began long ago is busy from the window's start on."""
    away = event("UID:x", "DTSTART:20260101T000000Z", "DTEND:20261001T000000Z")
    assert busy(away) == ["2026-09-19 06:00/2026-10-01 00:00"]


def test_events_that_share_a_uid_by_mistake_all_block() -> None:
    """Some programs give every event the same UID, or none; none of them is lost."""
    other = ("DTSTART:20260923T080000Z", "DTEND:20260923T090000Z")
    assert len(busy(event(*TEN), event("UID:x", *other))) == 2
    assert len(busy(event(*TEN[1:]), event(*other))) == 2


def test_an_event_that_is_never_closed_still_blocks() -> None:
    """A missing END costs nothing but itself."""
    assert len(busy("BEGIN:VEVENT", *TEN, event("UID:y", "DTSTART:20260923T080000Z", "DTEND:20260923T090000Z"))) == 2


def test_an_end_before_its_start_blocks_what_lies_between() -> None:
    """Which of the two is wrong, nobody knows."""
    assert busy(event("UID:x", "DTSTART:20260922T090000Z", "DTEND:20260922T080000Z")) == ["2026-09-22 08:00/09:00"]


@pytest.mark.rule(10)
def test_an_end_in_an_unknown_zone_is_as_vague_as_a_start() -> None:
    """Half of an event's moments being known is not enough."""
    seen = found(event("UID:x", "DTSTART:20260922T080000Z", "DTEND;TZID=Nowhere:20260922T090000"))
    assert [end - start for start, end, _ in seen.busy] == [27 * 3_600]


def test_a_time_that_cannot_be_understood_is_named() -> None:
    """What cannot be placed cannot block, and the host is told which event that is."""
    seen = found(event("UID:x", "SUMMARY:Odd one", "DTSTART:soon"), event(*TEN))
    assert len(seen.busy) == 1
    assert "“Odd one”" in seen.warnings[0]


def test_published_free_busy_time() -> None:
    """A VFREEBUSY blocks its periods, but for the free ones."""
    taken = "FREEBUSY:20260922T080000Z/PT1H,20260922T100000Z/20260922T110000Z"
    free = "FREEBUSY;FBTYPE=FREE:20260922T120000Z/PT1H"
    assert busy("BEGIN:VFREEBUSY", taken, free, "END:VFREEBUSY") == ["2026-09-22 08:00/09:00", "2026-09-22 10:00/11:00"]


def test_an_event_is_not_free_for_claiming_to_be_a_list_of_busy_times() -> None:
    """A property that belongs elsewhere changes nothing."""
    assert busy(event(*TEN, "FREEBUSY;FBTYPE=FREE:20260922T080000Z/PT1H")) == ["2026-09-22 08:00/09:00"]


def test_folded_lines_and_small_letters() -> None:
    """Lines are unfolded before anything is decided, and names may be written in any case."""
    lines = ("begin:vevent", "uid:x", "dtstart:2026", " 0922T080000Z", "dtend:20260922T09", "\t0000Z", "end:vevent")
    assert busy(*lines) == ["2026-09-22 08:00/09:00"]
