"""Files as Google, Outlook, iCloud and Fastmail export them, read as a whole."""

import pytest

from cally.calendars.reading import read
from tests.calendars.files import DATA, exported, orders


@pytest.mark.rule(31, 33, 34)
def test_google() -> None:
    """The series skips its excluded day, the moved one frees its old time, declined and transparent ones are free."""
    assert exported("google.ics")[:8] == [
        "2026-09-22 07:30/07:45",  # stand-up, 09:30 in Berlin
        "2026-09-22 08:00/09:00",  # budget
        "2026-09-29 13:00/13:15",  # stand-up, moved
        "2026-10-06 07:30/07:45",
        "2026-10-08 07:30/07:45",
        "2026-10-13 07:30/07:45",
        "2026-10-15 07:30/07:45",
        "2026-10-20 07:30/07:45",
    ]


@pytest.mark.rule(4, 31)
def test_google_across_the_end_of_summer_time() -> None:
    """Two whole days last 49 hours when the clocks go back, and the stand-up stays at 09:30 on the wall."""
    assert exported("google.ics")[9:12] == [
        "2026-10-23 22:00/2026-10-25 23:00",
        "2026-10-27 08:30/08:45",
        "2026-10-29 08:30/08:45",
    ]


@pytest.mark.rule(10, 33, 34)
def test_outlook() -> None:
    """Windows and customised zones are understood; free, elsewhere and excluded times are free; UNTIL is included."""
    assert exported("outlook_published.ics") == [
        "2026-09-21 07:00/08:00",
        "2026-09-23 12:00/13:00",  # tentative
        "2026-09-25 08:15/08:45",  # noon in a zone of +03:45 that only the file knows
        "2026-09-29 11:00/12:00",  # moved from the 28th
        "2026-10-12 07:00/08:00",
        "2026-10-19 07:00/08:00",
        "2026-11-08 23:00/2026-11-09 23:00",  # out of office, all day
    ]


@pytest.mark.rule(33)
def test_outlook_with_tentative_free() -> None:
    """A host for whom tentative is not busy gets that time back."""
    assert "2026-09-23 12:00/13:00" not in exported("outlook_published.ics", tentative_blocks=False)


@pytest.mark.rule(31, 32, 33, 34)
def test_icloud() -> None:
    """COUNT crosses New York's change of clocks at one wall time; floating and whole days are the calendar's."""
    assert exported("icloud.ics", tz="Europe/Berlin") == [
        "2026-10-12 05:00/06:30",  # 07:00 wherever the calendar is at home
        "2026-10-30 13:00/14:00",
        "2026-10-31 13:00/14:00",
        "2026-11-01 14:00/15:00",
        "2026-11-02 14:00/15:00",
        "2026-12-23 23:00/2026-12-26 23:00",
    ]


@pytest.mark.rule(6, 10, 31, 34)
def test_fastmail() -> None:
    """An alias, a vendor's prefix, an added date, THISANDFUTURE, and a day of 23½ hours on Lord Howe."""
    assert exported("fastmail.ics") == [
        "2026-10-01 03:15/04:15",
        "2026-10-03 13:30/2026-10-04 13:00",
        "2026-10-20 07:00/07:45",
        "2026-10-22 07:00/07:45",
        "2026-10-27 08:00/08:45",
        "2026-11-03 10:00/10:45",
        "2026-11-10 10:00/10:45",
        "2026-11-17 10:00/10:45",
        "2026-11-24 10:00/10:45",
    ]


@pytest.mark.parametrize("name", ["google.ics", "outlook_published.ics", "icloud.ics", "fastmail.ics"])
def test_nothing_in_them_is_unclear(name: str) -> None:
    """Ordinary exports are read without a warning."""
    assert read((DATA / name).read_bytes(), orders()).warnings == ()
