"""Clock changes: gaps, overlaps, days without a midnight or without any hour, and zones that move by odd amounts."""

import pytest

from cally import engine
from tests.engine.asked import WORK, ask, at, clocks, hours, on, schedule, shown, utc


def day(date: str, tz: str, start: str, end: str, **event_type: object) -> list[str]:
    """The slots of one date, as its own clock shows them."""
    question = ask(on(date, tz=tz), event_type, {"schedule": schedule(hours(start, end), tz=tz)})
    return clocks(question, tz)


@pytest.mark.rule(1)
def test_a_gap_begins_at_the_first_instant_that_exists() -> None:
    """02:00–04:00 on the spring day is one hour, from 03:00 on."""
    assert day("2026-03-29", "Europe/Berlin", "02:00", "04:00", step_minutes=15, duration_minutes=30) == [
        "03:00",
        "03:15",
        "03:30",
    ]


@pytest.mark.rule(2)
def test_both_of_the_hours_that_come_twice_are_offered() -> None:
    """01:00–03:00 on the autumn day lasts three hours, with two 01:30s an hour apart."""
    question = ask(
        on("2026-11-01", tz="America/New_York"),
        {"duration_minutes": 30},
        {"schedule": schedule(hours("01:00", "03:00"), tz="America/New_York")},
    )
    found = engine.slots(question)
    assert [shown(start, "America/New_York") for start in found] == [
        "01:00",
        "01:30",
        "01:00",
        "01:30",
        "02:00",
        "02:30",
    ]
    assert found[3] - found[1] == 3_600


@pytest.mark.rule(3)
def test_a_duration_is_elapsed_time() -> None:
    """An opening 00:00–04:00 holds three hours on the spring day and five on the autumn day."""
    assert day("2026-03-29", "Europe/Berlin", "00:00", "04:00") == ["00:00", "01:00", "03:00"]
    assert len(day("2026-10-25", "Europe/Berlin", "00:00", "04:00")) == 5


@pytest.mark.rule(4)
def test_nine_stays_nine_all_year() -> None:
    """Monday 09:00 in Berlin is 08:00 UTC before the change and 07:00 after."""
    window = on("2026-03-23", "2026-03-30", tz="Europe/Berlin")
    question = ask(window, {}, {"schedule": schedule(hours("09:00", "10:00", ["mon"]), tz="Europe/Berlin")})
    assert [utc(start) for start in engine.slots(question)] == ["2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z"]


@pytest.mark.rule(5)
def test_a_date_that_never_was_has_no_slots() -> None:
    """Apia went from Thursday the 29th to Saturday the 31st of December 2011."""
    window = ("2011-12-29T10:00:00Z", "2012-01-01T10:00:00Z")
    question = ask(window, {}, {"schedule": schedule(hours("09:00", "10:00"), tz="Pacific/Apia")})
    assert [utc(start) for start in engine.slots(question)] == [
        "2011-12-29T19:00:00Z",
        "2011-12-30T19:00:00Z",
        "2011-12-31T19:00:00Z",
    ]


@pytest.mark.rule(5)
def test_hours_of_a_date_that_never_was_are_none() -> None:
    """An override for that date opens nothing."""
    rules = schedule(tz="Pacific/Apia", overrides=[{"on": "2011-12-30", "hours": [["00:00", "24:00"]]}])
    assert engine.slots(ask(("2011-12-28T00:00:00Z", "2012-01-03T00:00:00Z"), {}, {"schedule": rules})) == []


@pytest.mark.rule(5, 19)
@pytest.mark.parametrize(
    ("tz", "date", "window"),
    [
        ("Pacific/Apia", "2011-12-30", ("2011-12-28T00:00:00Z", "2012-01-03T00:00:00Z")),
        ("Pacific/Fakaofo", "2011-12-30", ("2011-12-28T00:00:00Z", "2012-01-03T00:00:00Z")),
        ("Pacific/Kwajalein", "1993-08-21", ("1993-08-19T00:00:00Z", "1993-08-25T00:00:00Z")),
    ],
)
def test_a_night_of_a_date_that_never_was_has_no_morning(tz: str, date: str, window: tuple[str, str]) -> None:
    """22:00–02:00 belongs to its start day, and there was none."""
    night = {"on": date, "hours": [["22:00", "02:00"]]}
    assert engine.slots(ask(window, {}, {"schedule": schedule(tz=tz, overrides=[night])})) == []
    assert engine.slots(ask(window, {}, {"schedule": schedule(hours("22:00", "02:00"), tz=tz)})) != []


@pytest.mark.rule(6)
@pytest.mark.parametrize("tz", ["Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Kolkata"])
def test_the_grid_follows_the_local_clock(tz: str) -> None:
    """Wherever the offset is no whole hour, starts are still at whole hours of the local clock."""
    assert day("2026-06-15", tz, "09:00", "12:00") == ["09:00", "10:00", "11:00"]


@pytest.mark.rule(6)
def test_the_grid_follows_the_local_clock_across_a_change_of_half_an_hour() -> None:
    """Lord Howe's clock goes from 02:00 to 02:30 in spring, and from 02:00 to 01:30 in autumn."""
    assert day("2026-10-04", "Australia/Lord_Howe", "00:00", "06:00") == ["00:00", "01:00", "03:00", "04:00", "05:00"]
    half_hours = day("2026-04-05", "Australia/Lord_Howe", "01:00", "03:00", duration_minutes=30)
    assert half_hours == ["01:00", "01:30", "01:30", "02:00", "02:30"]


@pytest.mark.rule(7)
def test_negative_and_irregular_summer_time_follows_the_zone_data() -> None:
    """Casablanca leaves its hour in Ramadan, Dublin's summer is its standard time, Troll moves by two hours."""
    window = ("2026-02-13T00:00:00Z", "2026-02-17T00:00:00Z")
    question = ask(window, {}, {"schedule": schedule(hours("09:00", "10:00"), tz="Africa/Casablanca")})
    assert [utc(start)[11:16] for start in engine.slots(question)] == ["08:00", "08:00", "09:00", "09:00"]
    assert len(day("2026-10-25", "Europe/Dublin", "00:00", "03:00")) == 4
    assert day("2026-03-29", "Antarctica/Troll", "00:00", "05:00") == ["00:00", "03:00", "04:00"]


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("tz", "date"),
    [
        ("America/Santiago", "2026-09-06"),
        ("Asia/Beirut", "2026-03-29"),
        ("Africa/Cairo", "2026-04-24"),
        ("America/Havana", "2026-03-08"),
    ],
)
def test_a_day_without_a_midnight_starts_at_its_first_instant(tz: str, date: str) -> None:
    """Where the clock goes from 24:00 to 01:00, 00:00–03:00 is two hours from 01:00 on."""
    window = on(date, tz=tz)
    question = ask(window, {}, {"schedule": schedule(hours("00:00", "03:00"), tz=tz)})
    assert clocks(question, tz) == ["01:00", "02:00"]


@pytest.mark.rule(2, 7)
def test_two_hours_come_twice_in_troll() -> None:
    """Its clock goes from 03:00 back to 01:00."""
    twice = ["00:00", "01:00", "02:00", "01:00", "02:00", "03:00"]
    assert day("2026-10-25", "Antarctica/Troll", "00:00", "04:00") == twice


@pytest.mark.rule(2, 8)
def test_the_last_hour_of_a_day_comes_twice_where_the_clock_goes_back_at_midnight() -> None:
    """In Santiago and in Cairo 23:00–24:00 lasts two hours that night, and belongs to one date."""
    for tz, date in [("America/Santiago", "2026-04-04"), ("Africa/Cairo", "2026-10-29")]:
        assert day(date, tz, "22:00", "24:00") == ["22:00", "23:00", "23:00"]


@pytest.mark.rule(8, 43)
def test_a_cap_holds_on_a_day_whose_midnight_comes_twice() -> None:
    """Havana's clock goes from 01:00 back to 00:00: both hours are the same day."""
    booking = {"starts_at": "2026-11-01T04:00:00Z", "ends_at": "2026-11-01T04:30:00Z", "same_event_type": True}
    host = {"schedule": schedule(hours("00:00", "02:00"), tz="America/Havana"), "bookings": [booking]}
    window = ("2026-11-01T00:00:00Z", "2026-11-02T06:00:00Z")
    question = ask(window, {"caps": [{"per": "day", "bookings": 1}]}, host)
    assert [utc(start) for start in engine.slots(question)] == ["2026-11-02T05:00:00Z"]


@pytest.mark.rule(14)
def test_each_date_is_read_on_the_clock_where_it_is_spent() -> None:
    """Nine to ten is nine in Tokyo on the days there, and nine in Berlin before and after."""
    rules = schedule(
        hours("09:00", "10:00"),
        tz="Europe/Berlin",
        travel=[{"from": "2026-01-13", "to": "2026-01-14", "tz": "Asia/Tokyo"}],
    )
    question = ask(("2026-01-12T00:00:00Z", "2026-01-16T00:00:00Z"), {}, {"schedule": rules})
    assert [utc(start) for start in engine.slots(question)] == [
        "2026-01-12T08:00:00Z",
        "2026-01-13T00:00:00Z",
        "2026-01-14T00:00:00Z",
        "2026-01-15T08:00:00Z",
    ]


@pytest.mark.rule(14)
def test_a_journey_splits_hours_past_midnight() -> None:
    """Of 22:00–02:00 the part before midnight is Berlin's, the part after it London's, an hour later."""
    rules = schedule(
        hours("22:00", "02:00", ["mon"]),
        tz="Europe/Berlin",
        travel=[{"from": "2026-01-13", "to": "2026-01-20", "tz": "Europe/London"}],
    )
    window = ("2026-01-12T00:00:00Z", "2026-01-14T00:00:00Z")
    found = engine.openings(ask(window, {}, {"schedule": rules}))["h1"]
    assert [(utc(start)[11:16], utc(end)[11:16]) for start, end in found] == [("21:00", "23:00"), ("00:00", "02:00")]


@pytest.mark.rule(15)
def test_the_schedules_zone_rules_the_caps() -> None:
    """A booking on Monday evening in New York fills that Monday, though it is Tuesday in UTC."""
    booking = {"starts_at": "2026-06-09T01:00:00Z", "ends_at": "2026-06-09T01:30:00Z", "same_event_type": True}
    host = {"schedule": schedule(hours("09:00", "10:00"), tz="America/New_York"), "bookings": [booking]}
    question = ask(("2026-06-08T00:00:00Z", "2026-06-10T00:00:00Z"), {"caps": [{"per": "day", "bookings": 1}]}, host)
    assert [utc(start) for start in engine.slots(question)] == ["2026-06-09T13:00:00Z"]


@pytest.mark.rule(16)
def test_the_servers_own_zone_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the same whatever TZ says."""
    import time  # noqa: PLC0415 - only this test moves the server

    def answered() -> list[str]:
        return day("2026-03-29", "Europe/Berlin", "00:00", "04:00")

    here = answered()
    monkeypatch.setenv("TZ", "Pacific/Apia")
    time.tzset()
    there = answered()
    monkeypatch.undo()
    time.tzset()
    assert here == there


@pytest.mark.rule(13)
def test_a_booking_keeps_its_instant_when_its_host_moves() -> None:
    """After the schedule changed its zone, the old booking blocks where it was."""
    booking = {"starts_at": "2026-01-12T08:00:00Z", "ends_at": "2026-01-12T09:00:00Z"}
    host = {"schedule": schedule(hours("08:00", "10:00", WORK), tz="Europe/London"), "bookings": [booking]}
    question = ask(on("2026-01-12"), {}, host)
    assert engine.slots(question) == [at("2026-01-12T09:00:00Z")]
