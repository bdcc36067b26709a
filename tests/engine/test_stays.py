"""Bookings over several days: their own hours to come and go, and every hour between (rule 69)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally import engine
from cally.model.options import Stay
from cally.model.rules import (
    DAYS,
    Cap,
    Claim,
    EventTypeRules,
    Horizon,
    HostRules,
    Question,
    ResourceRules,
    ScheduleRules,
    WeeklyHours,
    Window,
)
from tests.engine.test_hostile import calls_of

pytestmark = pytest.mark.rule(69)
DAY = 86_400
HOUR = 3_600
NOON = Window(from_minute=600, to_minute=720)
STAY = Stay(nights_from=1, nights_to=4)


def at(text: str, tz: str = "UTC") -> int:
    """The instant of `2026-06-05 15:00` on a zone's clock."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).timestamp())


def house(tz: str = "UTC", **changes: object) -> HostRules:
    """A house that can be had every day."""
    rules = ScheduleRules(tz=tz, weekly=(WeeklyHours(days=DAYS, hours=NOON),))
    return msgspec.structs.replace(HostRules(id="house", schedule=rules), **changes)


def asked(host: HostRules, *, days: int = 14, tz: str = "UTC", **changes: object) -> Question:
    """Two weeks from 1 June 2026 on."""
    start = at("2026-06-01 00:00", tz)
    rules = msgspec.structs.replace(EventTypeRules(duration_minutes=1_440), **changes)
    return Question(now=start, window=(start, start + days * DAY), event_type=rules, hosts=(host,))


def schedule(host: HostRules, **changes: object) -> HostRules:
    """The host with other rules of time."""
    return msgspec.structs.replace(host, schedule=msgspec.structs.replace(host.schedule, **changes))


def test_a_stay_begins_and_ends_at_its_own_hours():
    """Check-in at 15:00, check-out at 11:00 some nights later, whatever the weekly hours are."""
    found = engine.stays(asked(house()), STAY)
    start = at("2026-06-05 15:00")
    assert found[start] == (1, 2, 3, 4)
    assert engine.check_out(STAY, "UTC", start, 2) == at("2026-06-07 11:00")


def test_every_hour_between_is_taken():
    """An hour booked on the third day ends every stay before it."""
    taken = Claim(starts_at=at("2026-06-07 20:00"), ends_at=at("2026-06-07 21:00"))
    found = engine.stays(asked(house(bookings=(taken,))), STAY)
    assert found[at("2026-06-05 15:00")] == (1, 2)
    assert found[at("2026-06-06 15:00")] == (1,)
    assert at("2026-06-07 15:00") not in found
    assert found[at("2026-06-08 15:00")] == (1, 2, 3, 4)


def test_one_guest_leaves_on_the_day_the_next_one_comes():
    """A stay until 11:00 and one from 15:00 do not clash, unless cleaning takes longer than that."""
    stay = Claim(starts_at=at("2026-06-05 15:00"), ends_at=at("2026-06-07 11:00"), buffer_after_minutes=240)
    assert at("2026-06-07 15:00") in engine.stays(asked(house(bookings=(stay,))), STAY)
    longer = msgspec.structs.replace(stay, buffer_after_minutes=241)
    assert at("2026-06-07 15:00") not in engine.stays(asked(house(bookings=(longer,))), STAY)


def test_a_night_needs_a_date_with_hours():
    """Time off closes its nights; one may leave on the first day of it, and come on the day after it."""
    host = schedule(house(), time_off=((date(2026, 6, 7), date(2026, 6, 8)),))
    found = engine.stays(asked(host), STAY)
    assert found[at("2026-06-05 15:00")] == (1, 2)
    assert at("2026-06-07 15:00") not in found
    assert at("2026-06-08 15:00") not in found
    assert at("2026-06-09 15:00") in found


def test_days_to_come_and_to_go():
    """From Friday to Sunday or Monday."""
    stay = Stay(nights_to=7, check_in_days=("fri",), check_out_days=("sun", "mon"))
    found = engine.stays(asked(house()), stay)
    assert found == {at("2026-06-05 15:00"): (2, 3), at("2026-06-12 15:00"): (2, 3)}


def test_a_hundred_days_of_long_stays_cost_a_bounded_number_of_steps():
    """Each length is judged by what it adds, not from the first night on: anybody may ask this."""
    host = house(caps=(Cap(per="year", minutes=400_000),))
    long = Stay(nights_from=1, nights_to=366)
    assert calls_of(lambda: engine.stays(asked(host, days=100), long)) < 2_000_000


def test_nights_are_counted_by_the_local_dates_across_a_clock_change():
    """The night of the change is an hour longer or shorter; the hours to come and go stay."""
    tz = "Europe/Berlin"
    start = at("2026-10-24 15:00", tz)
    end = engine.check_out(STAY, tz, start, 1)
    assert end == at("2026-10-25 11:00", tz)
    assert (end or 0) - start == 21 * HOUR
    assert engine.nights_of(tz, (start, end or 0)) == 1


def test_a_date_that_never_was_has_no_check_in():
    """Apia went from 29 to 31 December 2011; nobody comes on the 30th."""
    tz = "Pacific/Apia"
    start = at("2011-12-28 00:00", tz)
    rules = EventTypeRules(duration_minutes=1_440)
    question = Question(now=start, window=(start, start + 4 * DAY), event_type=rules, hosts=(house(tz),))
    found = engine.stays(question, STAY)
    local = {datetime.fromtimestamp(one, UTC).astimezone(ZoneInfo(tz)).date().isoformat() for one in found}
    assert "2011-12-30" not in local
    assert "2011-12-31" in local


def test_notice_horizon_and_caps_count():
    """They are judged by the check-in."""
    rules = asked(house(), notice_minutes=3 * 1_440, horizon=Horizon(kind="rolling", days=5))
    found = [datetime.fromtimestamp(start, UTC).day for start in engine.stays(rules, STAY)]
    assert found == [4, 5, 6]
    taken = Claim(starts_at=at("2026-06-10 15:00"), ends_at=at("2026-06-11 11:00"), same_event_type=True)
    full = asked(house(bookings=(taken,)), caps=(Cap(per="week", bookings=1),))
    assert all(start < at("2026-06-08 00:00") for start in engine.stays(full, STAY))


@pytest.mark.rule(66)
def test_a_cabin_is_needed_for_all_nights():
    """Two cabins, each taken for one night of the three: no one cabin is free throughout."""
    night = [Claim(starts_at=at(f"2026-06-0{day} 15:00"), ends_at=at(f"2026-06-0{day + 1} 11:00")) for day in (5, 7)]
    cabins = tuple(
        ResourceRules(id=name, group="cabin", bookings=(claim,)) for name, claim in zip("ab", night, strict=True)
    )
    question = msgspec.structs.replace(asked(house()), resources=cabins)
    found = engine.stays(question, STAY)
    assert found[at("2026-06-05 15:00")] == (1, 2)
    assert found[at("2026-06-06 15:00")] == (1, 2, 3, 4)


def test_refusals_say_what_stands_in_the_way():
    """The hour to come, the number of nights, a closed night, a booking."""
    taken = Claim(starts_at=at("2026-06-10 20:00"), ends_at=at("2026-06-10 21:00"))
    host = schedule(house(bookings=(taken,)), time_off=((date(2026, 6, 7), date(2026, 6, 7)),))

    def why(start: str, end: str) -> tuple[str, str | None] | None:
        minutes = (at(end) - at(start)) // 60
        found = engine.stay_refusal(asked(host, duration_minutes=minutes), STAY, at(start))
        return (found.code, found.rule) if found else None

    assert why("2026-06-03 15:00", "2026-06-04 11:00") is None
    assert why("2026-06-03 16:00", "2026-06-04 11:00") == ("off_grid", "check_in")
    assert why("2026-06-03 15:00", "2026-06-04 12:00") == ("off_grid", "check_out")
    assert why("2026-06-01 15:00", "2026-06-06 11:00") == ("off_grid", "nights")
    assert why("2026-06-06 15:00", "2026-06-08 11:00") == ("closed", "night")
    assert why("2026-06-09 15:00", "2026-06-11 11:00") == ("booked", None)
    assert why("2026-05-30 15:00", "2026-05-31 11:00") == ("past", None)


claims = st.lists(
    st.builds(
        lambda start, hours, before, after: Claim(
            starts_at=at("2026-10-20 00:00") + start * HOUR,
            ends_at=at("2026-10-20 00:00") + (start + hours) * HOUR,
            buffer_before_minutes=before,
            buffer_after_minutes=after,
        ),
        st.integers(0, 240),
        st.integers(1, 40),
        st.sampled_from((0, 60, 300)),
        st.sampled_from((0, 60, 300)),
    ),
    max_size=4,
)


@settings(deadline=None)
@given(
    claims,
    st.sampled_from(("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")),
    st.sets(st.sampled_from(DAYS), min_size=3),
    st.sampled_from((0, 120)),
    st.integers(0, 1_439),
    st.integers(0, 1_439),
)
def test_stays_are_those_of_a_slow_truth(
    taken: list[Claim], tz: str, days: set[str], after: int, comes: int, goes: int
):
    """Every check-in and length, tried one by one: each night open, and no claim nearer than the larger buffer."""
    hours = ScheduleRules(tz=tz, weekly=(WeeklyHours(days=tuple(sorted(days)), hours=NOON),))
    stay = Stay(check_in_minute=comes, check_out_minute=goes, nights_to=3)
    first = date(2026, 10, 20)
    start, end = at("2026-10-20 00:00", tz), at("2026-11-03 00:00", tz)
    rules = EventTypeRules(duration_minutes=1_440, buffer_after_minutes=after)
    question = Question(
        now=start,
        window=(start, end),
        event_type=rules,
        hosts=(HostRules(id="house", schedule=hours, bookings=tuple(taken)),),
    )
    expected = {}
    for number in range(14):
        on = first + timedelta(days=number)
        fits = [nights for nights in (1, 2, 3) if _fits(on, nights, tz, days, stay, after, taken)]
        if fits and _wall(on, comes, tz) < end:
            expected[_wall(on, comes, tz)] = tuple(fits)
    assert engine.stays(question, stay) == expected
    for begins, fits in expected.items():
        for nights in (1, 2, 3):
            ends = engine.check_out(stay, tz, begins, nights) or 0
            lasting = msgspec.structs.replace(rules, duration_minutes=(ends - begins) // 60)
            judged = engine.stay_refusal(msgspec.structs.replace(question, event_type=lasting), stay, begins)
            assert (judged is None) == (nights in fits)


def _fits(on: date, nights: int, tz: str, days: set[str], stay: Stay, after: int, taken: list[Claim]) -> bool:
    begins = _wall(on, stay.check_in_minute, tz)
    ends = _wall(on + timedelta(days=nights), stay.check_out_minute, tz)
    if any(DAYS[(on + timedelta(days=night)).weekday()] not in days for night in range(nights)):
        return False
    return all(
        ends + max(after, claim.buffer_before_minutes) * 60 <= claim.starts_at
        or claim.ends_at + claim.buffer_after_minutes * 60 <= begins
        for claim in taken
    )


def _wall(on: date, minute: int, tz: str) -> int:
    """A wall time's first instant, or the first after a time that the clocks skip, looked for second by second."""
    wanted = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(minutes=minute)
    offset = datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(tz)).utcoffset()
    at_noon = int(wanted.timestamp()) - int((offset or timedelta()).total_seconds())
    around = range(at_noon - 2 * HOUR, at_noon + 2 * HOUR, 60)
    clock = ((one, datetime.fromtimestamp(one, UTC).astimezone(ZoneInfo(tz)).replace(tzinfo=UTC)) for one in around)
    shown = [(one, wall) for one, wall in clock]
    exact = next((one for one, wall in shown if wall == wanted), None)
    return exact if exact is not None else next(one for one, wall in shown if wall > wanted)
