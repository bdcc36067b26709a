"""The month, the day and the two clocks, as values."""

from datetime import date

import pytest

from cally.web.dates import words
from cally.web.pages.public import clocks
from cally.web.pages.public.chosen import Asked, Links, chosen, instant, iso
from cally.web.pages.public.month import Month, month
from tests.cast import at

BRITISH = words("en-GB,en;q=0.9")
LINKS = Links("/ada/intro", {})


def shown(first: date, today: date, counts: dict[date, int] | None = None, *, language: str = "en-GB") -> Month:
    return month(
        first,
        today=today,
        last=date(2027, 3, 1),
        chosen=None,
        counts=counts or {},
        words=words(language),
        links=LINKS,
    )


def dates(grid: Month) -> list[str]:
    return [day.iso for week in grid.weeks for day in week if day is not None]


def test_the_month_shows_no_day_that_is_over() -> None:
    """On the 22nd the first square is the 22nd, and five weeks follow into the next month."""
    grid = shown(date(2026, 11, 1), date(2026, 11, 22))
    assert dates(grid)[0] == "2026-11-22"
    assert (len(grid.weeks), dates(grid)[-1]) == (5, "2026-12-20")
    assert grid.name == "November – December 2026"


def test_weeks_start_on_the_readers_day() -> None:
    """Monday in Britain, Sunday in America, Saturday in Egypt."""
    starts = [
        shown(date(2026, 12, 1), date(2026, 11, 1), language=tag).weekdays[0][1] for tag in ("en-GB", "en-US", "ar-EG")
    ]
    assert starts == ["Monday", "Sunday", "Saturday"]


def test_there_is_no_way_into_the_past_nor_beyond_the_horizon() -> None:
    """The first month has no earlier one, the last no later."""
    assert shown(date(2026, 11, 1), date(2026, 11, 22)).earlier is None
    assert shown(date(2026, 12, 1), date(2026, 11, 22)).earlier == "/ada/intro?month=2026-11"
    assert shown(date(2027, 3, 1), date(2026, 11, 22)).later is None


def test_a_free_day_says_how_free_it_is() -> None:
    """For the eye by a bar of three lengths, for the ear in words."""
    counts = {date(2026, 11, 23): 1, date(2026, 11, 24): 5, date(2026, 11, 25): 16}
    days = {day.iso: day for week in shown(date(2026, 11, 1), date(2026, 11, 22), counts).weeks for day in week if day}
    assert [days[f"2026-11-{number}"].free for number in (23, 24, 25, 26)] == [1, 2, 3, 0]
    assert days["2026-11-23"].label == "Monday, 23 November 2026, 1 time free"


@pytest.mark.rule(2)
def test_both_half_past_ones_are_told_apart() -> None:
    """On the night clocks go back, two equal labels carry their offsets."""
    starts = [at("2026-10-25 00:30"), at("2026-10-25 01:30"), at("2026-10-25 02:30")]
    assert clocks.times(BRITISH, [starts[0] - 1_800, *starts], "Europe/Berlin") == [
        "02:00",
        "02:30 GMT+2",
        "02:30 GMT+1",
        "03:30",
    ]


def _when(tz: str, host_tz: str) -> clocks.When:
    start = at("2026-11-24 16:00")
    return clocks.when(BRITISH, start, start + 1_800, tz=tz, home=clocks.Home(first="Ada", tz=host_tz))


@pytest.mark.rule(11)
def test_the_hosts_clock_is_shown_where_it_differs() -> None:
    """With its weekday when that differs as well, and not at all when both clocks show the same."""
    assert _when("Europe/Berlin", "America/New_York").other == "11:00 for Ada in New York"
    assert _when("Europe/Berlin", "Asia/Tokyo").other == "Wed 25 Nov, 01:00 for Ada in Tokyo"
    assert _when("Europe/Berlin", "Europe/Paris").other == ""


def test_a_title_is_no_first_name() -> None:
    """Dr. Ada Lovelace is not called Dr."""
    assert [clocks.first_name(name) for name in ("Ada Lovelace", "Dr. Ada Lovelace")] == ["Ada", "Dr. Ada Lovelace"]


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-11-24", "2026-11-24T16:00", "9999-01-01T00:00Z", "2026-13-01T00:00Z"]
)
def test_an_address_means_an_instant_or_nothing(text: str) -> None:
    """Only a whole instant with a zone is a slot."""
    assert instant(text) is None


def test_an_instant_survives_the_address() -> None:
    """Written and read again it is the same."""
    assert instant(iso(at("2026-11-24 16:00"))) == at("2026-11-24 16:00")


def test_a_length_that_is_not_on_offer_becomes_the_default() -> None:
    """Nobody books 7 minutes by editing the address."""
    assert chosen(Asked(duration="7"), home_tz="UTC", durations=(30, 60)).minutes == 30
    assert chosen(Asked(duration="60"), home_tz="UTC", durations=(30, 60)).minutes == 60
