"""The engine's own tables of offsets against zoneinfo, for every zone and every year from 1990 to 2037."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally.engine.zones import DAY, day_number, days, local, segments

ZONES = sorted(available_timezones())
YEARS = st.integers(1990, 2037)


def shown(tz: str, at: int) -> int:
    """What zoneinfo says the zone's clock shows."""
    return int(datetime.fromtimestamp(at, ZoneInfo(tz)).replace(tzinfo=UTC).timestamp())


@pytest.mark.rule(7, 8)
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), YEARS, st.integers(0, 366 * DAY))
def test_clocks_show_what_zoneinfo_says(tz: str, year: int, seconds: int) -> None:
    """Around each change of the year, at its very second, and at any other instant."""
    instants = [int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) + seconds]
    for change, _, _ in segments(tz, year, year)[1:]:
        instants += [change - 1, change, change + 1]
    assert [local(tz, at) for at in instants] == [shown(tz, at) for at in instants]


@pytest.mark.rule(4, 5, 8)
@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(1990, 1, 1), date(2037, 12, 31)))
def test_days_hold_exactly_the_instants_of_their_date(tz: str, on: date) -> None:
    """Every half hour around a date lies in its intervals when, and only when, the clock shows that date."""
    noon = int(datetime(on.year, on.month, on.day, 12, tzinfo=UTC).timestamp())
    found = days(tz, day_number(on), day_number(on), (noon - 3 * DAY, noon + 3 * DAY))
    for at in range(noon - 2 * DAY, noon + 2 * DAY, 1_800):
        of_date = datetime.fromtimestamp(at, ZoneInfo(tz)).date() == on
        assert any(start <= at < end for start, end in found) == of_date


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("tz", "on", "clock"),
    [
        ("America/Santiago", date(2026, 9, 6), "01:00"),
        ("Asia/Beirut", date(2026, 3, 29), "01:00"),
        ("Africa/Cairo", date(2026, 4, 24), "01:00"),
        ("America/Havana", date(2026, 3, 8), "01:00"),
        ("Europe/Berlin", date(2026, 3, 29), "00:00"),
    ],
)
def test_a_day_begins_at_its_first_instant(tz: str, on: date, clock: str) -> None:
    """Also where its midnight does not exist."""
    noon = int(datetime(on.year, on.month, on.day, 12, tzinfo=UTC).timestamp())
    start = days(tz, day_number(on), day_number(on), (noon - 3 * DAY, noon + 3 * DAY))[0][0]
    first = datetime.fromtimestamp(start, ZoneInfo(tz))
    assert (first.date(), first.strftime("%H:%M")) == (on, clock)
    assert (first.astimezone(UTC) - timedelta(seconds=1)).astimezone(ZoneInfo(tz)).date() < on
