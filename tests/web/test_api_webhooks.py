"""Webhooks by the API: a program subscribes, is told, looks at what came of it, and unsubscribes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest

from cally.store import Store
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import ada, at, host
from tests.notify.receivers import LOCAL, Receiver, receiving
from tests.notify.webhook_world import verify, work
from tests.web.conftest import asking
from tests.web.desks import cleo_books

API = "/api/v1/webhooks"
# What only guests or hosts are told by the API, and nothing else is told by a webhook.
NOT_TOLD = {"manage_url", "ics_url", "decisions", "links"}
ONLY_TOLD = {"team", "previous_starts_at", "previous_hosts", "reminder_minutes"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def client(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(build(replace(doors, allowed_networks=LOCAL))) as made:
        yield made


async def test_a_program_subscribes_is_told_and_unsubscribes(
    client: httpx2.AsyncClient, store: Store, vault: Vault, bearer: Any, receiver: Receiver
) -> None:
    """As Zapier does: POST with an address, an id and a secret back, DELETE in the end."""
    headers = await bearer(await ada(store), "webhooks:read", "webhooks:write")
    made = await client.post(API, json={"url": receiver.url, "types": ["booking.confirmed"]}, headers=headers)
    assert made.status_code == 201
    hook = made.json()
    assert (hook["name"], hook["state"], hook["types"]) == ("127.0.0.1", "on", ["booking.confirmed"])
    assert "s3cr3t-path" not in made.text
    await cleo_books(store, at("2026-09-22 08:00"))
    await work(store, vault)
    assert verify(hook["secret"], receiver.got[0])["type"] == "booking.confirmed"
    seen = await client.get(f"{API}/{hook['id']}", headers=headers)
    assert "secret" not in seen.json()
    (sent,) = (await client.get(f"{API}/{hook['id']}/deliveries", headers=headers)).json()["deliveries"]
    whole = (await client.get(f"{API}/{hook['id']}/deliveries/{sent['id']}", headers=headers)).json()
    assert whole["tried"][0]["status"] == 204
    assert whole["request_headers"]["webhook-id"] == receiver.got[0].headers["webhook-id"]
    assert whole["request_body"].encode() == receiver.got[0].body
    assert (await client.delete(f"{API}/{hook['id']}", headers=headers)).status_code == 204
    await cleo_books(store, at("2026-09-22 09:00"))
    await work(store, vault)
    assert len(receiver.got) == 1


async def test_what_is_told_is_what_the_api_says(
    client: httpx2.AsyncClient, store: Store, vault: Vault, bearer: Any, receiver: Receiver
) -> None:
    """Field by field the same as `GET /bookings/{uid}`, for who reads one knows the other."""
    headers = await bearer(await ada(store))
    await client.post(API, json={"url": receiver.url}, headers=headers)
    booking = await cleo_books(store, at("2026-09-22 08:00"))
    await work(store, vault)
    told = msgspec.json.decode(receiver.got[0].body)["data"]
    said = (await client.get(f"/api/v1/bookings/{booking.uid}", headers=headers)).json()
    assert told.keys() - ONLY_TOLD - {"series"} == said.keys() - NOT_TOLD - {"series"}
    for field in told.keys() - ONLY_TOLD - {"series"}:
        assert told[field] == said[field], field


async def test_samples_are_of_every_type(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """All of them, or one."""
    headers = await bearer(await ada(store), "webhooks:read")
    every = (await client.get(f"{API}/samples", headers=headers)).json()["samples"]
    assert len({one["type"] for one in every}) == 7
    (one,) = (await client.get(f"{API}/samples?type=booking.no_show", headers=headers)).json()["samples"]
    assert one["data"]["no_show"] is True


async def test_it_is_tried_changed_paused_and_given_another_secret(
    client: httpx2.AsyncClient, store: Store, bearer: Any, receiver: Receiver
) -> None:
    """Each says what came of it."""
    headers = await bearer(await ada(store), "webhooks:read", "webhooks:write")
    place = f"{API}/{(await client.post(API, json={'url': receiver.url}, headers=headers)).json()['id']}"
    receiver.answers.append((404, b"no such hook"))
    tried = (await client.post(f"{place}/test", headers=headers)).json()
    assert (tried["delivered"], tried["status"], tried["body"]) == (False, 404, "no such hook")
    sent = {"name": "Sheet", "template": '{"t": "{{data.title}}"}', "active": False}
    changed = (await client.patch(place, json=sent, headers=headers)).json()
    assert (changed["name"], changed["template"], changed["state"]) == ("Sheet", sent["template"], "paused")
    rotated = (await client.post(f"{place}/secret", headers=headers)).json()
    assert rotated["secret"].startswith("whsec_")
    assert rotated["old_secret_signs_until"] == "2026-09-22T06:00:00Z"
    (delivery,) = (await client.get(f"{place}/deliveries", headers=headers)).json()["deliveries"]
    refused = await client.post(f"{place}/deliveries/{delivery['id']}/replay", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "https://example.org", "template": "{"}, "template"),
        ({"url": "https://example.org", "event_types": ["1"]}, "event_types"),
        ({"url": "https://example.org", "team": "nobodys"}, "team"),
        ({"url": "https://example.org", "instance": True}, "instance"),
        ({"url": "https://example.org", "types": ["booking.paid"]}, "types[0]"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    client: httpx2.AsyncClient, store: Store, bearer: Any, sent: dict[str, Any], field: str
) -> None:
    """And nothing is kept."""
    headers = await bearer(await ada(store), "webhooks:read", "webhooks:write")
    answer = await client.post(API, json=sent, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await client.get(API, headers=headers)).json()["webhooks"] == []


async def test_the_whole_server_is_told_to_an_admins_token_alone(
    client: httpx2.AsyncClient, store: Store, bearer: Any, receiver: Receiver
) -> None:
    """An admin's token without the power to administer acts for the host that they are as well."""
    root = await host(store, "Root", role="admin")
    wanted = {"url": receiver.url, "instance": True}
    weak = await client.post(API, json=wanted, headers=await bearer(root, "webhooks:write"))
    assert weak.status_code == 422
    strong = await client.post(API, json=wanted, headers=await bearer(root, "webhooks:write", "admin:write"))
    assert (strong.status_code, strong.json()["belongs_to"]) == (201, "instance")
