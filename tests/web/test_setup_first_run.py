"""The first run: from the printed address to a link that can be booked, in three screens."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cally import accounts
from cally.config import load
from cally.ops.live import Live
from cally.store import Store, event_types, hosts, schedules, settings
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada
from tests.web.conftest import BASE, Watch, asking
from tests.web.desks import FORM, words
from tests.web.forms_of import fields

ADA = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "password": "seven quiet otters knitting",
    "tz": "Europe/Berlin",
    "locale": "en-GB",
}


@pytest.fixture
async def live_doors(doors: Doors, store: Store, vault: Vault, tmp_path: Path) -> Doors:
    """Doors whose public address and mail server are the database's, as in a running process."""
    live = Live(store, vault, load({"CALLY_STATE_DIR": str(tmp_path)}), fallback="http://127.0.0.1:8080")
    await live.reload()
    return replace(doors, public_url=live.public_url, mail=live.mail, reload=live.reload, fixed=frozenset())


async def test_the_three_screens_lead_to_a_link(live_doors: Doors, store: Store):
    """Sent as they are filled in, they make an admin, hours and an event type."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        assert "Who are you?" in words(await client.get(f"/setup/{token}"))
        assert (await client.post(f"/setup/{token}", data=ADA)).headers["location"] == "/setup/hours"
        week = fields((await client.get("/setup/hours")).text, "/setup/hours")
        assert (await client.post("/setup/hours", data=week)).headers["location"] == "/setup/link"
        link = fields((await client.get("/setup/link")).text, "/setup/link")
        assert (await client.post("/setup/link", data=link)).headers["location"] == "/setup/done"
        page = await client.get("/setup/done")
    assert "http://cally.test/ada-lovelace/intro-call" in page.text
    owner = await hosts.by_slug(store.reader, "ada-lovelace")
    assert owner is not None
    assert (owner.tz, owner.locale) == ("Europe/Berlin", "en-GB")
    assert len(await schedules.list_of(store.reader, owner.id)) == 1
    assert [item.slug for item in await event_types.list_of(store.reader, owner.id)] == ["intro-call"]


@pytest.mark.parametrize("ticked", [False, True])
async def test_holidays_are_offered_and_never_kept_silently(live_doors: Doors, store: Store, ticked: bool):
    """The zone's country is named beside an empty box; only who ticks it is closed on them."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        await client.post(f"/setup/{token}", data=ADA)
        page = await client.get("/setup/hours")
        assert "Closed on public holidays: Germany" in words(page)
        week = fields(page.text, "/setup/hours")
        await client.post("/setup/hours", data=week | ({"holidays": "1"} if ticked else {}))
    owner = await hosts.by_slug(store.reader, "ada-lovelace")
    assert owner is not None
    (made,) = await schedules.list_of(store.reader, owner.id)
    assert (made.public_holidays is not None) == ticked


async def test_the_public_address_is_the_one_the_admin_came_by(live_doors: Doors, store: Store):
    """Unless one was set before."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        await client.post(f"/setup/{token}", data=ADA)
    assert await settings.value(store.reader, "public_url") == BASE
    assert live_doors.public_url() == BASE


async def test_an_address_fixed_by_the_operator_stays(live_doors: Doors, store: Store):
    """Nothing is written over what the environment says."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(replace(live_doors, fixed=frozenset({"public_url"})))) as client:
        await client.post(f"/setup/{token}", data=ADA)
    assert await settings.value(store.reader, "public_url") is None


async def test_the_public_address_is_not_changed_by_whoever_finds_an_old_session(
    live_doors: Doors, store: Store, watch: Watch
):
    """Mails with secrets in them lead there, so the admin proves who they are here as on the page of settings."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        await client.post(f"/setup/{token}", data=ADA)
        link = fields((await client.get("/setup/link")).text, "/setup/link")
        watch.now += 301
        evil = await client.post("/setup/link", data=link | {"public_url": "https://mallory.example"})
        assert evil.headers["location"] == "/sign-in/again?next=/setup/link"
        assert live_doors.public_url() == BASE
        assert (await client.post("/setup/link", data=link)).headers["location"] == "/setup/done"


async def test_faults_are_shown_and_the_password_is_not(live_doors: Doors, store: Store):
    """The address stays open until the form is right."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        answer = await client.post(f"/setup/{token}", data=ADA | {"email": "nobody"})
        assert answer.status_code == 422
        assert "This is not an e-mail address" in words(answer)
        assert "Ada Lovelace" in answer.text
        assert ADA["password"] not in answer.text
        assert (await client.post(f"/setup/{token}", data=ADA)).status_code == 303


async def test_the_zone_is_guessed_from_the_language(live_doors: Doors, store: Store):
    """Without scripts the region of the browser's language chooses."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        page = await client.get(f"/setup/{token}", headers={"accept-language": "sv-SE,sv;q=0.8"})
    assert '<option value="Europe/Stockholm" selected>' in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_address_works_once(live_doors: Doors, store: Store, method: str):
    """Used, wrong or made after the first account: a plain sentence, and nobody is let in."""
    token = await accounts.make_setup_link(store, NOW)
    await ada(store)
    async with _browser(build(live_doors)) as client:
        answer = await client.request(method, f"/setup/{token}", data=ADA if method == "POST" else None)
        assert answer.status_code == 404
        assert "This set-up address does not work" in words(answer)
        assert (await client.get("/app")).status_code == 303
    assert len(await accounts.list_accounts(store.reader)) == 1


async def test_the_later_screens_can_be_skipped_and_come_back_to(live_doors: Doors, store: Store):
    """Whoever leaves after the first screen has a desk, and nothing that can be booked."""
    token = await accounts.make_setup_link(store, NOW)
    async with _browser(build(live_doors)) as client:
        await client.post(f"/setup/{token}", data=ADA)
        assert (await client.get("/setup/done")).headers["location"] == "/setup/link"
        said = words(await client.get("/app"))
        assert "Getting started" in said
        assert "Offer something that can be booked" in said


def _browser(app: Any) -> httpx2.AsyncClient:
    client = asking(app)
    client.headers.update(FORM)
    return client
