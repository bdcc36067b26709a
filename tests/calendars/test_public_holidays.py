"""Public holidays: a country's dates close a schedule, one by one as the host likes, year after year."""

import asyncio
from datetime import date
from typing import Any

import pytest

from cally.bookings import Availability, offer
from cally.calendars import (
    drop_holidays,
    extend_holidays,
    holiday_countries,
    holiday_subdivisions,
    holidays_kept,
    keep_holidays,
    work_on_holidays,
)
from cally.errors import CallyError
from cally.hosts import override_dates, update_host
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.rules import Window
from cally.store import Store, hosts, schedules
from tests.cast import DAY, NOW, ada, at

AS_ADA = Actor(kind="host", account_id=1)
GERMAN_UNITY = date(2026, 10, 3)
CHRISTMAS = date(2026, 12, 25)
MORNING = (Window(from_minute=600, to_minute=720),)


async def german(store: Store, *, subdivision: str = "BE") -> tuple[Host, int]:
    """Ada in Berlin, who keeps its holidays."""
    owner = await ada(store)
    (hours,) = await schedules.list_of(store.reader, owner.id)
    await keep_holidays(store, hours.id, country="DE", subdivision=subdivision, now=NOW, actor=AS_ADA)
    return owner, hours.id


async def closed(store: Store, schedule_id: int) -> tuple[date, ...]:
    found = await schedules.by_id(store.reader, schedule_id)
    assert found is not None
    return found.hours.holidays


async def starts(store: Store, on: str) -> int:
    """How many slots there are on a date."""
    found = await offer(store.reader, "ada", "intro")
    day = at(f"{on} 00:00")
    return len(await Availability(store).slots(found, now=day - DAY, from_at=day, to_at=day + DAY))


async def test_holidays_of_three_years_close_the_schedule(store: Store):
    """This year's and the next two years', those of the Land included; the schedule's own rules stay as they are."""
    _, schedule_id = await german(store)
    dates = await closed(store, schedule_id)
    assert {GERMAN_UNITY, CHRISTMAS, date(2027, 3, 8), date(2028, 12, 26)} <= set(dates)
    assert {on.year for on in dates} == {2026, 2027, 2028}
    found = await schedules.by_id(store.reader, schedule_id)
    assert found is not None
    assert found.rules.holidays == ()


async def test_a_holiday_cannot_be_booked(store: Store):
    """Christmas Day is a Friday, and yet nothing is free; the day before it is."""
    await german(store)
    assert (await starts(store, "2026-12-24"), await starts(store, "2026-12-25")) == (16, 0)


@pytest.mark.rule(24)
async def test_an_override_beats_a_public_holiday(store: Store):
    """Hours for that very date stand, whatever the country celebrates."""
    _, schedule_id = await german(store)
    await override_dates(store, schedule_id, {CHRISTMAS: MORNING}, now=NOW, actor=AS_ADA)
    assert await starts(store, "2026-12-25") == 4


async def test_a_host_works_on_a_holiday_every_year(store: Store):
    """What is switched off stays off by its name: next year's too."""
    _, schedule_id = await german(store)
    await work_on_holidays(store, schedule_id, ["Erster Weihnachtstag"], now=NOW, actor=AS_ADA)
    assert not {CHRISTMAS, date(2027, 12, 25)} & set(await closed(store, schedule_id))
    assert await starts(store, "2026-12-25") == 16
    await keep_holidays(store, schedule_id, country="DE", subdivision="BY", now=NOW, actor=AS_ADA)
    assert CHRISTMAS not in await closed(store, schedule_id)


async def test_two_holidays_on_one_date_need_both_names(store: Store):
    """A date stays closed for the one that is kept; a pair is known by both."""
    await ada(store)
    (hours,) = await schedules.list_of(store.reader, (await hosts.list_all(store.reader))[0].id)
    kept = await keep_holidays(
        store, hours.id, country="DE", subdivision="BE", now=at("2007-06-01 12:00"), actor=AS_ADA
    )
    pair = next(day for day in kept.days if day.on == date(2008, 5, 1))
    assert pair.name == "Christi Himmelfahrt; Erster Mai"
    await work_on_holidays(store, hours.id, ["Christi Himmelfahrt"], now=NOW, actor=AS_ADA)
    assert pair.on in await closed(store, hours.id)
    await work_on_holidays(store, hours.id, [pair.name], now=NOW, actor=AS_ADA)
    assert pair.on not in await closed(store, hours.id)


async def test_names_are_told_in_the_hosts_language(store: Store):
    """Known by what the country calls it, shown in the host's words; the job follows when the host reads another."""
    owner, schedule_id = await german(store)
    assert await label(store, schedule_id) == ("Tag der Deutschen Einheit", "German Unity Day")
    await update_host(store, owner.id, locale="uk", now=NOW, actor=AS_ADA)
    assert await extend_holidays(store, NOW) == 1
    assert await label(store, schedule_id) == ("Tag der Deutschen Einheit", "День німецької єдності")


async def test_who_chooses_meanwhile_is_not_overruled(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The job reads in a thread; a country that was chosen in that time stays."""
    _, schedule_id = await german(store)
    read = asyncio.to_thread

    async def slowly(function: Any, *args: Any) -> Any:
        found = await read(function, *args)
        monkeypatch.undo()
        await keep_holidays(store, schedule_id, country="SE", now=NOW, actor=AS_ADA)
        return found

    monkeypatch.setattr(asyncio, "to_thread", slowly)
    assert await extend_holidays(store, NOW + 200 * DAY) == 0
    kept = await holidays_kept(store.reader, schedule_id)
    assert kept is not None
    assert (kept.country, GERMAN_UNITY in await closed(store, schedule_id)) == ("SE", False)


async def test_a_new_year_is_laid_out_once(store: Store):
    """The job adds the third year when a year has begun, keeps what is worked on, and then has nothing to do."""
    _, schedule_id = await german(store)
    await work_on_holidays(store, schedule_id, ["Neujahr"], now=NOW, actor=AS_ADA)
    later = NOW + 200 * DAY
    assert [await extend_holidays(store, now) for now in (NOW, later, later)] == [0, 1, 0]
    dates = await closed(store, schedule_id)
    assert {on.year for on in dates} == {2027, 2028, 2029}
    assert date(2029, 1, 1) not in dates


async def test_what_was_computed_before_is_not_served_after(store: Store):
    """The same memory sees holidays kept, one of them worked on, and all of them dropped."""
    await ada(store)
    memory = Availability(store)
    (hours,) = await schedules.list_of(store.reader, (await hosts.list_all(store.reader))[0].id)
    seen = [await memory.version(await offer(store.reader, "ada", "intro"), NOW)]
    await keep_holidays(store, hours.id, country="DE", now=NOW, actor=AS_ADA)
    seen.append(await memory.version(await offer(store.reader, "ada", "intro"), NOW))
    await work_on_holidays(store, hours.id, ["Neujahr"], now=NOW, actor=AS_ADA)
    seen.append(await memory.version(await offer(store.reader, "ada", "intro"), NOW))
    await drop_holidays(store, hours.id, now=NOW, actor=AS_ADA)
    seen.append(await memory.version(await offer(store.reader, "ada", "intro"), NOW))
    assert len(set(seen)) == 4


@pytest.mark.parametrize(
    ("country", "subdivision", "field"), [("XX", "", "country"), ("de", "", "country"), ("DE", "ENG", "subdivision")]
)
async def test_unknown_places_are_refused(store: Store, country: str, subdivision: str, field: str):
    """The field is named, and nothing is kept."""
    owner = await ada(store)
    (hours,) = await schedules.list_of(store.reader, owner.id)
    with pytest.raises(CallyError) as caught:
        await keep_holidays(store, hours.id, country=country, subdivision=subdivision, now=NOW, actor=AS_ADA)
    assert (caught.value.code, caught.value.facts["field"]) == ("invalid", field)
    assert await holidays_kept(store.reader, hours.id) is None


async def test_a_name_that_is_no_holiday_is_refused(store: Store):
    """Nobody works on a holiday that is not there."""
    _, schedule_id = await german(store)
    with pytest.raises(CallyError, match="Pancake Day"):
        await work_on_holidays(store, schedule_id, ["Pancake Day"], now=NOW, actor=AS_ADA)


async def test_they_can_be_dropped(store: Store):
    """Then no holiday closes a day."""
    _, schedule_id = await german(store)
    await drop_holidays(store, schedule_id, now=NOW, actor=AS_ADA)
    assert await closed(store, schedule_id) == ()


async def test_the_places_on_offer(store: Store):
    """Some 250 countries, with the parts that have holidays of their own."""
    assert {"DE", "GB", "US", "JP"} <= set(await holiday_countries())
    assert ("BE", "Berlin") in await holiday_subdivisions("DE")
    assert await holiday_subdivisions("XX") == ()


async def label(store: Store, schedule_id: int) -> tuple[str, str]:
    kept = await holidays_kept(store.reader, schedule_id)
    assert kept is not None
    found = next(day for day in kept.days if day.on == GERMAN_UNITY)
    return found.name, found.label
