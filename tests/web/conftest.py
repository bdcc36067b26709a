"""The real application over the real encrypted store, asked as programs and browsers ask."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from cally import web
from cally.accounts.sessions import start_session
from cally.bookings import Availability
from cally.model.accounts import SCOPES, ApiToken
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.ops.health import Check, HealthReport
from cally.store import Store, accounts, api_tokens
from cally.vault import Vault, new_token, token_hash
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW

BASE = "http://cally.test"
HTTPS = "https://cally.test"
WELL = HealthReport(status="ok", checks={"database": Check(status="ok", detail="The database answers.")})


class Watch:
    """A clock that a test may set."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        """The instant it shows."""
        return self.now


lay_routes = web.routes  # what lays them anew, for tests that add one
_idle: list[Litestar] = []


@pytest.fixture(autouse=True)
def routes_that_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Four hundred routes take longer to lay than most tests: those of an earlier test are opened anew, not made."""
    lent: list[Litestar] = []

    def routes(doors: Doors) -> Litestar:
        if _idle:
            application = _idle.pop()
            web.open_for(application, doors)
        else:
            application = lay_routes(doors)
        lent.append(application)
        return application

    monkeypatch.setattr(web, "routes", routes)
    yield
    _idle.extend(lent)


@pytest.fixture
def watch() -> Watch:
    return Watch(NOW)


@pytest.fixture
def doors(store: Store, vault: Vault, watch: Watch) -> Doors:
    async def health() -> HealthReport:
        return WELL

    return Doors(
        store=store,
        vault=vault,
        clock=watch,
        availability=Availability(store),
        public_url=lambda: BASE,
        mail=lambda: None,
        wake=lambda: None,
        health=health,
    )


@pytest.fixture
def app(doors: Doors) -> Any:
    return build(doors)


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(app) as made:
        yield made


@pytest.fixture
async def https_client(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(build(replace(doors, public_url=lambda: HTTPS)), HTTPS) as made:
        yield made


@pytest.fixture
def bearer(store: Store) -> Callable[..., Any]:
    """`await bearer(ada, "bookings:read")` makes a token and gives the headers that show it; all scopes by default."""

    async def make(host: Host, *scopes: str, expires_at: int | None = None) -> dict[str, str]:
        secret = f"cally_{new_token()}"
        token = ApiToken(
            id=new_id(NOW),
            account_id=host.id,
            name="test",
            scopes=scopes or SCOPES,
            created_at=NOW,
            expires_at=expires_at,
            last_used_at=None,
        )
        async with store.write() as tx:
            await api_tokens.insert(tx, token, token_hash=token_hash(secret))
        return {"authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def signed_in(store: Store) -> Callable[..., Any]:
    """`await signed_in(ada)` signs a host in and gives the cookie of it."""

    async def make(host: Host) -> dict[str, str]:
        account = await accounts.by_id(store.reader, host.id)
        assert account is not None
        async with store.write() as tx:
            secret = await start_session(tx, account, now=NOW, address="192.0.2.1", device="Firefox")
        return {"cookie": f"cally={secret}"}

    return make


def asking(app: Any, base: str = BASE, *, address: str = "192.0.2.9") -> httpx2.AsyncClient:
    """A program that asks the application from an address."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app, client=(address, 4711)), base_url=base)
