"""Quiet hours: what could leave now leaves when they end, on the reader's clock, never too late (rule 77)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cally.model.reminders import QuietHours
from cally.notify.quiet import BEFORE_SECONDS, leaves_at, planned_for, stretch
from tests.cast import DAY, HOUR, at

pytestmark = pytest.mark.rule(77)

NIGHT = QuietHours(from_minute=22 * 60, to_minute=7 * 60)
NOON = QuietHours(from_minute=12 * 60, to_minute=13 * 60)
NEVER = at("2030-01-01 00:00")
BERLIN, CAIRO, LORD_HOWE, NEW_YORK, DUBLIN = (
    "Europe/Berlin",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "America/New_York",
    "Europe/Dublin",
)
ZONES = [BERLIN, CAIRO, LORD_HOWE, NEW_YORK, DUBLIN, "Pacific/Apia", "Asia/Kathmandu", "Pacific/Chatham"]
minutes = st.integers(0, 1_439)


def wall(tz: str, text: str, *, fold: int = 0) -> int:
    """The instant of `2026-03-29 03:30` on that zone's clock; `fold` 1 is the second time that it shows it."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold).timestamp())


def clock(tz: str, instant: int) -> str:
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(tz)).strftime("%Y-%m-%d %H:%M")


def test_what_is_caused_at_night_leaves_in_the_morning() -> None:
    """Across midnight, on either side of it."""
    for asked in ("2026-09-21 22:00", "2026-09-21 23:59", "2026-09-22 00:00", "2026-09-22 06:59"):
        left = leaves_at(NIGHT, BERLIN, wall(BERLIN, asked), useless_at=NEVER)
        assert clock(BERLIN, left) == "2026-09-22 07:00"


def test_by_day_nothing_waits() -> None:
    """The end is no quiet minute any more, the minute before the beginning not yet."""
    for asked in ("2026-09-21 07:00", "2026-09-21 12:00", "2026-09-21 21:59"):
        assert leaves_at(NIGHT, BERLIN, wall(BERLIN, asked), useless_at=NEVER) == wall(BERLIN, asked)


def test_quiet_hours_within_a_day_end_on_it() -> None:
    """A pause at noon."""
    left = leaves_at(NOON, BERLIN, wall(BERLIN, "2026-09-21 12:30"), useless_at=NEVER)
    assert clock(BERLIN, left) == "2026-09-21 13:00"


def test_what_would_be_of_no_use_in_the_morning_comes_at_night() -> None:
    """A meeting that begins before quiet hours end is told of at once."""
    asked = wall(BERLIN, "2026-09-21 23:00")
    assert leaves_at(NIGHT, BERLIN, asked, useless_at=wall(BERLIN, "2026-09-22 06:00")) == asked
    assert leaves_at(NIGHT, BERLIN, asked, useless_at=wall(BERLIN, "2026-09-22 07:00")) == asked
    assert leaves_at(NIGHT, BERLIN, asked, useless_at=wall(BERLIN, "2026-09-22 07:01")) > asked


def test_a_reminder_that_cannot_wait_leaves_before_quiet_hours_begin() -> None:
    """Due at five for six o'clock: it comes the evening before."""
    due, useless = wall(BERLIN, "2026-09-22 05:00"), wall(BERLIN, "2026-09-22 05:50")
    early = planned_for(NIGHT, BERLIN, due, useless_at=useless, now=due - DAY)
    assert early == wall(BERLIN, "2026-09-21 22:00") - BEFORE_SECONDS


def test_a_reminder_that_can_wait_leaves_when_they_end() -> None:
    """Due at six for nine o'clock: it comes at seven."""
    due, useless = wall(BERLIN, "2026-09-22 06:00"), wall(BERLIN, "2026-09-22 08:50")
    assert planned_for(NIGHT, BERLIN, due, useless_at=useless, now=due - DAY) == wall(BERLIN, "2026-09-22 07:00")


def test_a_reminder_that_is_planned_within_quiet_hours_breaks_through() -> None:
    """Booked at midnight for six: there is no evening left to send it in, and being told is worth more than sleep."""
    due, useless = wall(BERLIN, "2026-09-22 05:00"), wall(BERLIN, "2026-09-22 05:50")
    assert planned_for(NIGHT, BERLIN, due, useless_at=useless, now=wall(BERLIN, "2026-09-22 00:10")) == due


@pytest.mark.parametrize(
    ("tz", "asked", "ends", "lasts"),
    [
        (BERLIN, "2026-03-28 22:00", "2026-03-29 07:00", 8 * HOUR),
        (BERLIN, "2026-10-24 22:00", "2026-10-25 07:00", 10 * HOUR),
        (NEW_YORK, "2026-03-07 22:00", "2026-03-08 07:00", 8 * HOUR),
        (NEW_YORK, "2026-10-31 22:00", "2026-11-01 07:00", 10 * HOUR),
        (LORD_HOWE, "2026-10-03 22:00", "2026-10-04 07:00", 8 * HOUR + 1_800),
        (LORD_HOWE, "2026-04-04 22:00", "2026-04-05 07:00", 9 * HOUR + 1_800),
        (CAIRO, "2026-04-23 22:00", "2026-04-24 07:00", 8 * HOUR),
        (CAIRO, "2026-10-29 22:00", "2026-10-30 07:00", 10 * HOUR),
        (DUBLIN, "2026-03-28 22:00", "2026-03-29 07:00", 8 * HOUR),
        (DUBLIN, "2026-10-24 22:00", "2026-10-25 07:00", 10 * HOUR),
    ],
)
def test_a_night_in_which_clocks_change_is_kept_by_the_clock(tz: str, asked: str, ends: str, lasts: int) -> None:
    """Seven o'clock is seven o'clock, however long the night was."""
    start = wall(tz, asked)
    assert stretch(NIGHT, tz, start) == (start, start + lasts)
    assert clock(tz, leaves_at(NIGHT, tz, start, useless_at=NEVER)) == ends


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    """Until half past two means the later one; from half past two means the first one."""
    until, since = QuietHours(from_minute=1_320, to_minute=150), QuietHours(from_minute=150, to_minute=420)
    first, second = wall(BERLIN, "2026-10-25 02:45"), wall(BERLIN, "2026-10-25 02:30", fold=1)
    assert leaves_at(until, BERLIN, first, useless_at=NEVER) == second
    assert stretch(since, BERLIN, first) == (wall(BERLIN, "2026-10-25 02:30"), wall(BERLIN, "2026-10-25 07:00"))


def test_a_time_that_is_leapt_over_ends_with_the_leap() -> None:
    """Until half past two ends at three; hours within the leap are none."""
    until, within = QuietHours(from_minute=1_320, to_minute=150), QuietHours(from_minute=130, to_minute=170)
    late = wall(BERLIN, "2026-03-29 01:00")
    assert clock(BERLIN, leaves_at(until, BERLIN, late, useless_at=NEVER)) == "2026-03-29 03:00"
    assert stretch(within, BERLIN, wall(BERLIN, "2026-03-29 03:00")) is None


def test_a_date_that_never_was_is_no_hole() -> None:
    """Apia went from the 29th of December 2011 to the 31st."""
    asked = wall("Pacific/Apia", "2011-12-29 23:00")
    assert clock("Pacific/Apia", leaves_at(NIGHT, "Pacific/Apia", asked, useless_at=NEVER)) == "2011-12-31 07:00"


@given(st.sampled_from(ZONES), st.integers(at("2010-01-01 00:00"), at("2029-01-01 00:00")), minutes, minutes)
def test_a_stretch_holds_its_instant_and_ends(tz: str, instant: int, from_minute: int, to_minute: int) -> None:
    """Whatever the hours and the zone: it is at most two days, nothing is quiet at its end, all is within it."""
    if from_minute == to_minute:
        return
    hours = QuietHours(from_minute=from_minute, to_minute=to_minute)
    quiet = stretch(hours, tz, instant)
    if quiet is None:
        return
    assert quiet[0] <= instant < quiet[1] <= quiet[0] + 2 * DAY
    assert stretch(hours, tz, quiet[1]) is None
    assert stretch(hours, tz, quiet[0]) == stretch(hours, tz, quiet[1] - 1) == quiet


@given(st.sampled_from(ZONES), st.integers(at("2010-01-01 00:00"), at("2029-01-01 00:00")), minutes, minutes)
def test_where_no_clock_changes_the_clock_alone_says_it(
    tz: str, instant: int, from_minute: int, to_minute: int
) -> None:
    """Two days of the same offset around: quiet is what the hands show."""
    zone = ZoneInfo(tz)
    offsets = {
        datetime.fromtimestamp(instant + hours * HOUR, UTC).astimezone(zone).utcoffset() for hours in range(-73, 74, 1)
    }
    if from_minute == to_minute or len(offsets) > 1:
        return
    shown = datetime.fromtimestamp(instant, UTC).astimezone(zone)
    minute = shown.hour * 60 + shown.minute
    across = from_minute > to_minute
    quiet = (minute >= from_minute or minute < to_minute) if across else from_minute <= minute < to_minute
    hours = QuietHours(from_minute=from_minute, to_minute=to_minute)
    assert (stretch(hours, tz, instant) is not None) is quiet


@given(st.sampled_from(ZONES), st.integers(at("2026-01-01 00:00"), at("2027-01-01 00:00")), minutes, minutes, minutes)
def test_nothing_is_moved_beyond_its_use(tz: str, due_at: int, from_minute: int, to_minute: int, useful: int) -> None:
    """A reminder leaves at its time, earlier, or later while it still helps."""
    if from_minute == to_minute:
        return
    hours, useless, now = QuietHours(from_minute=from_minute, to_minute=to_minute), due_at + useful * 60, due_at - DAY
    planned = planned_for(hours, tz, due_at, useless_at=useless, now=now)
    assert now < planned <= max(due_at, useless)
    assert planned <= due_at or planned < useless
    if stretch(hours, tz, planned) is not None and planned != due_at:
        assert planned < due_at  # the evening before is quiet as well: two stretches that nearly touch
