"""Lists come in pages: every one of them, in the same way, and what happens meanwhile neither doubles nor hides."""

import re
from typing import Any

import httpx2
import pytest

from cally.web.api.endpoints import PREFIX, Endpoint
from cally.web.api.v1 import ENDPOINTS
from cally.web.api.v1.pages import Page, Paged
from tests.web import test_api_access as walls
from tests.web.test_api_access import ROWS, World

WHOLE = {
    "list_slots": "the free ones on some dates",
    "list_slots_of_team": "the free ones on some dates",
    "list_full_slots": "the full ones on some dates",
    "list_uses": "those on some dates",
    "list_choices": "the hosts of one event type",
    "list_webhook_samples": "one of each kind of event",
}
LISTS = [one for one in ENDPOINTS if one.query is not None and issubclass(one.query, Paged)]

world, new_database = walls.world, walls.new_database


def named(endpoint: Endpoint) -> str:
    return endpoint.name


def test_every_list_has_pages() -> None:
    """But for those that somebody asked for by their dates, or that cannot grow."""
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET":
            continue
        shown = endpoint.answers.get(200)
        has_next = isinstance(shown, type) and issubclass(shown, Page)
        assert has_next == (endpoint in LISTS), endpoint.name
        assert has_next or not endpoint.name.startswith("list_") or endpoint.name in WHOLE, endpoint.name


@pytest.mark.parametrize("endpoint", LISTS, ids=named)
async def test_page_by_page_it_is_the_whole(
    client: httpx2.AsyncClient, world: World, bearer: Any, endpoint: Endpoint
) -> None:
    """One thing at a time gives the same things in the same order; another list's cursor is no fault of ours."""
    access = ROWS[endpoint.method, endpoint.path][0]
    who = {"open": None, "admin": world.root}.get(access, world.ada)
    headers = {} if who is None else await bearer(who)
    address = world.address(endpoint)
    joint = "&" if "?" in address else "?"
    whole = (await client.get(f"{address}{joint}limit=200", headers=headers)).json()
    (name,) = (key for key, value in whole.items() if isinstance(value, list))
    assert whole["next_cursor"] is None
    found, query = [], "limit=1"
    for _ in range(len(whole[name]) + 1):
        page = (await client.get(f"{address}{joint}{query}", headers=headers)).json()
        found += page[name]
        if page["next_cursor"] is None:
            break
        assert re.fullmatch(r"[\w-]+", page["next_cursor"])
        query = f"limit=1&cursor={page['next_cursor']}"
    assert found == whole[name]
    for wrong in ("x", "!!", "WyJ4IiwiYSIsMV0", "WzFd" * 300):
        told = await client.get(f"{address}{joint}cursor={wrong}", headers=headers)
        assert told.status_code in {200, 422}, told.text


async def test_what_is_made_meanwhile_doubles_and_hides_nothing(
    client: httpx2.AsyncClient, world: World, bearer: Any
) -> None:
    """One before and one behind the place that was read, and the last one shown taken away."""
    headers = await bearer(world.ada)

    async def room(name: str) -> str:
        made = await client.post(f"{PREFIX}/resources", json={"name": name}, headers=headers)
        return str(made.json()["id"])

    ids = {name: await room(name) for name in ("B", "D", "F", "H")}  # and the attic
    first = (await client.get(f"{PREFIX}/resources?limit=3", headers=headers)).json()
    assert [one["name"] for one in first["resources"]] == ["Attic", "B", "D"]
    for name in ("Aa", "E"):
        await room(name)
    await client.delete(f"{PREFIX}/resources/{ids['D']}", headers=headers)
    path = f"{PREFIX}/resources?limit=2&cursor={first['next_cursor']}"
    rest = (await client.get(path, headers=headers)).json()
    assert [one["name"] for one in rest["resources"]] == ["E", "F"]
    last = (await client.get(f"{PREFIX}/resources?cursor={rest['next_cursor']}", headers=headers)).json()
    assert [one["name"] for one in last["resources"]] == ["H"]
    assert last["next_cursor"] is None
