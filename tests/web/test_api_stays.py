"""Stays over HTTP: asked for, held, booked and refused by the night (rule 69)."""

from typing import Any

import httpx2
import pytest

from cally.store import Store
from tests import cast

pytestmark = pytest.mark.rule(69)
PATH = "/api/v1/hosts/ada/event-types/cabin"
CHECK_IN = "2026-10-23T13:00:00Z"


@pytest.fixture
async def client(client: httpx2.AsyncClient, store: Store) -> httpx2.AsyncClient:
    """Ada lets a cabin."""
    await cast.cabin(store, await cast.host(store, "Ada Lovelace"))
    return client


def wish(starts_at: str = CHECK_IN, **changes: Any) -> dict[str, Any]:
    """Cleo asks for two nights."""
    guest = {"name": "Cleo", "email": "cleo@example.org", "tz": "Europe/Berlin"}
    return {"host": "ada", "event_type": "cabin", "starts_at": starts_at, "nights": 2, "guest": guest, **changes}


async def test_stays_are_listed_by_the_night(client: httpx2.AsyncClient) -> None:
    """Every date of the two has a check-in; with the nights asked for the end follows, summer time and all."""
    days = {"from": "2026-10-23", "to": "2026-10-24"}
    fewest = (await client.get(f"{PATH}/slots", params=days)).json()["slots"]
    assert [slot["starts_at"] for slot in fewest] == [CHECK_IN, "2026-10-24T13:00:00Z"]
    assert fewest[1]["ends_at"] == "2026-10-25T10:00:00Z"
    three = (await client.get(f"{PATH}/slots", params={**days, "nights": "3"})).json()["slots"]
    assert three[0]["ends_at"] == "2026-10-26T10:00:00Z"
    assert (await client.get(f"{PATH}/slots", params={**days, "nights": "6"})).status_code == 422


async def test_a_stay_is_booked_and_the_next_guest_is_offered_other_dates(client: httpx2.AsyncClient) -> None:
    """The second of two overlapping stays gets 409 with stays of the same number of nights."""
    made = await client.post("/api/v1/bookings", json=wish())
    assert made.status_code == 201, made.text
    assert (made.json()["nights"], made.json()["ends_at"]) == (2, "2026-10-25T10:00:00Z")
    taken = await client.post("/api/v1/bookings", json=wish("2026-10-24T13:00:00Z"))
    assert taken.status_code == 409
    assert taken.json()["alternatives"]


async def test_nights_are_for_what_is_booked_by_the_night(client: httpx2.AsyncClient, store: Store) -> None:
    """A call takes minutes, a cabin nights; each fault names its field."""
    await cast.event_type(store, await cast.schedule(store, await cast.host(store, "Ben")), "call")
    call = wish("2026-09-22T08:00:00Z", host="ben", event_type="call")
    for sent, field in ((call, "nights"), (wish(nights=9), "nights"), (wish(duration_minutes=60), "duration_minutes")):
        answer = await client.post("/api/v1/bookings", json=sent)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_hold_keeps_a_stay(client: httpx2.AsyncClient) -> None:
    """Held for its nights, it is its holder's alone."""
    asked = {"host": "ada", "event_type": "cabin", "starts_at": CHECK_IN, "nights": 2}
    held = await client.post("/api/v1/holds", json=asked)
    assert (held.status_code, held.json()["ends_at"]) == (201, "2026-10-25T10:00:00Z")
    assert (await client.post("/api/v1/bookings", json=wish())).status_code == 409
    own = await client.post("/api/v1/bookings", json=wish(hold=held.json()["uid"]))
    assert own.status_code == 201
