"""A feed at its secret address: packed, versioned, closed to everybody else; and the pages on which it is made."""

import re
from dataclasses import replace
from typing import Any

import httpx2
import icalendar
import pytest

from cally.brakes.limits import SECRETS
from cally.model.hosts import Host
from cally.store import Store, feeds
from cally.web import build
from cally.web.doors import Doors
from tests.cast import ada, host
from tests.web.conftest import BASE, asking

PAGE = "/app/calendars/feeds"
BOOKING = {
    "host": "ada",
    "event_type": "intro",
    "starts_at": "2026-09-22T08:00:00Z",
    "guest": {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"},
}
FORM = {"name": "My bookings", "color": "teal", "past_days": "30", "future_days": "366", "shows_guests": "1"}


@pytest.fixture
async def owner(store: Store) -> Host:
    return await ada(store)


@pytest.fixture
async def url(client: httpx2.AsyncClient, owner: Host, bearer: Any) -> str:
    await client.post("/api/v1/bookings", json=BOOKING)
    made = await client.post("/api/v1/feeds", json={"name": "Bookings"}, headers=await bearer(owner))
    address: str = made.json()["url"]
    return address.removeprefix(BASE)


async def test_a_program_reads_it_packed_or_not(client: httpx2.AsyncClient, url: str) -> None:
    """As `text/calendar`, without signing in; nobody in between keeps it."""
    plain = await client.get(url, headers={"accept-encoding": "identity"})
    packed = await client.get(url, headers={"accept-encoding": "gzip"})
    assert plain.headers["content-type"] == "text/calendar; charset=utf-8"
    assert plain.headers["cache-control"] == "private, no-cache"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    (event,) = icalendar.Calendar.from_ical(plain.content).walk("VEVENT")
    assert str(event["summary"]) == "Intro call: Cleo"


async def test_who_has_it_is_not_sent_it_again(client: httpx2.AsyncClient, url: str) -> None:
    """304 to its `ETag`, until something is booked."""
    first = await client.get(url)
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", first.headers["last-modified"])
    known = {"if-none-match": first.headers["etag"]}
    again = await client.get(url, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    await client.post("/api/v1/bookings", json=BOOKING | {"starts_at": "2026-09-22T09:00:00Z"})
    assert (await client.get(url, headers=known)).status_code == 200


async def test_every_other_address_is_nothing(client: httpx2.AsyncClient, url: str) -> None:
    """A letter more, another ending, no ending: 404, all alike."""
    for wrong in (f"{url[:-4]}x.ics", url.removesuffix(".ics"), f"{url}.ics", "/feeds/.ics", f"/feeds/{'x' * 500}.ics"):
        assert (await client.get(wrong)).status_code == 404


async def test_who_tries_many_has_to_wait(doors: Doors, url: str) -> None:
    """The network that guesses is told when to come back, even with the right one; others read on."""
    app = build(replace(doors))
    async with asking(app, address="203.0.113.66") as mallory, asking(app, address="192.0.2.9") as client:
        for number in range(SECRETS.quota):
            assert (await mallory.get(f"/feeds/guess{number}.ics")).status_code == 404
        told = await mallory.get(url)
        assert (told.status_code, told.headers["retry-after"]) == (429, "1")
        assert (await client.get(url)).status_code == 200


async def test_a_new_address_closes_the_old_one(
    client: httpx2.AsyncClient, owner: Host, bearer: Any, store: Store, url: str
) -> None:
    """At once, whoever reads it; and so does removing it."""
    headers = await bearer(owner)
    (feed,) = await feeds.list_of(store.reader, owner.id)
    turned = await client.post(f"/api/v1/feeds/{feed.id}/rotation", headers=headers)
    after = turned.json()["url"].removeprefix(BASE)
    assert (await client.get(url)).status_code == 404
    assert (await client.get(after)).status_code == 200
    await client.delete(f"/api/v1/feeds/{feed.id}", headers=headers)
    assert (await client.get(after)).status_code == 404


async def test_a_token_that_may_only_read_is_not_told_the_address(
    client: httpx2.AsyncClient, owner: Host, bearer: Any, url: str
) -> None:
    """It would be a way to read on when the token is gone."""
    (shown,) = (await client.get("/api/v1/feeds", headers=await bearer(owner, "bookings:read"))).json()["feeds"]
    assert "url" not in shown
    assert url
    (shown,) = (await client.get("/api/v1/feeds", headers=await bearer(owner))).json()["feeds"]
    assert shown["url"] == f"{BASE}{url}"


async def test_a_host_makes_changes_and_closes_one_on_the_page(
    client: httpx2.AsyncClient, owner: Host, signed_in: Any, store: Store
) -> None:
    """The page shows its address, and what it shows in words."""
    cookie = {**await signed_in(owner), "origin": BASE}
    assert f'href="{PAGE}"' in (await client.get("/app/calendars", headers=cookie)).text
    assert (await client.post(PAGE, data=FORM, headers=cookie)).status_code == 303
    (feed,) = await feeds.list_of(store.reader, owner.id)
    page = (await client.get(PAGE, headers=cookie)).text
    shown = re.search(r'value="http://cally\.test(/feeds/[\w-]+\.ics)"', page)
    assert shown is not None
    assert "with guests" in page
    assert (await client.get(shown[1])).status_code == 200
    changed = {**FORM, "name": "Quiet", "past_days": "0"}
    del changed["shows_guests"]
    assert (await client.get(f"{PAGE}/{feed.id}", headers=cookie)).status_code == 200
    assert (await client.post(f"{PAGE}/{feed.id}", data=changed, headers=cookie)).status_code == 303
    (feed,) = await feeds.list_of(store.reader, owner.id)
    assert (feed.name, feed.shows_guests, feed.past_days) == ("Quiet", False, 0)
    assert (await client.post(f"{PAGE}/{feed.id}/rotation", headers=cookie)).status_code == 303
    assert (await client.get(shown[1])).status_code == 404
    assert (await client.post(f"{PAGE}/{feed.id}/removal", headers=cookie)).status_code == 303
    assert await feeds.list_of(store.reader, owner.id) == []


async def test_a_fault_is_shown_at_its_field(client: httpx2.AsyncClient, owner: Host, signed_in: Any) -> None:
    """And what was typed stays."""
    cookie = {**await signed_in(owner), "origin": BASE}
    told = await client.post(PAGE, data=FORM | {"name": "", "past_days": "900"}, headers=cookie)
    assert told.status_code == 422
    assert 'id="f-past_days-e"' in told.text


async def test_nobody_else_sees_or_turns_it(
    client: httpx2.AsyncClient, owner: Host, signed_in: Any, store: Store, url: str
) -> None:
    """Mallory, signed in as a host of her own, finds nothing there."""
    (feed,) = await feeds.list_of(store.reader, owner.id)
    cookie = {**await signed_in(await host(store, "Mallory")), "origin": BASE}
    for path in ("", "/rotation", "/removal"):
        assert (await client.post(f"{PAGE}/{feed.id}{path}", data=FORM, headers=cookie)).status_code == 404
    assert (await client.get(url)).status_code == 200
