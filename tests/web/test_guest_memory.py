"""Booking pages answered from memory are exactly right, and say nothing about anybody."""

import gzip
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from httpx2 import AsyncClient

from cally.notify import MailSettings
from cally.store import Store, event_types, hosts
from cally.web import build
from cally.web.doors import Doors
from cally.web.pages.public.remembered import PAGE_BYTES, Pages
from tests.cast import NOW, ada
from tests.web.conftest import asking
from tests.web.guests import booked, look, words

DAY = "/ada/intro?date=2026-09-22"


@pytest.mark.rule(47)
async def test_a_booked_time_is_gone_from_the_very_next_page(store: Store, client: AsyncClient) -> None:
    """Sixteen times before, fifteen after: no page outlives what it was made from."""
    await ada(store)
    before = await look(client, DAY)
    await booked(client, "2026-09-22T08:00Z")
    after = await look(client, DAY)
    assert ("16 times free" in words(before), "15 times free" in words(after)) == (True, True)


@pytest.mark.rule(40)
async def test_time_passing_takes_times_away(store: Store, client: AsyncClient, watch: Any) -> None:
    """An hour and a minute into the working day, its first three times are over."""
    await ada(store)
    await look(client, "/ada/intro")
    watch.now = NOW + 3_600 + 3_660
    assert "13 times free" in words(await look(client, "/ada/intro"))


async def test_a_changed_title_and_a_changed_name_show_at_once(store: Store, client: AsyncClient) -> None:
    """What a host edits is on the next page."""
    host = await ada(store)
    found = await event_types.by_slug(store.reader, host.id, "intro")
    assert found is not None
    await look(client, "/ada/intro")
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(found, title="First chat"), now=NOW)
        await hosts.update(tx, msgspec.structs.replace(host, name="Ada King"))
    said = words(await look(client, "/ada/intro"))
    assert ("First chat" in said, "Ada King" in said) == (True, True)


async def test_a_page_in_memory_holds_nothing_of_whoever_asked(store: Store, client: AsyncClient) -> None:
    """Two guests with different cookies get the same bytes, no cookie is set and no key is in the form."""
    await ada(store)
    one = await look(client, "/ada/intro", cookie="cally=secret-of-cleo")
    two = await look(client, "/ada/intro", cookie="cally=secret-of-mallory")
    assert one.content == two.content
    assert "set-cookie" not in one.headers
    assert 'name="key" value=""' in one.text


async def test_language_theme_clock_and_zone_are_not_mixed_up(store: Store, client: AsyncClient) -> None:
    """Each has a page of its own."""
    await ada(store)
    ways: list[dict[str, str]] = [
        {"cookie": "cally-theme=dark"},
        {"cookie": "cally-clock=12"},
        {"cookie": "cally-tz=Asia/Tokyo"},
        {"accept-language": "en-US"},
        {},
    ]
    pages = [(await look(client, "/ada/intro", **headers)).text for headers in ways]
    assert len(set(pages)) == len(ways)
    assert 'data-theme="dark"' in pages[0]
    assert "9:00 am" in pages[1]


async def test_a_browser_that_has_the_page_is_told_so(store: Store, client: AsyncClient) -> None:
    """The tag of a page answers 304 until the page changes."""
    await ada(store)
    tag = (await look(client, "/ada/intro")).headers["etag"]
    same = await look(client, "/ada/intro", **{"if-none-match": tag})
    await booked(client, "2026-09-22T08:00Z")
    changed = await look(client, "/ada/intro", **{"if-none-match": tag})
    assert (same.status_code, changed.status_code) == (304, 200)


async def test_a_page_is_packed_for_those_who_can_unpack(store: Store, app: Any) -> None:
    """Under gzip and plain it is the same page."""
    await ada(store)
    async with asking(app) as client:
        plain = await look(client, "/ada/intro", **{"accept-encoding": "identity"})
        async with client.stream(
            "GET", "/ada/intro", headers={"accept-encoding": "gzip", "accept-language": "en-GB"}
        ) as packed:
            raw = b"".join([part async for part in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content


async def test_whether_mail_is_sent_is_said_plainly(store: Store, doors: Doors) -> None:
    """Without a mail server nothing pretends to be sent; with one the invitation is announced."""
    await ada(store)
    said = []
    for mail in (None, MailSettings(host="mail.example.org", port=25)):
        async with asking(build(replace(doors, mail=lambda mail=mail: mail))) as client:
            form = words(await look(client, "/ada/intro?slot=2026-09-22T08:00Z"))
            slot = "2026-09-22T09:00Z" if mail else "2026-09-22T11:00Z"
            said.append(form + words(await look(client, await booked(client, slot) + "?new=1")))
    assert "sends no e-mail" in said[0]
    assert "is on its way to cleo@example.org" not in said[0]
    assert "You will get a calendar invitation by e-mail" in said[1]
    assert "is on its way to cleo@example.org" in said[1]


def test_pages_are_bounded_in_bytes() -> None:
    """Everybody may ask for a page that nobody has asked for before; what was asked for longest ago goes."""
    pages = Pages(most_bytes=10 * (PAGE_BYTES + 1_100))
    for number in range(100):
        pages.keep(number % 40, Any, None, "x" * 1_000)  # type: ignore[arg-type] # no offer is looked at
    assert 9 <= len(pages._known) <= 10
    assert pages.get(19) is not None
