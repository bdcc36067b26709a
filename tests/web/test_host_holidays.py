"""The page of public holidays: a country that is guessed but never chosen, days switched one by one, dates by hand."""

from datetime import date
from typing import Any

from cally.model.hosts import Host, Schedule
from cally.store import Store, schedules
from tests.cast import ada
from tests.web.desks import SignedIn, desk, words
from tests.web.forms_of import fields


async def hours(store: Store, owner: Host) -> Schedule:
    return (await schedules.list_of(store.reader, owner.id))[0]


async def closed(store: Store, owner: Host) -> set[date]:
    return set((await hours(store, owner)).hours.holidays)


async def test_the_country_is_guessed_and_not_chosen(app: Any, store: Store, signed_in: SignedIn):
    """The zone's country is one button away; opening the page keeps nothing."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}/holidays"
    async with desk(app, signed_in, owner) as client:
        page = await client.get(path)
        assert "Is this where you work: Germany?" in words(page)
        assert await closed(store, owner) == set()
        await client.post(f"{path}/country", data=fields(page.text, f"{path}/country"))
        assert date(2026, 10, 3) in await closed(store, owner)
        assert "Do you work in" not in words(await client.get(path))


async def test_a_part_of_the_country_has_more(app: Any, store: Store, signed_in: SignedIn):
    """The parts are offered once the country is known; another country has none of them."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}/holidays"
    async with desk(app, signed_in, owner) as client:
        await client.post(f"{path}/country", data={"country": "DE"})
        assert '<option value="BY">Bayern</option>' in (await client.get(path)).text
        await client.post(f"{path}/country", data={"country": "DE", "subdivision": "BY"})
        assert date(2026, 11, 1) in await closed(store, owner)
        await client.post(f"{path}/country", data={"country": "GB", "subdivision": "BY"})
        kept = (await hours(store, owner)).public_holidays
    assert kept is not None
    assert (kept.country, kept.subdivision) == ("GB", "")


async def test_one_holiday_is_worked_on_in_every_year(app: Any, store: Store, signed_in: SignedIn):
    """A button per day, with Undo; the page says so for the next years as well."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}/holidays"
    unity = {date(year, 10, 3) for year in (2026, 2027, 2028)}
    async with desk(app, signed_in, owner) as client:
        await client.post(f"{path}/country", data={"country": "DE"})
        sent = fields((await client.get(path)).text, f"{path}/work")
        assert sent == {"name": ["Tag der Deutschen Einheit"], "works": ["1"]}
        await client.post(f"{path}/work", data=sent)
        assert not unity & await closed(store, owner)
        page = await client.get(path)
        assert words(page).count("you work") >= 3
        await client.post(f"{path}/work", data=fields(page.text, f"{path}/work"))
    assert unity <= await closed(store, owner)


async def test_dropping_them_can_be_undone(app: Any, store: Store, signed_in: SignedIn):
    """With what was worked on."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}/holidays"
    async with desk(app, signed_in, owner) as client:
        await client.post(f"{path}/country", data={"country": "DE", "subdivision": ""})
        await client.post(f"{path}/work", data={"name": "Neujahr", "works": "1"})
        before = await closed(store, owner)
        await client.post(f"{path}/country", data={"country": ""})
        assert await closed(store, owner) == set()
        await client.post(f"{path}/country", data=fields((await client.get(path)).text, f"{path}/country"))
    assert await closed(store, owner) == before


async def test_further_dates_are_added_and_removed_by_hand(app: Any, store: Store, signed_in: SignedIn):
    """A holiday of the town, with Undo; what is no date is said."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}/holidays"
    async with desk(app, signed_in, owner) as client:
        await client.post(path, data={"holiday": "2026-10-06"})
        assert await closed(store, owner) == {date(2026, 10, 6)}
        await client.post(f"{path}/removal", data={"holiday": "2026-10-06"})
        assert await closed(store, owner) == set()
        undo = fields((await client.get(path)).text.replace(f'action="{path}/', 'action="'), path)
        await client.post(path, data=undo)
        assert await closed(store, owner) == {date(2026, 10, 6)}
        wrong = await client.post(path, data={"holiday": "soon"})
    assert wrong.status_code == 422
    assert "This is not a date" in words(wrong)


async def test_unknown_places_and_names_are_said(app: Any, store: Store, signed_in: SignedIn):
    """Nothing that the page does not offer can be kept."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}/holidays"
    async with desk(app, signed_in, owner) as client:
        wrong = await client.post(f"{path}/country", data={"country": "XX"})
        assert wrong.status_code == 422
        assert "are not known" in words(wrong)
        await client.post(f"{path}/country", data={"country": "DE"})
        await client.post(f"{path}/work", data={"name": "Pancake Day", "works": "1"})
        assert "No holiday here is called “Pancake Day”" in words(await client.get(path))
