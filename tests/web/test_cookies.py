"""Every cookie is bound: to https where there is https, to our own pages, and what is secret to the server alone."""

import secrets
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally.accounts import create_account
from cally.model.accounts import Actor
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, TZ
from tests.web.conftest import HTTPS, asking

PASSWORD = "brass engines hum softly"
OURS = {"origin": HTTPS, "sec-fetch-site": "same-origin"}
PREFERENCES = {"cally-theme", "cally-clock", "cally-tz"}


@pytest.fixture
async def cookies(doors: Doors, store: Store) -> list[str]:
    """Every cookie that a host's morning sets over https: signing in, a change, the theme, signing out."""
    await create_account(
        store,
        email="ada@example.com",
        name="Ada Lovelace",
        role="host",
        password=PASSWORD,
        slug="ada",
        tz=TZ,
        locale="en",
        now=NOW,
        actor=Actor(kind="cli"),
        verified=True,
    )
    found: list[str] = []
    async with asking(build(replace(doors, public_url=lambda: HTTPS)), HTTPS) as client:
        client.headers.update(OURS)
        for path, form in (
            ("/sign-in", {"email": "ada@example.com", "password": PASSWORD}),
            ("/app/channels", {"name": "", "address": ""}),
            ("/app/security/apps/tokens", {"name": secrets.token_hex(4), "scopes": "bookings:read"}),
            ("/app/theme", {"theme": "dark"}),
            ("/sign-out", {}),
        ):
            found += _set(await client.post(path, data=form))
    assert len(found) >= 3
    return found


async def test_over_https_every_cookie_is_for_https_alone(cookies: list[str]):
    """`Secure` on each, whoever set it."""
    assert [cookie for cookie in cookies if "; secure" not in cookie.lower()] == []


async def test_no_cookie_goes_along_with_another_sites_request(cookies: list[str]):
    """`SameSite` on each."""
    assert [cookie for cookie in cookies if "; samesite=" not in cookie.lower()] == []


async def test_what_is_secret_is_bound_to_the_host_and_kept_from_scripts(cookies: list[str]):
    """Only what people prefer may be read by scripts; who is signed in is in a `__Host-` cookie."""
    secret = [cookie for cookie in cookies if cookie.partition("=")[0] not in PREFERENCES]
    assert [cookie for cookie in secret if "httponly" not in cookie.lower() and "max-age=0" not in cookie.lower()] == []
    assert any(cookie.startswith("__Host-cally=") for cookie in secret)


async def test_over_plain_http_a_cookie_is_not_lost(client: httpx2.AsyncClient):
    """Without https nothing says `Secure`, for the browser would drop it."""
    client.headers.update({"origin": "http://cally.test", "sec-fetch-site": "same-origin"})
    answer = await client.post("/app/theme", data={"theme": "dark"})
    assert _set(answer)
    assert "secure" not in _set(answer)[0].lower()


def _set(answer: Any) -> list[str]:
    return [value.decode() for name, value in answer.headers.raw if name.lower() == b"set-cookie"]
