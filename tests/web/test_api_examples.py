"""Every endpoint has an example that works: sent to the real application, its answer fits the schema and the docs.

With `CALLY_KEEP_EXAMPLES=1` the answers are written to `cally/web/api/examples.json`, which the reference shows.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import jsonschema_rs
import pytest

from cally.web.api import examples
from cally.web.api.endpoints import PREFIX, Endpoint
from cally.web.api.openapi import document
from cally.web.api.v1 import ENDPOINTS
from tests.web import test_api_access as walls
from tests.web.conftest import BASE, Watch
from tests.web.examples import FIRST, REFUSED, Changed, Scene
from tests.web.routes import filled
from tests.web.test_api_access import ROWS, World

FILE = Path(examples.__file__).with_name("examples.json")
KEEPS = bool(os.environ.get("CALLY_KEEP_EXAMPLES"))
SERVER = "https://cally.example"
SHOWN_OF_A_LIST = 2
SHOWN_OF_A_TEXT = 300
NAMES = re.compile(r"(?<![\w-])(?:\d{15,19}|[a-z2-7]{26})(?![\w])")
SECRETS = re.compile(r"(?<=[/\"])[\w-]{40,}(?:\.[\w-]{16,})?(?=[/\"]|\.ics)|(?<=\.)[\w-]{20,}(?=[/\"])|whsec_[\w+/=-]+")

world, new_database = walls.world, walls.new_database


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(BASE)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_its_example_works_and_is_the_one_that_is_shown(
    client: httpx2.AsyncClient, world: World, bearer: Any, watch: Watch, described: dict[str, Any], endpoint: Endpoint
) -> None:
    """The request that the reference shows is answered well, in the shape that the document promises."""
    scene = Scene(client, world, bearer)
    changed = await FIRST[endpoint.name](scene) if endpoint.name in FIRST else Changed()
    watch.now = changed.now
    if endpoint.name == "unmark_no_show":
        await scene.ask("POST", f"/bookings/{world.things['bookings']}/no-show")
    address, body = _address(world, endpoint, changed), _body(endpoint, changed)
    access = ROWS[endpoint.method, endpoint.path][0]
    who = {"open": None, "admin": world.root}.get(access, world.ada)
    headers = {} if who is None else await bearer(who)
    told = await client.request(endpoint.method, address, json=body, headers=headers)
    assert told.is_success or endpoint.name in REFUSED, told.text
    operation = described["paths"][PREFIX + endpoint.path][endpoint.method.lower()]
    schema = _schema(operation, told)
    if schema is not None and _is_json(told):
        jsonschema_rs.validator_for(schema | {"components": described["components"]}).validate(told.json())
    made = _plain(endpoint, address, body, told)
    if KEEPS:
        _keep(endpoint.name, made)
        return
    shown = examples.shown().get(endpoint.name)
    assert shown is not None, "write them: make docs"
    assert (shown["path"], shown["body"], shown["status"]) == (made["path"], made["body"], made["status"])
    assert set(_paths(shown["answer"])) == set(_paths(made["answer"]))


def test_no_example_is_left_of_what_is_gone() -> None:
    """Nor of what never was."""
    assert set(examples.shown()) == {endpoint.name for endpoint in ENDPOINTS}


def test_none_shows_a_secret() -> None:
    """They are of an invented house, and yet: whatever looks like a key is a row of dots."""
    text = FILE.read_text(encoding="utf-8")
    assert not re.search(r"whsec_\w|cally_\w{20}|\w{43}", text)
    assert "…" in text


def _address(world: World, endpoint: Endpoint, changed: Changed) -> str:
    usual = PREFIX + endpoint.path
    for part in re.findall(r"\{(\w+)\}", endpoint.path):
        if part in changed.path:
            usual = usual.replace(f"{{{part}}}", changed.path[part])
    rest, _, query = _filled(world, endpoint, usual).partition("?")
    if endpoint.example.query:
        query = urlencode(endpoint.example.query)
    return f"{rest}?{query}" if query else rest


def _filled(world: World, endpoint: Endpoint, usual: str) -> str:
    """As the walls fill it in, where the example says nothing else."""
    known = world.address(endpoint).partition("?")
    values = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", PREFIX + endpoint.path), known[0])
    assert values is not None
    return filled(usual, **values.groupdict()) + known[1] + known[2]


def _body(endpoint: Endpoint, changed: Changed) -> Any:
    if changed.body is not None:
        return changed.body
    sent = ROWS[endpoint.method, endpoint.path][1]
    return endpoint.example.body if endpoint.example.body is not None else sent if isinstance(sent, dict) else None


def _schema(operation: dict[str, Any], told: httpx2.Response) -> dict[str, Any] | None:
    answer = operation["responses"][str(told.status_code)]
    content = answer.get("content")
    return dict(next(iter(content.values()))["schema"]) if content else None


def _plain(endpoint: Endpoint, address: str, body: Any, told: httpx2.Response) -> dict[str, Any]:
    """As it is shown: ids and secrets as in every other example, long lists cut."""
    answer = _cut(told.json()) if _is_json(told) else told.text[:SHOWN_OF_A_TEXT] or None
    text = json.dumps({"path": address, "body": body, "status": told.status_code, "answer": answer}, ensure_ascii=False)
    seen: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        number = seen.setdefault(found[0], str(len(seen) + 1))
        return (
            f"4804915206105{number:0>5}"
            if found[0].isdigit()
            else f"k3x{'abcdefghijklmnopqrstuvwxyz'[: 23 - len(number)]}{number}"
        )

    text = SECRETS.sub("…", NAMES.sub(named, text.replace(BASE, SERVER)))
    made: dict[str, Any] = json.loads(text)
    return made | {"token": endpoint.scope is not None}


def _is_json(told: httpx2.Response) -> bool:
    return told.headers.get("content-type", "").endswith("json")


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(inner) for name, inner in value.items()}
    return [_cut(inner) for inner in value[:SHOWN_OF_A_LIST]] if isinstance(value, list) else value


def _paths(value: Any, at: str = "") -> Iterator[str]:
    """The names in it, wherever they stand."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}.{name}"
            yield from _paths(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{at}[]")


def _keep(name: str, made: dict[str, Any]) -> None:
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    kept = {one.name: {**known, name: made}.get(one.name) for one in ENDPOINTS}
    text = json.dumps({key: value for key, value in kept.items() if value}, ensure_ascii=False, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")
    examples.shown.cache_clear()
