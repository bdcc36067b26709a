"""Methods: what an address does not take is refused as documented, and `Allow` says what it does take."""

import httpx2
import pytest

from cally.store import Store
from cally.web.api.openapi import document
from tests.cast import ada
from tests.web.conftest import BASE


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/", "/sign-in"])
async def test_trace_is_refused_and_echoes_nothing(client: httpx2.AsyncClient, path: str) -> None:
    """405 with what the address takes; nothing of the request comes back."""
    answer = await client.request("TRACE", path, headers={"x-secret": "do not echo"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "do not echo" not in answer.text


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/sign-in"])
async def test_an_unknown_method_is_no_fault_of_ours(client: httpx2.AsyncClient, path: str) -> None:
    """501 in words, for programs as for people."""
    answer = await client.request("BREW", path)
    assert answer.status_code == 501
    if path.startswith("/api/"):
        assert answer.json()["code"] == "not_implemented"


async def test_options_names_every_method_of_an_address(client: httpx2.AsyncClient) -> None:
    """Also where several handlers share the address."""
    for path, operations in document(BASE)["paths"].items():
        answer = await client.options(path.replace("{", "").replace("}", ""))
        allowed = set(answer.headers["allow"].split(", "))
        assert {name.upper() for name in operations} <= allowed, path


async def test_null_in_an_address_is_four_letters(client: httpx2.AsyncClient, store: Store, bearer: object) -> None:
    """Looked for as a word, refused where a word means nothing."""
    headers = await bearer(await ada(store))  # type: ignore[operator]
    assert (await client.get("/api/v1/bookings?q=null", headers=headers)).status_code == 200
    assert (await client.get("/api/v1/bookings?status=null", headers=headers)).status_code == 422
    assert (await client.get("/api/v1/bookings?to=null", headers=headers)).status_code == 422


def test_each_shape_has_a_name_of_its_own() -> None:
    """Two records of one name would be told apart by where they stand in the code, and found by nobody."""
    assert [name for name in document(BASE)["components"]["schemas"] if "." in name] == []
