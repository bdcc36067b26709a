"""The reference says what the endpoints do: OpenAPI document, page and docs/api.md are complete."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cally.model.accounts import SCOPES
from cally.store import Store
from cally.web.api.openapi import codes, document
from cally.web.api.v1 import ENDPOINTS
from cally.web.doors import Doors
from cally.web.errors import STATUS, is_api
from tests.cast import ada
from tests.web.routes import all_routes

DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def found() -> dict[str, Any]:
    return document("http://cally.test")


def references(value: Any) -> Iterator[str]:
    """Every `$ref` anywhere in a document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_route_is_in_the_document(doors: Doors, found: dict[str, Any]) -> None:
    """Whatever answers below /api is described, and nothing else is."""
    own = {"/api/v1/openapi.json", "/api/v1/docs"}
    served = {(method.lower(), re.sub(r":\w+}", "}", path)) for method, path in all_routes(doors) if is_api(path)}
    described = {(method, path) for path, operations in found["paths"].items() for method in operations}
    assert {(method, path) for method, path in served if path not in own} == described


def test_every_reference_leads_somewhere(found: dict[str, Any]) -> None:
    """No `$ref` points into the void."""
    schemas = found["components"]["schemas"]
    assert {reference.rpartition("/")[2] for reference in references(found)} <= set(schemas)


def test_every_operation_is_complete(found: dict[str, Any]) -> None:
    """A unique name, a sentence, its path parameters, a good answer, and problem details for each refusal."""
    names = []
    for path, operations in found["paths"].items():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["summary"].endswith("."), path
            parameters = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert parameters == set(re.findall(r"\{(\w+)\}", path))
            assert any(status.startswith("2") for status in operation["responses"])
            for status, answer in operation["responses"].items():
                if status >= "400" and not path.startswith("/api/health"):
                    assert list(answer["content"]) == ["application/problem+json"]
    assert len(names) == len(set(names))


def test_every_code_that_is_named_has_a_status() -> None:
    """An endpoint refuses only with codes that are mapped."""
    for endpoint in ENDPOINTS:
        assert set(codes(endpoint)) <= set(STATUS)


def test_every_scope_that_is_asked_for_exists() -> None:
    """No endpoint waits for a scope that no token can have."""
    assert {endpoint.scope for endpoint in ENDPOINTS if endpoint.scope} <= set(SCOPES)


async def test_the_document_is_served(client: httpx2.AsyncClient, found: dict[str, Any]) -> None:
    """As JSON, to everybody, and equal to what is tested here."""
    answer = await client.get("/api/v1/openapi.json")
    assert answer.json()["paths"].keys() == found["paths"].keys()
    assert answer.json()["openapi"].startswith("3.1")


async def test_the_page_has_every_operation_and_loads_nothing_from_elsewhere(
    client: httpx2.AsyncClient, found: dict[str, Any]
) -> None:
    """Its only addresses are ours; it has no inline script or style."""
    page = (await client.get("/api/v1/docs")).text
    for operations in found["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "<style" not in page
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)


async def test_the_pages_links_lead_somewhere(client: httpx2.AsyncClient) -> None:
    """Each link within the page has its target."""
    page = (await client.get("/api/v1/docs")).text
    targets = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets
    assert {f"problem-{code}" for code in STATUS} <= targets


def test_the_docs_have_every_endpoint_scope_and_code() -> None:
    """docs/api.md names each method and path, each scope and each error code."""
    text = DOCS.read_text(encoding="utf-8")
    missing = [f"{one.method} {one.path}" for one in ENDPOINTS if f"`{one.method} {one.path}`" not in text]
    missing += [code for code in STATUS if f"`{code}`" not in text]
    missing += [scope for scope in SCOPES if f"`{scope}`" not in text]
    assert missing == []


async def test_a_problems_type_is_an_address_of_the_page(client: httpx2.AsyncClient, store: Store) -> None:
    """`type` leads to the code's entry."""
    await ada(store)
    told = (await client.get("/api/v1/hosts/nobody/event-types")).json()
    path, _, anchor = told["type"].partition("#")
    assert f'id="{anchor}"' in (await client.get(path)).text
