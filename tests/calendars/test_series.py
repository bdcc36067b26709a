"""Events that repeat, their exceptions, and rules that mean no good."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally.calendars.reading import read
from cally.calendars.unreadable import UnreadableError
from tests.calendars.files import busy, calendar, event, found, orders

NINE = (
    "UID:x",
    "SUMMARY:Class",
    "DTSTART;TZID=America/New_York:20260922T090000",
    "DTEND;TZID=America/New_York:20260922T100000",
)


@pytest.mark.rule(34)
@pytest.mark.parametrize("until", ["20260924T130000Z", "20260924T090000", "20260924"])
def test_until_includes_its_own_moment(until: str) -> None:
    """UNTIL in UTC, in local time, or as a date: the occurrence of that moment or day still counts."""
    assert busy(event(*NINE, f"RRULE:FREQ=DAILY;UNTIL={until}")) == [
        "2026-09-22 13:00/14:00",
        "2026-09-23 13:00/14:00",
        "2026-09-24 13:00/14:00",
    ]


@pytest.mark.rule(31, 34)
@pytest.mark.parametrize("until", ["20260924", "20260923T220000Z", "20260924T000000"])
def test_until_of_whole_days(until: str) -> None:
    """The last day counts, also where it is given as its midnight in UTC."""
    assert len(busy(event("UID:x", "DTSTART;VALUE=DATE:20260922", f"RRULE:FREQ=DAILY;UNTIL={until}"))) == 3


@pytest.mark.rule(34)
def test_excluded_and_added_dates() -> None:
    """EXDATE frees, RDATE adds, also as a period with a length of its own."""
    lines = (
        "RRULE:FREQ=DAILY;COUNT=3",
        "EXDATE;TZID=America/New_York:20260923T090000",
        "RDATE;VALUE=PERIOD:20261001T100000Z/PT2H",
    )
    assert busy(event(*NINE, *lines)) == ["2026-09-22 13:00/14:00", "2026-09-24 13:00/14:00", "2026-10-01 10:00/12:00"]


@pytest.mark.rule(34)
@pytest.mark.parametrize("exdate", ["EXDATE:20260923T130000Z", "EXDATE:20260923T090000", "EXDATE;VALUE=DATE:20260923"])
def test_an_excluded_date_in_another_form(exdate: str) -> None:
    """In UTC, without a zone, or as a whole day: it names the same occurrence."""
    assert "2026-09-23 13:00/14:00" not in busy(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3", exdate))


@pytest.mark.rule(34)
def test_a_moved_occurrence_frees_its_old_time() -> None:
    """RECURRENCE-ID replaces one occurrence, wherever it goes."""
    moved = event("UID:x", "RECURRENCE-ID:20260923T130000Z", "DTSTART:20261101T100000Z", "DTEND:20261101T103000Z")
    assert busy(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"), moved) == ["2026-09-22 13:00/14:00", "2026-11-01 10:00/10:30"]


@pytest.mark.rule(33, 34)
@pytest.mark.parametrize(
    "line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "ATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com"]
)
def test_one_occurrence_that_does_not_block(line: str) -> None:
    """Called off, made free or declined: only that one."""
    one = event("UID:x", "RECURRENCE-ID:20260923T130000Z", "DTSTART:20260923T130000Z", "DTEND:20260923T140000Z", line)
    assert busy(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3"), one) == ["2026-09-22 13:00/14:00", "2026-09-24 13:00/14:00"]


@pytest.mark.rule(34)
def test_this_and_future() -> None:
    """From the changed occurrence on, all are moved and as long as it."""
    later = event(
        "UID:x",
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20260923T130000Z",
        "DTSTART:20260923T150000Z",
        "DTEND:20260923T153000Z",
    )
    assert busy(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3"), later) == [
        "2026-09-22 13:00/14:00",
        "2026-09-23 15:00/15:30",
        "2026-09-24 15:00/15:30",
    ]


@pytest.mark.rule(34)
def test_an_exception_without_its_series() -> None:
    """Somebody invited to one occurrence only has just that."""
    one = event("UID:x", "RECURRENCE-ID:20260923T130000Z", "DTSTART:20260923T130000Z", "DTEND:20260923T140000Z")
    assert busy(one) == ["2026-09-23 13:00/14:00"]


@pytest.mark.rule(34)
@pytest.mark.parametrize("uid", ["UID:x", "UID:"])
def test_series_that_share_a_uid_by_mistake_all_block(uid: str) -> None:
    """Some programs number nothing; no series is lost."""
    first = event(uid, "DTSTART:20260922T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")
    second = event(uid, "DTSTART:20261001T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")
    assert len(busy(first, second)) == 4


@pytest.mark.rule(34)
def test_of_two_versions_of_a_series_the_later_counts() -> None:
    """A higher SEQUENCE replaces what was before; a SEQUENCE that is none counts as the first."""
    old = event("UID:x", "SEQUENCE:", "DTSTART:20260922T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2")
    new = event("UID:x", "SEQUENCE:1", "DTSTART:20261001T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=1")
    assert busy(old, new) == ["2026-10-01 08:00/09:00"]


@pytest.mark.rule(17)
def test_the_thirty_first_skips_short_months() -> None:
    """A rule for the 31st has no occurrence in November."""
    monthly = event("UID:x", "DTSTART:20261031T080000Z", "DTEND:20261031T090000Z", "RRULE:FREQ=MONTHLY;COUNT=3")
    assert busy(monthly) == ["2026-10-31 08:00/09:00", "2026-12-31 08:00/09:00", "2027-01-31 08:00/09:00"]


@pytest.mark.rule(35)
def test_an_endless_rule_is_counted_out_to_the_horizon() -> None:
    """A daily event since 1999 blocks each day of the window and no more."""
    seen = found(event("UID:x", "DTSTART:19990101T080000Z", "DTEND:19990101T090000Z", "RRULE:FREQ=DAILY"))
    assert len(seen.busy) == 402
    assert seen.warnings == ()


rules = st.builds(
    "FREQ={};INTERVAL={}{}{}".format,
    st.sampled_from(["DAILY", "WEEKLY"]),
    st.sampled_from([1, 2, 3, 5, 40, 12_345]),
    st.sampled_from(["", ";BYDAY=MO", ";BYDAY=TU,TH,SU", ";BYDAY=FR;WKST=SU", ";BYMONTH=10,3"]),
    st.sampled_from(["", ";UNTIL=20261020T090000Z", ";UNTIL=20270301", ";WKST=MO"]),
)


@pytest.mark.rule(4, 34, 35)
@settings(deadline=None, max_examples=60)
@given(
    rule=rules, starts_on=st.dates(date(2015, 1, 1), date(2026, 12, 31)), hours=st.integers(1, 50), whole=st.booleans()
)
def test_leaving_out_the_past_changes_nothing_ahead(rule: str, starts_on: date, hours: int, whole: bool) -> None:
    """A rule that is years old is counted from shortly before the window, with the same result."""
    start = (
        f"DTSTART;VALUE=DATE:{starts_on:%Y%m%d}"
        if whole
        else f"DTSTART;TZID=America/New_York:{starts_on:%Y%m%d}T013000"
    )
    lasts = f"DURATION:P{hours}D" if whole else f"DURATION:PT{hours}H"
    lines = event("UID:x", start, lasts, f"RRULE:{rule}", "EXDATE;VALUE=DATE:20261001,20261102")
    quick = busy(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cally.calendars.series.skipped", lambda *_: timedelta(0))
        patch.setattr("cally.calendars.series.SECONDS_EACH", 60)
        assert busy(lines) == quick


@pytest.mark.rule(34)
def test_a_series_that_ended_long_ago_leaves_only_what_reaches_into_the_window() -> None:
    """The rule is over; an occurrence so long that it still lasts is not."""
    over = event(
        "UID:x", "DTSTART:20200101T080000Z", "DTEND:20200101T090000Z", "RRULE:FREQ=DAILY;UNTIL=20260801T000000Z"
    )
    lasting = event(
        "UID:y", "DTSTART:20260701T080000Z", "DTEND:20261001T080000Z", "RRULE:FREQ=YEARLY;UNTIL=20260801T000000Z"
    )
    assert busy(over, lasting) == ["2026-09-19 06:00/2026-10-01 08:00"]


@pytest.mark.rule(35)
@pytest.mark.parametrize(
    "rule",
    ["FREQ=SOMETIMES", "FREQ=DAILY;UNTIL=never", "FREQ=DAILY;BYDAY=XX", "INTERVAL=2", "FREQ=DAILY;INTERVAL=zero"],
)
def test_a_malformed_rule_blocks_its_own_time_and_warns(rule: str) -> None:
    """The event is not lost, and the host reads which one it is."""
    seen = found(event(*NINE, f"RRULE:{rule}"))
    assert [end - start for start, end, _ in seen.busy] == [3_600]
    assert seen.warnings == (
        "“Class” repeats by a rule that cannot be understood; only its own time is taken as busy.",
    )


@pytest.mark.rule(35)
def test_a_malformed_exception_loses_no_occurrence() -> None:
    """The series and the odd one each keep their own time."""
    odd = event("UID:x", "RECURRENCE-ID:whenever", "DTSTART:20261101T100000Z", "DTEND:20261101T103000Z")
    assert busy(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"), odd) == ["2026-09-22 13:00/14:00", "2026-11-01 10:00/10:30"]


@pytest.mark.rule(35)
@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=7", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_rule_without_measure_takes_all_time_from_its_start(rule: str) -> None:
    """What cannot be counted out is never taken as free, and the host is told."""
    seen = found(event(*NINE, f"RRULE:{rule}"))
    assert [(start, end) for start, end, _ in seen.busy] == [(1_790_082_000, orders().window[1])]
    assert "too often" in seen.warnings[0]


@pytest.mark.rule(35)
def test_a_rule_without_measure_ends_with_its_until() -> None:
    """It takes the time it may take and not more."""
    assert busy(event(*NINE, "RRULE:FREQ=SECONDLY;UNTIL=20260922T150000Z")) == ["2026-09-22 13:00/16:00"]


@pytest.mark.rule(35)
def test_rules_that_take_too_long_again_and_again_end_the_reading() -> None:
    """A file full of them is not read at all: what was known before stands."""
    bombs = [event(f"UID:{n}", *NINE[1:], "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30") for n in range(5)]
    with pytest.raises(UnreadableError, match="take too long"):
        read(calendar(*bombs), orders())
