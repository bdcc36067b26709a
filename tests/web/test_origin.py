"""Nothing is changed on behalf of another site's page."""

from typing import Any

import httpx2
import pytest

from cally.store import Store
from cally.web.addresses import client_address, is_local
from cally.web.doors import Doors
from tests.cast import ada
from tests.web.conftest import BASE, asking
from tests.web.routes import changing_routes, filled

FOREIGN = (
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://other.cally.test"},
    {"sec-fetch-site": "cross-site", "origin": BASE},
    {},
)


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.rule(52)
async def test_no_route_changes_anything_for_another_site(
    store: Store, doors: Doors, app: Any, signed_in: Any, headers: dict[str, str]
) -> None:
    """With Ada's cookie and a foreign or no origin, every changing route refuses."""
    cookie = await signed_in(await ada(store))
    async with asking(app) as client:
        for method, path in changing_routes(doors):
            answer = await client.request(method, filled(path), headers={**cookie, **headers})
            assert answer.status_code == 403, (method, path, headers)


@pytest.mark.parametrize("headers", [{"origin": BASE}, {"sec-fetch-site": "same-origin"}])
async def test_our_own_pages_may(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Either header that names us lets a request through to its route."""
    answer = await client.post("/api/v1/holds", headers={"cookie": "cally=x", **headers})
    assert answer.status_code != 403


async def test_a_program_needs_no_origin(client: httpx2.AsyncClient) -> None:
    """The API without a cookie brings no browser's authority with it."""
    assert (await client.post("/api/v1/holds")).status_code == 400


async def test_a_bearer_token_needs_no_origin(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """No page of another site can send this header without asking first."""
    headers = await bearer(await ada(store))
    answer = await client.post("/api/v1/schedules", headers={**headers, "cookie": "cally=x", "origin": "http://evil"})
    assert answer.status_code == 400


def scope(peer: str, **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (peer, 1) if peer else None, "headers": named, "scheme": "http"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1", "", (), "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", (), "192.0.2.1"),
        ("192.0.2.1", "198.51.100.7", ("192.0.2.0/24",), "198.51.100.7"),
        ("192.0.2.1", "6.6.6.6, 198.51.100.7, 192.0.2.2", ("192.0.2.0/24",), "198.51.100.7"),
        ("192.0.2.1", "evil", ("192.0.2.0/24",), "192.0.2.1"),
        ("", "198.51.100.7", ("unix",), "198.51.100.7"),
        ("", "198.51.100.7", (), ""),
        ("::1", "2001:db8::7", ("::1",), "2001:db8::7"),
    ],
)
def test_only_trusted_proxies_say_who_is_behind_them(
    peer: str, forwarded: str, proxies: tuple[str, ...], client: str
) -> None:
    """Forwarding headers are read from the right and only from proxies that are trusted."""
    asked = scope(peer, x_forwarded_for=forwarded) if forwarded else scope(peer)
    assert client_address(asked, proxies) == client


def test_a_proxy_on_this_machine_is_not_everybody() -> None:
    """Behind a local proxy that is not trusted nobody counts as local."""
    assert is_local(scope("127.0.0.1"), ())
    assert not is_local(scope("127.0.0.1", x_forwarded_for="198.51.100.7"), ())
    assert not is_local(scope("127.0.0.1", x_forwarded_for="198.51.100.7"), ("127.0.0.1",))
