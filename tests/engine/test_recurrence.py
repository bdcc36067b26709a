"""Patterns against a second implementation of RFC 5545, and the rules that people trip over."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from cally.engine.recurrence import pattern_days
from cally.engine.zones import day_date, day_number
from cally.errors import CallyError
from cally.model.recurrence import recurrence
from cally.model.rules import Pattern, Window

WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def days(rrule: str, anchored_on: date, first: date, last: date, tz: str = "UTC") -> list[date]:
    """The dates of a pattern that begins at nine in the morning."""
    pattern = Pattern(rrule=rrule, anchored_on=anchored_on, hours=Window(from_minute=540, to_minute=600))
    return [day_date(day) for day in pattern_days(pattern, tz, day_number(first), day_number(last))]


def invented(dice: Random) -> str:
    """A recurrence rule made up of dice; one that never matches would keep python-dateutil busy up to the year 9999."""
    frequency = dice.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={frequency}"]
    chosen = False
    if dice.random() < 0.5:
        parts.append(f"INTERVAL={dice.randint(1, 5)}")
    if dice.random() < 0.3:
        chosen = True
        parts.append("BYMONTH=" + ",".join(str(n) for n in dice.sample(range(1, 13), dice.randint(1, 3))))
    if dice.random() < 0.4:
        chosen = True
        # Never some days with a number and some without: python-dateutil wants both at once, RFC 5545 either.
        numbered = frequency in ("MONTHLY", "YEARLY") and dice.random() < 0.5
        numbers = ["1", "2", "-1", "5"] if numbered else [""]
        those = [dice.choice(numbers) + day for day in dice.sample(WEEKDAYS, dice.randint(1, 3))]
        parts.append("BYDAY=" + ",".join(those))
    if dice.random() < 0.3 and frequency != "WEEKLY" and "BYDAY" not in parts[-1]:
        chosen = True
        parts.append("BYMONTHDAY=" + ",".join(str(n) for n in [1, *dice.sample([2, 13, 29, 30, 31, -1, -31], 2)]))
    if chosen and frequency in ("MONTHLY", "YEARLY") and dice.random() < 0.3:
        parts.append(f"BYSETPOS={dice.choice([1, 2, -1, -2])}")
    if dice.random() < 0.3:
        parts.append(f"WKST={dice.choice(WEEKDAYS)}")
    if dice.random() < 0.3:
        parts.append(f"COUNT={dice.randint(1, 30)}")
    else:
        parts.append(f"UNTIL={dice.randint(2026, 2031)}{dice.randint(1, 12):02}15T090000")
    return ";".join(parts)


@pytest.mark.rule(17, 25)
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**48))
def test_days_are_those_of_a_second_implementation(seed: int) -> None:
    """Every rule gives the days that python-dateutil finds."""
    dice = Random(seed)  # noqa: S311 - dice, not secrets
    anchor = date(2025, 1, 1) + timedelta(days=dice.randrange(500))
    first = anchor + timedelta(days=dice.randint(-100, 700))
    last = first + timedelta(days=dice.randint(0, 800))
    rrule = invented(dice)
    rule = rrulestr(rrule, dtstart=datetime(anchor.year, anchor.month, anchor.day, 9))  # noqa: DTZ001 - wall time
    start, end = (datetime(on.year, on.month, on.day, 9) for on in (first, last))  # noqa: DTZ001 - wall time
    assert days(rrule, anchor, first, last) == [found.date() for found in rule.between(start, end, inc=True)]


@pytest.mark.rule(17)
def test_the_31st_is_skipped_where_there_is_none() -> None:
    """Monthly on the 31st means the months that have one."""
    found = days("FREQ=MONTHLY", date(2026, 1, 31), date(2026, 1, 1), date(2026, 6, 30))
    assert found == [date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31)]


@pytest.mark.rule(17)
def test_a_leap_day_comes_every_four_years() -> None:
    """Yearly on 29 February means leap years, and 2100 is none."""
    found = days("FREQ=YEARLY", date(2092, 2, 29), date(2092, 1, 1), date(2106, 1, 1))
    assert found == [date(2092, 2, 29), date(2096, 2, 29), date(2104, 2, 29)]


@pytest.mark.rule(25)
def test_every_other_week_survives_the_turn_of_a_year_with_53_weeks() -> None:
    """The weeks are counted from the anchor, not from the calendar's week numbers."""
    found = days("FREQ=WEEKLY;INTERVAL=2", date(2026, 12, 14), date(2026, 12, 20), date(2027, 1, 20))
    assert found == [date(2026, 12, 28), date(2027, 1, 11)]


@pytest.mark.rule(25)
def test_the_second_tuesday_is_found_without_counting_from_the_anchor() -> None:
    """Years after the anchor, the second Tuesday of a month is still that."""
    assert days("FREQ=MONTHLY;BYDAY=2TU", date(1990, 1, 9), date(2026, 3, 1), date(2026, 3, 31)) == [date(2026, 3, 10)]


@pytest.mark.rule(25)
def test_days_with_and_without_a_number_add_up() -> None:
    """Every Wednesday and the second Friday are five days of a month."""
    found = days("FREQ=MONTHLY;BYDAY=WE,2FR", date(2026, 6, 1), date(2026, 6, 1), date(2026, 6, 30))
    assert [on.day for on in found] == [3, 10, 12, 17, 24]


@pytest.mark.rule(34)
def test_until_in_utc_is_read_on_the_schedules_clock() -> None:
    """Nine in Tokyo is midnight in UTC: a rule until that instant includes it, a second earlier it does not."""
    last = date(2026, 3, 31)
    until = days("FREQ=DAILY;UNTIL=20260303T000000Z", date(2026, 3, 1), date(2026, 3, 1), last, "Asia/Tokyo")
    before = days("FREQ=DAILY;UNTIL=20260302T235959Z", date(2026, 3, 1), date(2026, 3, 1), last, "Asia/Tokyo")
    assert (len(until), len(before)) == (3, 2)


@pytest.mark.parametrize(
    "rrule",
    [
        "",
        "DAILY",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;COUNT=3;UNTIL=20260101",
        "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;BYMONTH=-1",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;WKST=XX",
        "FREQ=DAILY;",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 101),
        "FREQ=DAILY" + ";" * 600,
    ],
)
@pytest.mark.rule(25)
def test_what_is_unknown_or_out_of_place_is_refused(rrule: str) -> None:
    """A rule that is not understood wholly is not believed in part."""
    with pytest.raises(CallyError) as refused:
        recurrence(rrule, "patterns[0].rrule")
    assert refused.value.facts["field"] == "patterns[0].rrule"
