"""Every answer carries the security headers, whoever gives it."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from cally.store import Store
from cally.web.headers import ALWAYS, CONTENT_SECURITY_POLICY, with_headers
from tests.cast import ada

ADDRESSES = (
    "/api/health/live",
    "/api/v1/docs",
    "/api/v1/hosts/nobody/event-types",
    "/api/v1/no-such-thing",
    "/no/such/page",
)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_answer_has_the_headers(client: httpx2.AsyncClient, address: str) -> None:
    """Good answers and bad ones, pages and JSON, carry each header."""
    answer = await client.get(address)
    for name in ALWAYS:
        assert name.decode() in answer.headers, name
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_refusals_of_the_raw_guard_have_them_too(client: httpx2.AsyncClient) -> None:
    """A request that never reaches a route is answered with the headers as well."""
    answer = await client.get("/api/health/live", headers={"host": "evil example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.headers["x-frame-options"] == "DENY"


async def test_transport_security_is_promised_over_https_only(
    client: httpx2.AsyncClient, https_client: httpx2.AsyncClient
) -> None:
    """HSTS would lock people out of an address that has no certificate."""
    assert "strict-transport-security" not in (await client.get("/api/health/live")).headers
    assert "max-age=63072000" in (await https_client.get("/api/health/live")).headers["strict-transport-security"]


async def test_head_is_get_without_a_body(client: httpx2.AsyncClient, store: Store) -> None:
    """HEAD has GET's status and headers."""
    await ada(store)
    address = "/api/v1/hosts/ada/event-types"
    got, headed = await client.get(address), await client.head(address)
    assert headed.status_code == got.status_code == 200
    assert headed.content == b""
    assert headed.headers["content-length"] == got.headers["content-length"]


async def test_a_handlers_own_header_stays() -> None:
    """An embed may set its own frame-ancestors; nothing is there twice."""
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Callable[[Any], Any]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Security-Policy", b"own")]})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET"}
    await with_headers(app, public_url=lambda: "http://cally.test")(scope, None, send)
    policies = [value for name, value in sent[0]["headers"] if name == b"content-security-policy"]
    assert policies == [b"own"]
