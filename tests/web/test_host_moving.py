"""Another zone at the desk: what it changes is listed before it is saved (rule 13)."""

from typing import Any

import pytest

from cally.model.hosts import Host, Schedule
from cally.store import Store, hosts, schedules
from tests.cast import ada
from tests.web.desks import SignedIn, desk, words
from tests.web.forms_of import fields


async def hours(store: Store, owner: Host) -> Schedule:
    return (await schedules.list_of(store.reader, owner.id))[0]


async def test_a_schedules_own_zone_is_previewed(app: Any, store: Store, signed_in: SignedIn):
    """On the host's clocks, New York's nine to five begins at three in the afternoon; saved the second time."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "en-GB"
        sent = fields((await client.get(path)).text, path) | {"tz": "America/New_York"}
        page = await client.post(path, data=sent)
        assert "“Working hours” moves to New York time. What is booked keeps its time." in words(page)
        assert "Mon 21 Sept 09:00–17:00 15:00–23:00" in words(page)
        assert (await hours(store, owner)).rules.tz == "Europe/Berlin"
        again = fields(page.text, path)
        assert (await client.post(path, data=again | {"tz": "Asia/Tokyo"})).status_code == 200
        assert (await client.post(path, data=again)).status_code == 303
    assert (await hours(store, owner)).rules.tz == "America/New_York"


@pytest.mark.rule(13)
async def test_a_move_is_previewed_and_hours_follow(app: Any, store: Store, signed_in: SignedIn):
    """The profile's zone takes the schedules along that follow; what they lose and win is told on the new clocks."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        client.headers["accept-language"] = "en-GB"
        sent = fields((await client.get(path)).text, path) | {"follows": "1"}
        assert (await client.post(path, data=sent)).status_code == 303
        profile = fields((await client.get("/app/profile")).text, "/app/profile") | {"tz": "Asia/Tokyo"}
        page = await client.post("/app/profile", data=profile)
        assert "On the clocks of Tokyo" in words(page)
        assert "Mon 21 Sept 16:00–24:00 09:00–17:00" in words(page)
        again = fields(page.text, "/app/profile")
        assert (await client.post("/app/profile", data=again)).status_code == 303
    moved = await hosts.by_id(store.reader, owner.id)
    assert moved is not None
    assert (moved.tz, (await hours(store, owner)).rules.tz) == ("Asia/Tokyo", "Asia/Tokyo")


async def test_a_move_that_changes_no_hours_asks_nothing(app: Any, store: Store, signed_in: SignedIn):
    """Nothing follows, or the clocks agree."""
    owner = await ada(store)
    path = f"/app/availability/{(await hours(store, owner)).id}"
    async with desk(app, signed_in, owner) as client:
        sent = fields((await client.get(path)).text, path) | {"tz": "Europe/Vienna"}
        assert (await client.post(path, data=sent)).status_code == 303
        profile = fields((await client.get("/app/profile")).text, "/app/profile") | {"tz": "Asia/Tokyo"}
        assert (await client.post("/app/profile", data=profile)).status_code == 303
