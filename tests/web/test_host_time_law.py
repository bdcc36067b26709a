"""After a country changed its clocks: Ada sees what that means, settles it with a click, and Mallory sees nothing."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from cally.bookings import Availability, watch_time_law
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.store import Store
from tests.bookings.laws import TEN, TEN_BY_NEW_LAW, Laws, ada, booked, laws
from tests.cast import CLEO, HOUR, NOW, host
from tests.web.conftest import Watch
from tests.web.desks import SignedIn, booking, desk, words

__all__ = ["ada", "laws"]


@pytest.fixture
async def visits(store: Store, ada: Host, laws: Laws, watch: Watch) -> AsyncIterator[list[Booking]]:
    """Two visits and a call of the old law, seen by the new one."""
    availability = Availability(store)
    with laws.old.in_use():
        made = [
            await booked(store, availability, "visit"),
            await booked(store, availability, "visit", TEN + HOUR, CLEO),
            await booked(store, availability, "call", TEN + 3 * HOUR),
        ]
        await watch_time_law(store, NOW)
    watch.now = NOW + HOUR
    with laws.new.in_use():
        await watch_time_law(store, watch.now)
        yield made


@pytest.mark.rule(9)
async def test_the_desk_says_that_clocks_changed(app: Any, ada: Host, visits: list[Booking], signed_in: SignedIn):
    """Where, and how many bookings; the page says what each choice means on every clock."""
    async with desk(app, signed_in, ada) as client:
        home = words(await client.get("/app"))
        page = words(await client.get("/app/time-law"))
    assert "The law of time has changed in Almaty: 3 bookings to look at" in home
    assert "As agreed Tue, Nov 17, 10:00 AM Almaty · you and Cleo Çelik Keep 10:00 AM recommended" in page
    assert "Keep the moment Tue, Nov 17, 9:00 AM Almaty · you and Cleo Çelik" in page
    assert "As agreed Tue, Nov 17, 11:00 AM Almaty · you Tue, Nov 17, 12:00 AM New York · Cleo Çelik" in page
    assert "recommended Tue, Nov 17, 11:00 AM Almaty · you Tue, Nov 17, 1:00 AM New York · Cleo Çelik" in page


@pytest.mark.rule(9)
async def test_a_click_keeps_the_clock_time(
    app: Any, store: Store, ada: Host, visits: list[Booking], signed_in: SignedIn
):
    """The second visit first, so that the first one finds its place free."""
    async with desk(app, signed_in, ada) as client:
        for visit in (visits[1], visits[0]):
            answer = await client.post(f"/app/time-law/{visit.uid}", data={"keep": "wall_time"})
            assert answer.headers["location"] == "/app/time-law"
        assert "10:00 AM in Almaty it is. Cleo Çelik will be told." in words(await client.get("/app/time-law"))
        story = words(await client.get(f"/app/bookings/{visits[0].uid}"))
    assert (await booking(store, visits[0].uid)).starts_at == TEN_BY_NEW_LAW
    assert "You followed the new clock rules, keeping the time on the clock" in story
    assert "New clock time" in story


@pytest.mark.rule(9)
async def test_a_time_that_is_taken_is_said_and_left(
    app: Any, store: Store, ada: Host, visits: list[Booking], signed_in: SignedIn
):
    """The first visit cannot go where the second still is."""
    async with desk(app, signed_in, ada) as client:
        await client.post(f"/app/time-law/{visits[0].uid}", data={"keep": "wall_time"})
        assert "Something else is booked then" in words(await client.get("/app/time-law"))
    assert await booking(store, visits[0].uid) == visits[0]


@pytest.mark.rule(9)
async def test_one_button_settles_all(app: Any, store: Store, ada: Host, visits: list[Booking], signed_in: SignedIn):
    """Visits keep their clock time, the call its moment, and nothing is left to decide."""
    async with desk(app, signed_in, ada) as client:
        await client.post("/app/time-law")
        page = words(await client.get("/app/time-law"))
    assert "3 bookings settled; everybody will be told." in page
    assert "No booking waits for a decision" in page
    moved = [(await booking(store, one.uid)).starts_at - one.starts_at for one in visits]
    assert moved == [HOUR, HOUR, 0]


async def test_mallory_can_neither_see_nor_decide(
    app: Any, store: Store, ada: Host, visits: list[Booking], signed_in: SignedIn
):
    """Her list is empty, Ada's booking does not exist, and her button settles nothing."""
    async with desk(app, signed_in, await host(store, "Mallory")) as client:
        assert "Cleo" not in words(await client.get("/app/time-law"))
        answer = await client.post(f"/app/time-law/{visits[0].uid}", data={"keep": "instant"})
        assert answer.status_code == 404
        await client.post("/app/time-law")
    assert [await booking(store, one.uid) for one in visits] == visits


@pytest.mark.rule(9)
async def test_programs_see_and_decide_the_same(
    client: httpx2.AsyncClient, ada: Host, visits: list[Booking], bearer: Any
):
    """The list says what either choice means; a decision answers with the booking, and is no longer waited for."""
    headers = await bearer(ada)
    listed = (await client.get("/api/v1/time-law", headers=headers)).json()
    first = listed["bookings"][0]
    assert (listed["tzdata_version"], len(listed["bookings"])) == ("2024b", 3)
    assert (first["wall_time_starts_at"], first["instant_starts_local"]) == ("2026-11-17T05:00:00Z", "2026-11-17T09:00")
    assert (first["recommended"], first["reason"]) == ("wall_time", None)
    path = f"/api/v1/bookings/{visits[0].uid}/clock"
    taken = await client.post(path, json={"keep": "wall_time"}, headers=headers)
    assert (taken.status_code, taken.json()["code"], taken.json()["reason"]) == (409, "slot_taken", "booked")
    kept = await client.post(path, json={"keep": "instant"}, headers=headers)
    assert (kept.status_code, kept.json()["sequence"]) == (200, 1)
    again = await client.post(path, json={"keep": "wall_time"}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
