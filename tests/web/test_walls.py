"""The walls, over everything there is: errors have every header, looks change nothing, JSON is only what says it is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally.bookings import guest_links
from cally.errors import CallyError
from cally.store import Store, accounts, one_time_links
from cally.vault import Vault, new_token, token_hash
from cally.web import build, headers
from cally.web.api.endpoints import PREFIX
from cally.web.api.v1 import ENDPOINTS
from cally.web.doors import Doors
from tests.cast import NOW, ada, host
from tests.web.conftest import HTTPS, asking
from tests.web.routes import all_routes, filled

LARGE = b"x" * 300_000
CHANGING = [one for one in ENDPOINTS if one.method != "GET" and one.body is not None]
WANTED = {name.decode() for name in (*headers.ALWAYS, *headers.STRICT_TRANSPORT)}


@pytest.fixture
async def secure(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    """The application over https."""
    async with asking(build(replace(doors, public_url=lambda: HTTPS)), HTTPS) as client:
        yield client


def lacking(answer: httpx2.Response) -> set[str]:
    """Which security headers an answer lacks, or has twice."""
    twice = {name for name in WANTED if len(answer.headers.get_list(name)) > 1}
    return {name for name in WANTED if name not in answer.headers} | twice


@pytest.mark.parametrize("path", ["/api/v1/bookings", "/privacy"])
@pytest.mark.parametrize(
    ("status", "method", "sent"),
    [
        (400, "GET", {"headers": {"host": "two words"}}),
        (405, "PUT", {"headers": {"origin": HTTPS}}),
        (413, "POST", {"content": LARGE, "headers": {"origin": HTTPS}}),
        (421, "GET", {"headers": {"host": "evil.example"}}),
        (501, "BREW", {}),
    ],
)
async def test_refusals_have_every_header(
    secure: httpx2.AsyncClient, path: str, status: int, method: str, sent: dict[str, Any]
) -> None:
    """What never reaches a handler is answered with the same walls around it."""
    answer = await secure.request(method, path, **sent)
    assert answer.status_code == status
    assert lacking(answer) == set()


@pytest.mark.parametrize("path", ["/no/such/page", "/api/v1/no-such-thing", "/static/none.css", "/b/forged.token"])
async def test_what_is_not_there_has_every_header(secure: httpx2.AsyncClient, path: str) -> None:
    """A missing page, a missing endpoint, a missing file, a forged ticket."""
    answer = await secure.get(path)
    assert answer.status_code == 404
    assert lacking(answer) == set()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (CallyError("rate_limited", "Too much.", retry_after=5), 429),
        (CallyError("storage_full", "Full."), 503),
        (CallyError("storage_busy", "Busy."), 503),
        (RuntimeError("broken"), 500),
    ],
)
async def test_our_own_faults_have_every_header(
    secure: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    """Whatever a handler raises."""

    async def broken(*_: Any, **__: Any) -> int:
        raise fault

    monkeypatch.setattr(accounts, "count", broken)
    answer = await secure.get("/")
    assert answer.status_code == status
    assert lacking(answer) == set()


async def test_every_route_answers_with_every_header(secure: httpx2.AsyncClient, doors: Doors, store: Store) -> None:
    """All routes and methods, asked by a stranger without anything."""
    await ada(store)
    for method, path in all_routes(doors):
        answer = await secure.request(method, filled(path))
        assert lacking(answer) == set(), (method, path, answer.status_code)


async def test_a_header_that_is_left_out_is_noticed(
    secure: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves itself."""
    kept = {name: value for name, value in headers.ALWAYS.items() if name != b"x-content-type-options"}
    monkeypatch.setattr(headers, "_completed", lambda given, *_, **__: [*given, *kept.items()])
    assert "x-content-type-options" in lacking(await secure.get("/"))


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_json_is_only_what_says_it_is(client: httpx2.AsyncClient, store: Any, bearer: Any, kind: str) -> None:
    """What a foreign page could send without asking first is no JSON, whatever is in it: nothing is changed."""
    sent = await bearer(await host(store, "Root", role="admin"))
    await client.post(f"{PREFIX}/schedules", headers=sent)  # the token's use is noted once
    before = store._writing.total_changes()
    for endpoint in CHANGING:
        path = PREFIX + filled(endpoint.path)
        answer = await client.request(
            endpoint.method, path, content=b'{"name": "Evil"}', headers={**sent, "content-type": kind}
        )
        assert answer.status_code in {404, 415}, (endpoint.method, endpoint.path, answer.text)
    assert store._writing.total_changes() == before


@pytest.mark.rule(52)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_uses_no_secret_up(client: httpx2.AsyncClient, store: Any, vault: Vault, method: str) -> None:
    """A live link of every purpose survives every address that carries one, asked by a scanner."""
    owner = await ada(store)
    sealed = vault.seal("cleo@example.org", **guest_links.SEALED_AT).hex()  # type: ignore[arg-type]
    purposes = {
        "guest-data": "/privacy/link/{}",
        "invitation": "/invitation/{}",
        "reset_password": "/reset/{}",
        "verify_address": "/verify/{}",
        "setup": "/setup/{}",
    }
    tokens = {purpose: new_token() for purpose in purposes}
    async with store.write() as tx:
        for purpose, token in tokens.items():
            data = sealed if purpose == "guest-data" else owner.email
            await one_time_links.insert(
                tx,
                token_hash=token_hash(token),
                purpose=purpose,
                now=NOW,
                expires_at=NOW + 600,
                account_id=owner.id,
                data=data,
            )
    before = store._writing.total_changes()
    for purpose, path in purposes.items():
        for _ in range(2):
            await client.request(method, path.format(tokens[purpose]))
    client.cookies.set("cally-data", tokens["guest-data"])
    for path in ("/privacy/data", "/privacy/data.json"):
        await client.request(method, path)
    assert store._writing.total_changes() == before
