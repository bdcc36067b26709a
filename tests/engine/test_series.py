"""The dates of a series: one wall time on every date of the rhythm, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from cally.engine.series import series_dates, series_rule, shifted
from cally.model.options import Rhythm
from tests.cast import TZ, at

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "UTC")
RHYTHMS: tuple[Rhythm, ...] = ("daily", "weekly", "fortnightly", "monthly")


def walls(starts: tuple[int, ...], tz: str = TZ) -> list[str]:
    return [datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(tz)).strftime("%m-%d %H:%M") for at in starts]


@pytest.mark.rule(4, 68)
def test_a_week_is_not_604800_seconds() -> None:
    """10:00 stays 10:00 when the clocks go back between two dates, and when they go forward."""
    autumn = series_dates(at("2026-10-20 08:00"), "weekly", 3, TZ)
    assert walls(autumn.starts) == ["10-20 10:00", "10-27 10:00", "11-03 10:00"]
    assert autumn.starts[1] - autumn.starts[0] == 7 * 86_400 + 3_600
    spring = series_dates(at("2026-03-23 09:00"), "weekly", 2, TZ)
    assert spring.starts[1] - spring.starts[0] == 7 * 86_400 - 3_600


@pytest.mark.rule(17, 68)
def test_a_time_that_clocks_leap_over_is_left_out_and_not_counted() -> None:
    """02:30 does not exist on 29 March 2026: no date there, none moved, and still four in all."""
    dates = series_dates(at("2026-03-28 01:30"), "daily", 4, TZ)
    assert walls(dates.starts) == ["03-28 02:30", "03-30 02:30", "03-31 02:30", "04-01 02:30"]
    assert [datetime.fromtimestamp(wall, UTC).strftime("%m-%d %H:%M") for wall in dates.missing] == ["03-29 02:30"]
    assert not dates.by_rule


@pytest.mark.rule(2, 68)
def test_of_a_time_shown_twice_it_is_the_first() -> None:
    """02:30 comes twice on 25 October; only who picked the second one to begin with gets it."""
    assert series_dates(at("2026-10-24 00:30"), "daily", 2, TZ).starts[1] == at("2026-10-25 00:30")
    second = series_dates(at("2026-10-25 01:30"), "daily", 2, TZ)
    assert second.starts == (at("2026-10-25 01:30"), at("2026-10-26 01:30"))
    assert not second.by_rule


@pytest.mark.rule(17, 68)
def test_monthly_is_the_same_weekday_of_the_month() -> None:
    """The second Tuesday each time; a month without a fifth Saturday, the 31st to begin with, is left out."""
    assert walls(series_dates(at("2026-09-08 08:00"), "monthly", 3, TZ).starts)[1:] == ["10-13 10:00", "11-10 10:00"]
    fifth = series_dates(at("2026-10-31 09:00"), "monthly", 3, TZ)
    assert walls(fifth.starts) == ["10-31 10:00", "01-30 10:00", "05-29 10:00"]


@pytest.mark.rule(5)
def test_a_date_that_never_was_is_left_out() -> None:
    """Apia had no 30 December 2011."""
    dates = series_dates(at("2011-12-28 20:00"), "daily", 3, "Pacific/Apia")
    assert walls(dates.starts, "Pacific/Apia") == ["12-28 10:00", "12-29 10:00", "12-31 10:00"]


def test_a_shift_is_on_the_clock() -> None:
    """A day later at the same time, across the night that has 25 hours; None where the time does not exist."""
    assert shifted(at("2026-10-24 08:00"), 86_400, TZ) == at("2026-10-25 09:00")
    assert shifted(at("2026-03-28 01:30"), 86_400, TZ) is None


@given(
    st.integers(at("2020-01-01 00:00") // 900, at("2035-01-01 00:00") // 900),
    st.sampled_from(RHYTHMS),
    st.integers(2, 30),
    st.sampled_from(ZONES),
)
@pytest.mark.rule(4, 17, 68)
def test_the_rule_says_the_same_as_the_dates(quarter: int, rhythm: Rhythm, count: int, tz: str) -> None:
    """Another library finds the same wall times by our rule, but for those that do not exist."""
    first = quarter * 900
    dates = series_dates(first, rhythm, count, tz)
    zone = ZoneInfo(tz)
    local = datetime.fromtimestamp(first, UTC).astimezone(zone).replace(tzinfo=None)
    rule = rrulestr(f"DTSTART:{local:%Y%m%dT%H%M%S}\nRRULE:{series_rule(rhythm, first, tz)}")
    expected = rule.xafter(local, count=count + len(dates.missing), inc=True)
    found = {datetime.fromtimestamp(at, UTC).astimezone(zone).replace(tzinfo=None, fold=0) for at in dates.starts}
    found |= {datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(seconds=wall) for wall in dates.missing}
    assert found == set(expected)
    assert len(dates.starts) == count
