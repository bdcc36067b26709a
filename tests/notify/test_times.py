"""Times in the words of a message."""

import pytest

from cally.notify.times import when
from tests.cast import DAY, HOUR

MONDAY_THREE = 1_796_050_800  # 2026-11-30 15:00 in UTC


@pytest.mark.rule(75)
def test_within_a_day_the_end_is_a_clock_time() -> None:
    """The date is said once."""
    said = when(MONDAY_THREE, MONDAY_THREE + HOUR, tz="Europe/London", locale="en-GB")
    assert (said.date, said.time) == ("Monday, 30 November 2026", "15:00–16:00")


@pytest.mark.rule(75)
def test_nights_end_on_a_day_with_its_name() -> None:
    """Both ends are said alike, so that nobody reads the second date as part of a clock time."""
    said = when(MONDAY_THREE, MONDAY_THREE + 2 * DAY - 4 * HOUR, tz="Europe/London", locale="en-GB")
    assert said.time == "15:00 – Wednesday, 2 December 2026, 11:00"
    assert said.line.startswith("Monday, 30 November 2026, 15:00 – Wednesday, 2 December 2026, 11:00, Greenwich")
