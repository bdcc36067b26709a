"""`Idempotency-Key` on every POST: done once, answered as often as it is sent, whoever else sends the same word."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally.brakes import repeats
from cally.model.hosts import Host
from cally.store import Store, audit, schedules
from cally.store import calendars as stored_calendars
from cally.web import build
from cally.web.api.v1 import ENDPOINTS
from cally.web.doors import Doors
from tests.cast import ada, host
from tests.web.conftest import Watch, asking

API = "/api/v1"
HOURS = {"name": "Mornings", "tz": "UTC", "weekly": [{"days": ["mon"], "from": "08:00", "to": "12:00"}]}
KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
HOLD = {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z"}


@pytest.fixture
async def owner(store: Store) -> Host:
    return await ada(store)


@pytest.fixture
async def headers(owner: Host, bearer: Any) -> dict[str, str]:
    made: dict[str, str] = await bearer(owner)
    return made | KEY


async def names(store: Store, owner: Host) -> list[str]:
    return [schedule.name for schedule in await schedules.list_of(store.reader, owner.id)]


async def test_what_is_sent_twice_is_done_once(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str]
) -> None:
    """The second answer is the first one, to the letter, and says so."""
    first = await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    second = await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["location"] == first.headers["location"]
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")
    assert (await names(store, owner)).count("Mornings") == 1


async def test_another_request_with_the_key_is_refused(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str]
) -> None:
    """Whether its body is another one or the thing it is about; in another order the same body is the same."""
    await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    told = await client.post(f"{API}/schedules", json=HOURS | {"name": "Evenings"}, headers=headers)
    assert (told.status_code, told.json()["code"]) == (422, "idempotency_key_reused")
    turned = dict(reversed(HOURS.items()))
    assert (await client.post(f"{API}/schedules", json=turned, headers=headers)).status_code == 201
    assert "Evenings" not in await names(store, owner)


async def test_a_key_is_ones_own(
    client: httpx2.AsyncClient, store: Store, bearer: Any, headers: dict[str, str]
) -> None:
    """Mallory, who knows Ada's key and body, gets a schedule of her own, and nothing of Ada's."""
    first = await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    mallory = await bearer(await host(store, "Mallory")) | KEY
    second = await client.post(f"{API}/schedules", json=HOURS, headers=mallory)
    assert second.json()["id"] != first.json()["id"]
    assert "idempotency-replayed" not in second.headers


async def test_without_a_token_it_is_ones_networks(doors: Doors, owner: Host) -> None:
    """A hold is the one's who asked from there."""
    app = build(doors)
    async with asking(app, address="192.0.2.1") as cleo, asking(app, address="198.51.100.1") as stranger:
        held = await cleo.post(f"{API}/holds", json=HOLD, headers=KEY)
        again = await cleo.post(f"{API}/holds", json=HOLD, headers=KEY)
        other = await stranger.post(f"{API}/holds", json=HOLD, headers=KEY)
    assert (held.status_code, again.json()) == (201, held.json())
    assert (other.status_code, other.json()["code"]) == (409, "slot_taken")


async def test_a_refusal_is_not_kept(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str]
) -> None:
    """It changed nothing: the key may be tried again, with what is right."""
    wrong = await client.post(f"{API}/schedules", json=HOURS | {"tz": "Mars/Olympus"}, headers=headers)
    assert wrong.status_code == 422
    assert (await client.post(f"{API}/schedules", json=HOURS, headers=headers)).status_code == 201


async def test_a_day_later_the_key_is_new(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str], watch: Watch
) -> None:
    """And what was kept is swept away."""
    await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    watch.now += repeats.KEPT_SECONDS + 1
    again = await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
    assert (await names(store, owner)).count("Mornings") == 2
    await repeats.sweep_repeats(store, watch.now + repeats.KEPT_SECONDS + 1)
    row = await store.reader.row("SELECT count(*) FROM api_answer")
    assert row == (0,)


async def test_two_at_once_do_it_once(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str]
) -> None:
    """One is done, the others are told to wait, or answered as it was."""
    answers = await asyncio.gather(*(client.post(f"{API}/schedules", json=HOURS, headers=headers) for _ in range(8)))
    assert {(one.status_code, one.json().get("code")) for one in answers} <= {
        (201, None),
        (409, "idempotency_key_in_use"),
    }
    assert (await names(store, owner)).count("Mornings") == 1
    assert all(one.headers["retry-after"] == "1" for one in answers if one.status_code == 409)


async def test_if_its_answer_is_lost_it_is_not_done_again(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine stops behind the transaction that did it and before the answer is kept: the key is on the disk."""

    async def stopped(*_: object, **__: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(repeats, "keep_answer", stopped)
    assert (await client.post(f"{API}/schedules", json=HOURS, headers=headers)).status_code == 500
    monkeypatch.undo()
    told = await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    assert (told.status_code, told.json()["code"]) == (409, "answer_lost")
    assert (await names(store, owner)).count("Mornings") == 1


async def test_if_it_is_not_done_the_key_is_not_taken(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same within the transaction: neither the thing nor the key is there."""

    async def stopped(*_: object, **__: object) -> None:
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(audit, "insert", stopped)
    assert (await client.post(f"{API}/schedules", json=HOURS, headers=headers)).status_code == 500
    monkeypatch.undo()
    assert await names(store, owner) == ["Working hours"]
    assert (await client.post(f"{API}/schedules", json=HOURS, headers=headers)).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256, "caf\u00e9".encode("latin-1"), "a\tb"])
async def test_a_key_is_a_word_of_printable_letters(
    client: httpx2.AsyncClient, headers: dict[str, str], key: str | bytes
) -> None:
    """Anything else is 422 and names the header."""
    told = await client.post(f"{API}/schedules", json=HOURS, headers={**headers, "idempotency-key": key})  # type: ignore[dict-item]
    assert (told.status_code, told.json()["field"]) == (422, "Idempotency-Key")


async def test_what_is_kept_is_sealed(
    client: httpx2.AsyncClient, store: Store, owner: Host, headers: dict[str, str]
) -> None:
    """A secret in an answer is not to be read in the database."""
    made = await client.post(f"{API}/feeds", json={"name": "Bookings"}, headers=headers)
    secret = made.json()["url"].rpartition("/")[2].removesuffix(".ics")
    row = await store.reader.row("SELECT answer FROM api_answer")
    assert row is not None
    assert secret.encode() not in bytes(row[0])
    assert (await client.post(f"{API}/feeds", json={"name": "Bookings"}, headers=headers)).json() == made.json()


async def test_what_writes_nothing_is_done_once_as_well(
    doors: Doors, store: Store, owner: Host, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calendar read out of turn; its key is kept after it."""
    async with asking(build(replace(doors))) as client:
        calendar = {"address": "http://127.0.0.1:9/x.ics"}
        made = (await client.post(f"{API}/calendars", json=calendar, headers=headers)).json()
        for _ in range(2):
            told = await client.post(f"{API}/calendars/{made['id']}/reading", headers=headers)
            assert told.status_code == 200
        assert told.headers["idempotency-replayed"] == "true"
    assert len(await stored_calendars.list_of(store.reader, owner.id)) == 1


def test_every_post_takes_a_key() -> None:
    """Of all that there are; bookings keep theirs themselves."""
    from cally.web.api.openapi import document  # noqa: PLC0415 - for this one alone

    paths = document("http://cally.test")["paths"]
    for endpoint in ENDPOINTS:
        if endpoint.method == "POST":
            headers = [one["name"] for one in paths[f"{API}{endpoint.path}"]["post"]["parameters"]]
            assert "Idempotency-Key" in headers, endpoint.path
