"""Overrides, public holidays and time off, as programs set them."""

from typing import Any

import httpx2
import pytest

from cally.store import Store
from tests.cast import ada, host, schedule

API = "/api/v1"
MORNING = [["09:00", "12:00"]]


@pytest.fixture
async def headers(store: Store, bearer: Any) -> dict[str, str]:
    return dict(await bearer(await ada(store)))


async def listed(client: httpx2.AsyncClient, headers: dict[str, str], query: str = "") -> list[str]:
    found = (await client.get(f"{API}/overrides{query}", headers=headers)).json()["overrides"]
    return [f"{one['on']} {one['hours']}" for one in found]


@pytest.mark.rule(24)
@pytest.mark.parametrize(
    ("dates", "days"),
    [
        ({"on": "2026-09-23"}, [23]),
        ({"dates": ["2026-09-24", "2026-09-22", "2026-09-24"]}, [22, 24]),
        ({"from": "2026-09-21", "to": "2026-09-25"}, [21, 22, 23, 24, 25]),
        ({"from": "2026-09-21", "to": "2026-09-30", "days": ["wed", "sun"]}, [23, 27, 30]),
    ],
)
async def test_many_dates_are_set_at_once(
    client: httpx2.AsyncClient, headers: dict[str, str], dates: dict[str, Any], days: list[int]
) -> None:
    """Named one by one, or as the weekdays from one date to another; the slots follow at once."""
    told = await client.post(f"{API}/overrides", json={**dates, "hours": MORNING}, headers=headers)
    assert told.status_code == 201
    assert [one["on"] for one in told.json()["overrides"]] == [f"2026-09-{day}" for day in days]
    assert await listed(client, headers) == [f"2026-09-{day} {MORNING}" for day in days]
    query = f"?from=2026-09-{days[0]}&to=2026-09-{days[0]}&tz=Europe/Berlin"
    slots = (await client.get(f"{API}/hosts/ada/event-types/intro/slots{query}")).json()["slots"]
    assert len(slots) == 6


async def test_one_is_changed_and_removed(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """By the id that the list gives."""
    made = await client.post(f"{API}/overrides", json={"on": "2026-12-24", "hours": []}, headers=headers)
    path = f"{API}/overrides/{made.json()['overrides'][0]['id']}"
    changed = await client.patch(path, json={"hours": MORNING}, headers=headers)
    assert (changed.status_code, changed.json()["hours"]) == (200, MORNING)
    assert await listed(client, headers, "?from=2026-12-24&to=2026-12-24") == [f"2026-12-24 {MORNING}"]
    assert await listed(client, headers, "?from=2026-12-25") == []
    assert (await client.delete(path, headers=headers)).status_code == 204
    assert (await client.delete(path, headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "dates"),
        ({"on": "2026-12-24", "dates": ["2026-12-24"]}, "dates"),
        ({"from": "2026-12-24"}, "to"),
        ({"from": "2026-12-24", "to": "2026-12-23"}, "to"),
        ({"from": "2026-12-24", "to": "2026-12-24", "days": ["mon"]}, "days"),
        ({"on": "2026-12-24", "hours": [["09:00", "25:00"]]}, "hours[0][1]"),
        ({"dates": []}, "dates"),
    ],
)
async def test_each_fault_has_its_path(
    client: httpx2.AsyncClient, headers: dict[str, str], sent: dict[str, Any], field: str
) -> None:
    """And nothing is kept."""
    told = await client.post(f"{API}/overrides", json={"hours": MORNING} | sent, headers=headers)
    assert (told.status_code, told.json()["field"]) == (422, field)
    assert await listed(client, headers) == []


async def test_a_schedule_is_named_by_its_id(
    client: httpx2.AsyncClient, store: Store, bearer: Any, headers: dict[str, str]
) -> None:
    """Another host's does not exist; without any schedule there is nothing to override."""
    mallory = await host(store, "Mallory")
    theirs = await bearer(mallory)
    sent = {"on": "2026-12-24", "hours": []}
    assert (await client.post(f"{API}/overrides", json=sent, headers=theirs)).status_code == 409
    own = await schedule(store, mallory)
    named = sent | {"schedule_id": str(own.id)}
    assert (await client.post(f"{API}/overrides", json=named, headers=headers)).status_code == 404
    assert (await client.post(f"{API}/overrides", json=named, headers=theirs)).status_code == 201
    assert await listed(client, headers) == []


async def test_time_off_is_added_changed_and_removed(
    client: httpx2.AsyncClient, store: Store, headers: dict[str, str]
) -> None:
    """With a note and a delegate, who can be taken away again."""
    await host(store, "Ben Okri")
    sent = {"from": "2026-09-22", "to": "2026-09-24", "note": "At sea.", "delegate": "ben"}
    made = await client.post(f"{API}/time-off", json=sent, headers=headers)
    assert made.status_code == 201
    path = made.headers["location"]
    changed = await client.patch(path, json={"to": "2026-09-23", "delegate": None}, headers=headers)
    assert changed.json() == made.json() | {"to": "2026-09-23", "delegate": None}
    later = await client.get(f"{API}/time-off?from=2026-09-24", headers=headers)
    assert later.json() == {"time_off": [], "next_cursor": None}
    query = "?from=2026-09-22&to=2026-09-23&tz=Europe/Berlin"
    assert (await client.get(f"{API}/hosts/ada/event-types/intro/slots{query}")).json()["slots"] == []
    assert (await client.delete(path, headers=headers)).status_code == 204
    assert len((await client.get(f"{API}/hosts/ada/event-types/intro/slots{query}")).json()["slots"]) == 32


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"from": "2026-09-24", "to": "2026-09-22"}, "to"),
        ({"from": "1066-10-14", "to": "1066-10-14"}, "from"),
        ({"from": "2026-09-22", "to": "2026-09-22", "delegate": "ada"}, "delegate"),
        ({"from": "2026-09-22", "to": "2026-09-22", "note": "x" * 301}, "note"),
    ],
)
async def test_faults_of_time_off_have_the_names_sent(
    client: httpx2.AsyncClient, headers: dict[str, str], sent: dict[str, Any], field: str
) -> None:
    """Not those that the rooms inside use."""
    told = await client.post(f"{API}/time-off", json=sent, headers=headers)
    assert (told.status_code, told.json()["field"]) == (422, field)


async def test_public_holidays_are_kept_and_worked_on(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """A part of a country, a day off the list, and none at all again."""
    (own,) = (await client.get(f"{API}/schedules", headers=headers)).json()["schedules"]
    path = f"{API}/schedules/{own['id']}/public-holidays"
    assert (await client.get(path, headers=headers)).json() == {
        "country": None,
        "subdivision": None,
        "worked": [],
        "days": [],
    }
    kept = (await client.patch(path, json={"country": "DE", "subdivision": "BY"}, headers=headers)).json()
    assert "2026-11-01" in [day["on"] for day in kept["days"]]
    worked = (await client.patch(path, json={"worked": ["Allerheiligen"]}, headers=headers)).json()
    assert [day["on"] for day in worked["days"] if day["worked"]] == ["2026-11-01", "2027-11-01", "2028-11-01"]
    less = (await client.patch(path, json={"subdivision": None}, headers=headers)).json()
    assert (less["country"], less["subdivision"], less["worked"]) == ("DE", None, ["Allerheiligen"])
    assert (await client.delete(path, headers=headers)).status_code == 204
    assert (await client.get(path, headers=headers)).json()["days"] == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"country": "XX"}, "country"), ({"subdivision": "BY"}, "country"), ({"worked": ["Neujahr"]}, None)],
)
async def test_faults_of_holidays_are_named(
    client: httpx2.AsyncClient, headers: dict[str, str], sent: dict[str, Any], field: str | None
) -> None:
    """A part without its country, a country nobody knows, a day to work on where none is off."""
    (own,) = (await client.get(f"{API}/schedules", headers=headers)).json()["schedules"]
    told = await client.patch(f"{API}/schedules/{own['id']}/public-holidays", json=sent, headers=headers)
    assert (told.status_code, told.json().get("field")) == ((422, field) if field else (404, None))
