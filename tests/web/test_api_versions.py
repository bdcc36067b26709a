"""Versions: every GET has one, nothing is sent twice, and nobody changes what has changed since they looked."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import msgspec
import pytest
from litestar import Litestar
from litestar.di import Provide

from cally import hosts
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.store import Store, schedules
from cally.web.api.answering import route
from cally.web.api.described import Deprecation
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.doors import Doors
from tests.cast import NOW, ada
from tests.web.conftest import asking

API = "/api/v1"
HOURS = {"name": "Mornings", "tz": "UTC", "weekly": [{"days": ["mon"], "from": "08:00", "to": "12:00"}]}


@pytest.fixture
async def owner(store: Store) -> Host:
    return await ada(store)


@pytest.fixture
async def headers(owner: Host, bearer: Any) -> dict[str, str]:
    made: dict[str, str] = await bearer(owner)
    return made


@pytest.fixture
async def path(client: httpx2.AsyncClient, headers: dict[str, str]) -> str:
    made = await client.post(f"{API}/schedules", json=HOURS, headers=headers)
    return f"{API}/schedules/{made.json()['id']}"


async def test_what_one_has_is_not_sent_again(client: httpx2.AsyncClient, headers: dict[str, str], path: str) -> None:
    """304 without a body while nothing has changed, among several and weakened, too."""
    tag = (await client.get(path, headers=headers)).headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = await client.get(path, headers=headers | {"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await client.patch(path, json={"name": "Days"}, headers=headers)
    changed = await client.get(path, headers=headers | {"if-none-match": tag})
    assert (changed.status_code, changed.json()["name"]) == (200, "Days")


async def test_lists_have_versions_too(client: httpx2.AsyncClient, headers: dict[str, str], path: str) -> None:
    """Another page is another version."""
    tag = (await client.get(f"{API}/schedules", headers=headers)).headers["etag"]
    assert (await client.get(f"{API}/schedules", headers=headers | {"if-none-match": tag})).status_code == 304
    assert (await client.get(f"{API}/schedules?limit=1", headers=headers | {"if-none-match": tag})).status_code == 200


async def test_a_change_goes_on_from_what_was_seen(
    client: httpx2.AsyncClient, headers: dict[str, str], path: str
) -> None:
    """And answers with the version that it made, which the next change may name."""
    tag = (await client.get(path, headers=headers)).headers["etag"]
    for name in ("Days", "Nights"):
        changed = await client.patch(path, json={"name": name}, headers=headers | {"if-match": tag})
        assert (changed.status_code, changed.json()["name"]) == (200, name)
        tag = changed.headers["etag"]
    assert (await client.get(path, headers=headers)).headers["etag"] == tag
    assert (await client.delete(path, headers=headers | {"if-match": tag})).status_code == 204


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_what_has_changed_since_is_left_alone(
    client: httpx2.AsyncClient, headers: dict[str, str], path: str, method: str
) -> None:
    """412 says what version it is now; a weak one never fits."""
    tag = (await client.get(path, headers=headers)).headers["etag"]
    body = {"name": "Mine"} if method == "PATCH" else None
    weak = await client.request(method, path, json=body, headers=headers | {"if-match": f"W/{tag}"})
    assert weak.status_code == 412
    changed = await client.patch(path, json={"name": "Theirs"}, headers=headers)
    told = await client.request(method, path, json=body, headers=headers | {"if-match": tag})
    assert (told.status_code, told.json()["code"]) == (412, "precondition_failed")
    assert told.json()["etag"] == changed.headers["etag"]
    assert (await client.get(path, headers=headers)).json()["name"] == "Theirs"


async def test_of_many_who_saw_the_same_one_changes_it(
    client: httpx2.AsyncClient, headers: dict[str, str], path: str
) -> None:
    """However they meet: no change is lost."""
    tag = (await client.get(path, headers=headers)).headers["etag"]
    answers = await asyncio.gather(
        *(client.patch(path, json={"name": f"No {n}"}, headers=headers | {"if-match": tag}) for n in range(8))
    )
    assert sorted(one.status_code for one in answers) == [200, *[412] * 7]
    (won,) = (one for one in answers if one.status_code == 200)
    assert (await client.get(path, headers=headers)).json()["name"] == won.json()["name"]


async def test_it_is_judged_again_inside_the_transaction(
    doors: Doors, headers: dict[str, str], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes it on a page, between the look and the change."""
    store, known = doors.store, int(path.rpartition("/")[2])
    real = hosts.update_schedule

    async def meanwhile(*given: Any, **more: Any) -> Any:
        found = await schedules.by_id(store.reader, known)
        assert found is not None
        await real(store, known, name="Theirs", rules=found.rules, now=NOW, actor=Actor(kind="host"))
        return await real(*given, **more)

    from cally.web import build  # noqa: PLC0415 - as the application is made anew here

    async with asking(build(replace(doors))) as client:
        tag = (await client.get(path, headers=headers)).headers["etag"]
        monkeypatch.setattr(hosts, "update_schedule", meanwhile)
        told = await client.patch(path, json={"name": "Mine"}, headers=headers | {"if-match": tag})
        monkeypatch.undo()
        assert told.status_code == 412
        assert (await client.get(path, headers=headers)).json()["name"] == "Theirs"


async def test_an_address_without_a_version_says_so(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Rather than to change something that the caller wanted compared."""
    told = await client.delete(f"{API}/holds/none", headers={"if-match": '"x"'})
    assert (told.status_code, told.json()["code"]) == (412, "precondition_failed")


class Said(msgspec.Struct):
    """What the made-up endpoint answers."""

    said: str


async def test_an_endpoint_that_will_go_says_until_when(doors: Doors) -> None:
    """`Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where to go instead; with refusals, too."""
    noun = Noun("Made up")
    leaving = Deprecation(
        since=datetime(2026, 9, 1, tzinfo=UTC),
        until=datetime(2027, 9, 1, tzinfo=UTC),
        instead="/api/v1/docs#list_bookings",
    )

    @noun.does("GET", "/made-up", answers={200: Said}, deprecated=leaving)
    async def made_up(_call: Call) -> Answer:
        """Say something."""
        return answer(Said(said="still here"))

    app = Litestar(
        route_handlers=[route(noun.endpoints[0], {})],
        dependencies={"doors": Provide(lambda: doors, sync_to_thread=False)},
        openapi_config=None,
    )
    app.state["doors"] = doors
    async with asking(app) as client:
        for told in (await client.get(f"{API}/made-up"), await client.get(f"{API}/made-up?unknown=1")):
            assert told.headers["deprecation"] == "@1788220800"
            assert told.headers["sunset"] == "Wed, 01 Sep 2027 00:00:00 GMT"
            assert '</api/v1/docs#list_bookings>; rel="successor-version"' in told.headers["link"]
            assert 'rel="deprecation"' in told.headers["link"]
    assert told.status_code == 400
