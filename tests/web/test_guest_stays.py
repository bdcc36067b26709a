"""The pages of what is booked by the night: a date to come, a date to leave, the form, the ticket, a move (rule 69)."""

import re

import httpx2
import pytest

from cally.bookings import list_bookings
from cally.model.hosts import Host
from cally.store import Store
from tests import cast

pytestmark = pytest.mark.rule(69)


@pytest.fixture
async def ada(store: Store) -> Host:
    """Ada lets a cabin."""
    made = await cast.host(store, "Ada Lovelace")
    await cast.cabin(store, made)
    return made


def links(page: str, pattern: str) -> list[str]:
    """Addresses in a page, as a browser reads them."""
    return [found.replace("&amp;", "&") for found in re.findall(rf'href="({pattern})"', page)]


async def test_a_date_to_come_then_a_date_to_leave(client: httpx2.AsyncClient, ada: Host) -> None:
    """The month has links to come, the chosen date has one for each number of nights, and no script is needed."""
    page = (await client.get("/ada/cabin", params={"date": "2026-10-23"})).text
    assert "1–5 nights" in page
    leave = links(page, r"/ada/cabin\?slot=[^\"]+")
    assert [link.rpartition("=")[2] for link in leave] == ["1", "2", "3", "4", "5"]
    assert "booker.js" not in page
    assert "Sun 25 Oct" in page or "Sun, Oct 25" in page


async def test_a_stay_is_booked_from_the_page(client: httpx2.AsyncClient, ada: Host, store: Store) -> None:
    """The form says from when until when, and the booking has every night of it."""
    form = (await client.get("/ada/cabin", params={"slot": "2026-10-23T13:00Z", "nights": "2"})).text
    assert 'name="nights" value="2"' in form
    fields = {"slot": "2026-10-23T13:00Z", "nights": "2", "name": "Cleo", "email": "cleo@example.org", "key": "k"}
    done = await client.post("/ada/cabin", data=fields, headers={"sec-fetch-site": "same-origin"})
    assert done.status_code == 303
    (booking,) = await list_bookings(store.reader, host_id=ada.id)
    assert (booking.terms.nights, booking.ends_at) == (2, cast.at("2026-10-25 10:00"))
    ticket = (await client.get(done.headers["location"])).text
    assert "25 Oct" in ticket or "Oct 25" in ticket


async def test_a_stay_that_is_gone_has_others_of_its_length(client: httpx2.AsyncClient, ada: Host) -> None:
    """Whoever comes too late keeps the form, and is offered the nearest stays of as many nights."""
    fields = {"slot": "2026-10-23T13:00Z", "nights": "2", "name": "Cleo", "email": "cleo@example.org"}
    same = {"sec-fetch-site": "same-origin"}
    assert (await client.post("/ada/cabin", data={**fields, "key": "a"}, headers=same)).status_code == 303
    late = await client.post("/ada/cabin", data={**fields, "key": "b", "name": "Dora"}, headers=same)
    assert late.status_code == 409
    assert 'name="instead" value="2026-10-21T13:00Z"' in late.text
    assert 'value="Dora"' in late.text


async def test_a_stay_is_moved_with_its_nights(client: httpx2.AsyncClient, ada: Host, store: Store) -> None:
    """The page to move offers dates to come for the same number of nights, and the move keeps them."""
    fields = {"slot": "2026-10-23T13:00Z", "nights": "2", "name": "Cleo", "email": "cleo@example.org", "key": "k"}
    same = {"sec-fetch-site": "same-origin"}
    ticket = (await client.post("/ada/cabin", data=fields, headers=same)).headers["location"].partition("?")[0]
    page = (await client.get(f"{ticket}/reschedule", params={"date": "2026-10-24"})).text
    (link,) = links(page, rf"{ticket}/reschedule\?slot=[^\"]+")
    assert "slot=2026-10-24T13%3A00Z" in link
    assert "Sat 24 Oct" in page or "Sat, Oct 24" in page
    moved = await client.post(f"{ticket}/reschedule", data={"slot": "2026-10-24T13:00Z"}, headers=same)
    assert moved.status_code == 303
    (booking,) = await list_bookings(store.reader, host_id=ada.id)
    assert booking.ends_at == cast.at("2026-10-26 10:00")


async def test_a_full_house_says_so(client: httpx2.AsyncClient, ada: Host, store: Store) -> None:
    """A date on which nobody can come shows the next one on which somebody can."""
    fields = {"slot": "2026-10-23T13:00Z", "nights": "3", "name": "Cleo", "email": "cleo@example.org", "key": "k"}
    await client.post("/ada/cabin", data=fields, headers={"sec-fetch-site": "same-origin"})
    page = (await client.get("/ada/cabin", params={"date": "2026-10-24"})).text
    assert "Nobody can come on this date." in page
    assert links(page, r"/ada/cabin\?date=2026-10-26")
