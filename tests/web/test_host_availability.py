"""A host says when they can be booked: the hours of a week."""

from datetime import date
from typing import Any

import pytest

from cally.model.hosts import Host, Schedule
from cally.model.rules import DAYS, Override, ScheduleRules, WeeklyHours, Window
from cally.store import Store, schedules
from tests.cast import ada, host, schedule
from tests.web.desks import SignedIn, desk, words
from tests.web.forms_of import fields

HOLIDAYS = ("/holidays", "/holidays/country", "/holidays/work", "/holidays/removal")
NINE_TO_FIVE = Window(from_minute=540, to_minute=1_020)


async def test_the_filled_week_saves_what_it_shows(app: Any, store: Store, signed_in: SignedIn):
    """Sending the form back unchanged changes nothing."""
    owner = await ada(store)
    before = await _of(store, owner)
    async with desk(app, signed_in, owner) as client:
        page = await client.get("/app/availability")
        answer = await client.post(f"/app/availability/{before.id}", data=fields(page.text, "/app/availability/"))
    assert answer.status_code == 303
    assert await _of(store, owner) == before


async def test_a_day_can_have_several_windows(app: Any, store: Store, signed_in: SignedIn):
    """Pairs of from and to, as many as there are."""
    owner = await ada(store)
    before = await _of(store, owner)
    sent = {
        "name": "Mornings",
        "tz": "Europe/Berlin",
        "mon-on": "1",
        "mon-from": ["540", "780"],
        "mon-to": ["720", "1020"],
    }
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/availability/{before.id}", data=sent)
    windows = [
        (entry.days, entry.hours.from_minute, entry.hours.to_minute) for entry in (await _of(store, owner)).rules.weekly
    ]
    assert windows == [(("mon",), 540, 720), (("mon",), 780, 1_020)]


@pytest.mark.rule(19)
async def test_an_end_before_the_start_lies_on_the_next_day(app: Any, store: Store, signed_in: SignedIn):
    """22:00 to 02:00 belongs to its start day, and the page says “next day”."""
    owner = await ada(store)
    before = await _of(store, owner)
    sent = {"name": "Nights", "tz": "Europe/Berlin", "fri-on": "1", "fri-from": "1320", "fri-to": "120"}
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/availability/{before.id}", data=sent)
        assert "next day" in words(await client.get("/app/availability"))
    hours = Window(from_minute=1_320, to_minute=1_560)
    assert (await _of(store, owner)).rules.weekly == (WeeklyHours(days=("fri",), hours=hours),)


@pytest.mark.rule(23)
async def test_the_editor_offers_24_00_as_an_end(app: Any, store: Store, signed_in: SignedIn):
    """It is kept as the end of the day, not as its last minute."""
    owner = await ada(store)
    before = await _of(store, owner)
    sent = {"name": "Evenings", "tz": "Europe/Berlin", "mon-on": "1", "mon-from": "1080", "mon-to": "1440"}
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "de-DE"
        assert '<option value="1440">24:00</option>' in (await client.get("/app/availability")).text
        await client.post(f"/app/availability/{before.id}", data=sent)
    assert (await _of(store, owner)).rules.weekly[0].hours.to_minute == 1_440


async def test_buttons_change_the_rows_and_save_nothing(app: Any, store: Store, signed_in: SignedIn):
    """Add, remove and copy show the week as it would be."""
    owner = await ada(store)
    before = await _of(store, owner)
    path = f"/app/availability/{before.id}"
    async with desk(app, signed_in, owner) as client:
        sent = fields((await client.get(path)).text, path)
        added = fields((await client.post(path, data=sent | {"act": "add:mon"})).text, path)
        copied = fields((await client.post(path, data=added | {"act": "copy:mon"})).text, path)
        removed = fields((await client.post(path, data=copied | {"act": "remove:mon:1"})).text, path)
    assert (added["mon-from"], added["mon-to"]) == (["540", "1080"], ["1020", "1200"])
    assert copied["fri-from"] == ["540", "1080"]
    assert "sat-on" not in copied
    assert removed["mon-from"] == ["540"]
    assert await _of(store, owner) == before


async def test_days_off_of_one_schedule_are_taken_away(app: Any, store: Store, signed_in: SignedIn):
    """A single day needs no last one; what a program has set can be removed, and comes back with Undo."""
    owner = await ada(store)
    path = f"/app/availability/{(await _of(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        await client.post(f"{path}/time-off", data={"first": "2026-10-05", "last": ""})
        await client.post(f"{path}/time-off", data={"first": "2026-12-21", "last": "2027-01-03"})
        await client.post(f"{path}/time-off/removal", data={"first": "2026-10-05", "last": "2026-10-05"})
        assert (await _of(store, owner)).rules.time_off == ((date(2026, 12, 21), date(2027, 1, 3)),)
        await client.post(f"{path}/time-off", data=fields((await client.get(path)).text, f"{path}/time-off"))
    assert (date(2026, 10, 5), date(2026, 10, 5)) in (await _of(store, owner)).rules.time_off


async def test_days_in_no_order_are_said(app: Any, store: Store, signed_in: SignedIn):
    """Nothing is kept."""
    owner = await ada(store)
    before = await _of(store, owner)
    async with desk(app, signed_in, owner) as client:
        sent = {"first": "2026-10-05", "last": "2026-10-01"}
        assert (await client.post(f"/app/availability/{before.id}/time-off", data=sent)).status_code == 422
    assert await _of(store, owner) == before


async def test_rules_that_the_form_does_not_show_stay(app: Any, store: Store, signed_in: SignedIn):
    """Holidays, overrides and time off survive a change of the week."""
    owner = await host(store, "Ada Lovelace")
    rules = ScheduleRules(
        tz="Europe/Berlin",
        weekly=(WeeklyHours(days=DAYS, hours=NINE_TO_FIVE),),
        overrides=(Override(on=date(2026, 12, 24), hours=()),),
        holidays=(date(2026, 12, 25),),
    )
    kept = await schedule(store, owner, rules)
    sent = {"name": "Less", "tz": "Europe/Berlin", "mon-on": "1", "mon-from": "540", "mon-to": "600"}
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/availability/{kept.id}", data=sent)
    changed = (await _of(store, owner)).rules
    assert (changed.overrides, changed.holidays) == (rules.overrides, rules.holidays)


async def test_a_schedule_in_use_is_not_removed(app: Any, store: Store, signed_in: SignedIn):
    """The refusal names what uses it; a spare one goes."""
    owner = await ada(store)
    used = await _of(store, owner)
    async with desk(app, signed_in, owner) as client:
        made = await client.post("/app/availability", data={"name": "Evenings"})
        await client.post(f"/app/availability/{used.id}/removal")
        assert "is used by Intro call" in words(await client.get(f"/app/availability/{used.id}"))
        await client.post(made.headers["location"] + "/removal")
    assert await schedules.list_of(store.reader, owner.id) == [used]


async def test_mallory_cannot_see_or_change_adas_hours(app: Any, store: Store, signed_in: SignedIn):
    """Another host's schedule does not exist."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    before = await _of(store, owner)
    path = f"/app/availability/{before.id}"
    async with desk(app, signed_in, mallory) as client:
        assert (await client.get(path)).status_code == 404
        for act in ("", "/removal", "/days", "/days/chosen", "/days/restoration", "/time-off", *HOLIDAYS):
            sent = {"name": "x", "tz": "UTC", "on": "2026-10-01", "act": "close", "day": "2026-10-01", "country": "DE"}
            assert (await client.post(path + act, data=sent)).status_code == 404
    assert await _of(store, owner) == before


async def _of(store: Store, owner: Host) -> Schedule:
    return (await schedules.list_of(store.reader, owner.id))[0]
