"""Rooms through the API: made, needed, raced for, looked at; and what guests never learn."""

import asyncio
from typing import Any

import apsw
import httpx2
import pytest

from cally.model.hosts import Host
from cally.store import Store, sqlite
from tests.cast import NOW, event_type, host, schedule
from tests.conftest import KEY
from tests.web.conftest import asking

TEN = "2026-09-22T08:00:00Z"
GUEST = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
DAY = "/slots?from=2026-09-22&to=2026-09-22&tz=UTC"


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben, each with the event type `meet` of half an hour."""
    hosts = (await host(store, "Ada Lovelace"), await host(store, "Ben Okri"))
    for one in hosts:
        await event_type(store, await schedule(store, one), "meet")
    return hosts


async def room(client: httpx2.AsyncClient, headers: Any, name: str = "Red room", **more: Any) -> str:
    answer = await client.post("/api/v1/resources", json={"name": name, **more}, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def needs(client: httpx2.AsyncClient, headers: Any, *rooms: str) -> httpx2.Response:
    """The host's only event type needs one of these."""
    (known,) = (await client.get("/api/v1/event-types", headers=headers)).json()["event_types"]
    wanted = {"resources": [{"id": one, "group": "Room"} for one in rooms]}
    return await client.patch(f"/api/v1/event-types/{known['id']}", json=wanted, headers=headers)


async def books(client: httpx2.AsyncClient, slug: str, starts_at: str = TEN) -> httpx2.Response:
    wanted = {"host": slug, "event_type": "meet", "starts_at": starts_at, "guest": GUEST}
    return await client.post("/api/v1/bookings", json=wanted)


async def starts(client: httpx2.AsyncClient, slug: str) -> list[str]:
    slots = (await client.get(f"/api/v1/hosts/{slug}/event-types/meet{DAY}")).json()["slots"]
    return [slot["starts_at"][11:16] for slot in slots]


@pytest.mark.rule(47, 66)
async def test_two_hosts_at_once_and_one_room(app: Any, client: httpx2.AsyncClient, pair: Any, bearer: Any):
    """Of guests of both hosts who ask together exactly one is booked; the others get other times."""
    headers = [await bearer(one) for one in pair]
    red = await room(client, headers[0])
    for one in headers:
        assert (await needs(client, one, red)).status_code == 200
    async with asking(app, address="192.0.2.10") as other:
        answers = await asyncio.gather(*(books(guest, slug) for guest in (client, other) for slug in ("ada", "ben")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    lost = next(answer for answer in answers if answer.status_code == 409).json()
    assert (lost["code"], "room" in str(lost).lower()) == ("slot_taken", False)
    assert lost["alternatives"]


@pytest.mark.rule(66)
async def test_any_of_these_rooms_is_the_first_that_is_free(client: httpx2.AsyncClient, pair: Any, bearer: Any):
    """In the order of the event type, not of names or of making; the booking says which it was."""
    headers = [await bearer(one) for one in pair]
    red, blue = await room(client, headers[0]), await room(client, headers[0], "Blue room")
    for one in headers:
        answer = await needs(client, one, red, blue)
        assert [need["id"] for need in answer.json()["resources"]] == [red, blue]
    taken = [(await books(client, slug)).json()["resources"] for slug in ("ada", "ben")]
    assert taken == [["Red room"], ["Blue room"]]


@pytest.mark.rule(66)
async def test_whatever_changes_a_room_changes_the_slots_that_are_shown(
    client: httpx2.AsyncClient, pair: Any, bearer: Any
):
    """Asked in between, so that memory would answer: hours, a block, its end, another's booking and its cancelling."""
    headers = await bearer(pair[0])
    red = await room(client, headers)
    for one in pair:
        await needs(client, await bearer(one), red)
    assert len(await starts(client, "ada")) == 16
    noon = {"tz": "UTC", "weekly": [{"days": ["tue"], "from": "08:00", "to": "10:00"}]}
    await client.patch(f"/api/v1/resources/{red}", json={"hours": noon}, headers=headers)
    assert await starts(client, "ada") == ["08:00", "08:30", "09:00", "09:30"]
    block = {"starts_at": TEN, "ends_at": "2026-09-22T09:30:00Z", "note": "Being painted"}
    made = await client.post(f"/api/v1/resources/{red}/blocks", json=block, headers=headers)
    assert await starts(client, "ada") == ["09:30"]
    await client.delete(f"/api/v1/resources/{red}/blocks/{made.json()['uid']}", headers=headers)
    booked = (await books(client, "ben")).json()
    assert await starts(client, "ada") == ["08:30", "09:00", "09:30"]
    token = {"x-manage-token": booked["manage_url"].rpartition("/")[2]}
    await client.post(f"/api/v1/bookings/{booked['uid']}/cancellation", json={}, headers=token)
    assert await starts(client, "ada") == ["08:00", "08:30", "09:00", "09:30"]
    await client.patch(f"/api/v1/resources/{red}", json={"hours": None}, headers=headers)
    assert len(await starts(client, "ada")) == 16


@pytest.mark.rule(39)
async def test_others_learn_by_whom_it_is_booked_and_guests_nothing(client: httpx2.AsyncClient, pair: Any, bearer: Any):
    """Ben sees that Ada has the room; her guest's name and the uid are hers."""
    headers = [await bearer(one) for one in pair]
    red = await room(client, headers[0], note="The key is at the reception")
    await needs(client, headers[0], red)
    uid = (await books(client, "ada")).json()["uid"]
    seen = [
        (await client.get(f"/api/v1/resources/{red}/uses?from=2026-09-22&to=2026-09-22", headers=one)).json()["uses"]
        for one in headers
    ]
    assert [(use["by"], use["booking"]) for (use,) in seen] == [("Ada Lovelace", uid), ("Ada Lovelace", None)]
    public = await client.get("/api/v1/hosts/ada/event-types/meet")
    assert "room" not in public.text.lower()


async def test_who_may_use_a_room_may_not_change_it(client: httpx2.AsyncClient, pair: Any, bearer: Any, store: Store):
    """Ben is told so; an admin may."""
    red = await room(client, await bearer(pair[0]))
    ben, root = await bearer(pair[1]), await bearer(await host(store, "Root", role="admin"))
    for headers, status in ((ben, 404), (root, 200)):
        answer = await client.patch(f"/api/v1/resources/{red}", json={"name": "Mine"}, headers=headers)
        assert answer.status_code == status
    assert (await client.delete(f"/api/v1/resources/{red}", headers=ben)).status_code == 404


async def test_a_room_that_is_needed_is_not_archived(client: httpx2.AsyncClient, pair: Any, bearer: Any):
    """409, with the titles that need it."""
    headers = await bearer(pair[0])
    red = await room(client, headers)
    await needs(client, headers, red)
    answer = await client.delete(f"/api/v1/resources/{red}", headers=headers)
    assert (answer.status_code, answer.json()["titles"]) == (409, ["Intro call"])
    await needs(client, headers)
    assert (await client.delete(f"/api/v1/resources/{red}", headers=headers)).status_code == 204
    assert (await needs(client, headers, red)).status_code == 422


@pytest.mark.rule(66)
async def test_the_database_refuses_an_overlap_of_a_room_whoever_writes(
    client: httpx2.AsyncClient, pair: Any, bearer: Any, store: Store, tmp_path: Any
):
    """A statement typed by hand is refused as well."""
    headers = await bearer(pair[0])
    red = await room(client, headers)
    await needs(client, headers, red)
    assert (await books(client, "ada")).status_code == 201
    by_hand = sqlite.connect(tmp_path / "cally.db", KEY)
    with pytest.raises(apsw.ConstraintError, match="overlaps"):
        by_hand.execute(
            "INSERT INTO occupancy (id, owner_id, kind, uid, starts_at, ends_at) VALUES (1, ?, 'block', 'x', ?, ?)",
            (int(red), NOW + 26 * 3_600, NOW + 26 * 3_600 + 60),
        )
    by_hand.close()
