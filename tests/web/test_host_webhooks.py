"""Webhooks at a host's desk: added, tried, looked into and sent again, with secrets shown once and addresses never."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from cally.model.accounts import Account
from cally.model.teams import Team, TeamMember
from cally.notify import webhooks as hooks
from cally.store import Store, accounts, teams
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada, at, host
from tests.notify.receivers import LOCAL, Receiver, receiving
from tests.notify.webhook_world import hooked, verify, work
from tests.web.desks import SignedIn, cleo_books, desk, words

PATH = "/app/webhooks"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
def local(doors: Doors) -> Any:
    """The application, which may speak to this machine."""
    return build(replace(doors, allowed_networks=LOCAL))


async def account(store: Store, id: int) -> Account:
    found = await accounts.by_id(store.reader, id)
    assert found is not None
    return found


async def test_a_webhook_is_added_and_its_secret_shown_once(
    local: Any, store: Store, vault: Vault, signed_in: SignedIn, receiver: Receiver
) -> None:
    """The secret on the page that follows is the one that signs; no page says it again, or the address."""
    owner = await ada(store)
    async with desk(local, signed_in, owner) as client:
        made = await client.post(PATH, data={"url": receiver.url, "name": "Guest list", "types": "booking.confirmed"})
        assert made.status_code == 201
        found = SECRET.search(made.text)
        assert found is not None
        (webhook,) = await hooks.list_webhooks(store.reader, await account(store, owner.id))
        pages = [await client.get(path) for path in (PATH, f"{PATH}/{webhook.id}")]
    assert "Guest list" in words(pages[0])
    for page in pages:
        assert not SECRET.search(page.text)
        assert "s3cr3t-path" not in page.text
    assert "s3cr3t-path" not in made.text
    await cleo_books(store, at("2026-09-22 08:00"))
    await work(store, vault)
    assert verify(found[0], receiver.got[0])["type"] == "booking.confirmed"


async def test_what_is_wrong_is_said_beside_its_field(local: Any, store: Store, signed_in: SignedIn) -> None:
    """An address that is none, and a template that is no JSON; nothing is kept."""
    owner = await ada(store)
    async with desk(local, signed_in, owner) as client:
        wrong = await client.post(PATH, data={"url": "nowhere", "types": "booking.confirmed"})
        shaped = await client.post(PATH, data={"url": "https://example.org/", "template": '{"a": "{{data.secret}}"}'})
    assert (wrong.status_code, shaped.status_code) == (422, 422)
    assert "it begins with https://" in words(wrong)
    assert "There is no {{data.secret}} in an event" in words(shaped)
    assert await hooks.list_webhooks(store.reader, await account(store, owner.id)) == []


async def test_a_test_shows_what_was_answered(
    local: Any, store: Store, vault: Vault, signed_in: SignedIn, receiver: Receiver
) -> None:
    """At once, on the same page: the status in words, and the beginning of what came back, as text."""
    owner = await ada(store)
    webhook, _ = await hooked(store, vault, owner, receiver.url)
    receiver.answers.append((500, b"<script>alert(1)</script> no such sheet"))
    async with desk(local, signed_in, owner) as client:
        page = await client.post(f"{PATH}/{webhook.id}/test")
        assert page.status_code == 200
        assert "The receiver answered 500." in words(page)
        assert "no such sheet" in words(page)
        assert "<script>alert" not in page.text
        well = await client.post(f"{PATH}/{webhook.id}/test")
    assert "Taken, with 204." in words(well)


async def test_a_delivery_is_looked_into_and_sent_again(
    local: Any, store: Store, vault: Vault, signed_in: SignedIn, receiver: Receiver
) -> None:
    """The request with its signature masked, each answer, and a button that sends it once more."""
    owner = await ada(store)
    webhook, _ = await hooked(store, vault, owner, receiver.url)
    await cleo_books(store, at("2026-09-22 08:00"))
    receiver.answers.append((400, b"no"))
    await work(store, vault)
    async with desk(local, signed_in, owner) as client:
        listed = await client.get(f"{PATH}/{webhook.id}")
        (place,) = re.findall(rf"{PATH}/{webhook.id}/deliveries/\d+", listed.text)
        page = await client.get(place)
        assert "The receiver answered 400." in words(page)
        assert "webhook-signature: v1,••••" in words(page)
        assert "cleo@example.org" in page.text
        again = await client.post(f"{place}/replay")
        assert again.status_code == 303
        await work(store, vault)
        assert "Taken, with 204." in words(await client.get(place))
    assert len(receiver.got) == 2


async def test_a_new_secret_is_shown_once(
    local: Any, store: Store, vault: Vault, signed_in: SignedIn, receiver: Receiver
) -> None:
    """Until when the old one signs as well is said; or that it does not."""
    owner = await ada(store)
    webhook, old = await hooked(store, vault, owner, receiver.url)
    async with desk(local, signed_in, owner) as client:
        page = await client.post(f"{PATH}/{webhook.id}/secret")
        (new, *_) = SECRET.findall(page.text)
        assert new != old
        assert "The old secret signs as well until" in words(page)
        ended = await client.post(f"{PATH}/{webhook.id}/secret", data={"at_once": "1"})
        assert "The old secret signs" not in words(ended)
        assert not SECRET.search((await client.get(f"{PATH}/{webhook.id}")).text)


async def test_it_is_changed_paused_switched_on_and_removed(
    local: Any, store: Store, vault: Vault, signed_in: SignedIn, receiver: Receiver
) -> None:
    """An empty address keeps the one there is."""
    owner = await ada(store)
    webhook, _ = await hooked(store, vault, owner, receiver.url)
    place = f"{PATH}/{webhook.id}"
    async with desk(local, signed_in, owner) as client:
        sent = {"name": "Sheet", "url": "", "types": "booking.cancelled", "template": '{"t": "{{type}}"}'}
        assert (await client.post(place, data=sent)).status_code == 303
        assert "Sheet" in words(await client.get(place))
        await client.post(f"{place}/state")
        assert "paused" in words(await client.get(place))
        await client.post(f"{place}/state")
        (kept,) = await hooks.list_webhooks(store.reader, await account(store, owner.id))
        assert (kept.state, kept.types, kept.url_sealed) == ("on", ("booking.cancelled",), webhook.url_sealed)
        assert (await client.post(f"{place}/removal")).status_code == 303
        assert (await client.get(place)).status_code == 404


async def test_whose_bookings_is_offered_to_who_may(
    local: Any, store: Store, signed_in: SignedIn, receiver: Receiver
) -> None:
    """A manager has their team's, an admin the whole server; for others there is no such choice."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    root = await host(store, "Root", role="admin")
    team = Team(id=77, slug="support", name="Night watch")
    async with store.write() as tx:
        await teams.insert(tx, team, now=NOW)
        await teams.insert_member(tx, TeamMember(team_id=team.id, host_id=owner.id, manages=True), now=NOW)
        await teams.insert_member(tx, TeamMember(team_id=team.id, host_id=ben.id, manages=False), now=NOW)
    async with desk(local, signed_in, owner) as client:
        assert "Those of “Night watch”" in words(await client.get(PATH))
        assert (await client.post(PATH, data={"url": receiver.url, "whose": "77"})).status_code == 201
    async with desk(local, signed_in, ben) as client:
        assert "Night watch" not in words(await client.get(PATH))
        for whose in ("77", "instance"):
            assert (await client.post(PATH, data={"url": receiver.url, "whose": whose})).status_code == 422
    async with desk(local, signed_in, root) as client:
        assert (await client.post(PATH, data={"url": receiver.url, "whose": "instance"})).status_code == 201
        assert "Every booking on this server" in words(await client.get(PATH))
