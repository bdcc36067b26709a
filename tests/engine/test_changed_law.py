"""What new rules for a zone's clocks do to instants: readings then and now, and the instant that keeps a clock time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cally.engine.time_law import instant_kept, offsets, reading, reading_by
from tests.cast import HOUR, at

BERLIN = "Europe/Berlin"
ZONES = [BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll"]
INSTANTS = st.integers(at("2024-01-01 00:00"), at("2036-12-31 00:00")).map(lambda instant: instant - instant % 60)
pytestmark = pytest.mark.rule(9)


@given(tz=st.sampled_from(ZONES), instant=INSTANTS)
def test_a_reading_is_what_zoneinfo_shows(tz: str, instant: int):
    """To the minute."""
    assert reading(tz, instant) == datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(tz)).isoformat()[:16]


@given(tz=st.sampled_from(ZONES), instant=INSTANTS)
def test_without_a_change_every_instant_keeps_itself(tz: str, instant: int):
    """Also where a clock shows an hour twice: the same side of the change is meant."""
    assert instant_kept(tz, reading(tz, instant), instant) == instant


@given(tz=st.sampled_from(ZONES), instant=INSTANTS)
def test_rules_that_were_kept_tell_the_same_reading(tz: str, instant: int):
    """Until the end of the last year that was kept."""
    assert reading_by(offsets(tz, 2024, 2036), instant) == reading(tz, instant)


def test_an_instant_before_all_that_was_kept_has_no_reading():
    """Nothing is made up."""
    assert reading_by(((at("2026-01-01 00:00"), HOUR),), at("2025-12-31 23:59")) is None


@pytest.mark.parametrize(
    ("was_at", "side"), [("2026-10-25 00:29", "2026-10-25 00:30"), ("2026-10-25 02:00", "2026-10-25 01:30")]
)
def test_of_an_hour_that_comes_twice_the_nearer_one_is_meant(was_at: str, side: str):
    """02:30 on the autumn day, before or after the clocks went back."""
    assert instant_kept(BERLIN, "2026-10-25T02:30", at(was_at)) == at(side)


def test_a_time_that_is_leapt_over_means_the_first_one_after():
    """02:30 on the spring day is 03:00 (rule 1)."""
    assert reading(BERLIN, instant_kept(BERLIN, "2026-03-29T02:30", at("2026-03-29 01:30"))) == "2026-03-29T03:00"
