"""Signing in from elsewhere and letting a program act, in Chromium under the strict policy, with scripts or without."""

import base64
import hashlib
import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser

from cally import clock
from cally.accounts.identities import bind_identity
from cally.accounts.oauth_clients import register_client
from cally.model.accounts import Actor
from cally.store import open_store
from cally.vault import Vault, read_or_make_key
from tests import cast
from tests.browser.chromium import PHONE, Way, window
from tests.process.served import Served, free_port
from tests.web.openid import CLIENT, trusted
from tests.web.test_elsewhere_certified import installed

ADMIN = Actor(kind="admin", account_id=1)
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

BACK = "http://127.0.0.1:{port}/back"


def provider_at(port: int, base: str) -> "subprocess.Popen[str]":
    """The certified provider, started."""
    command = ["node", str(installed() / "serve.js"), str(port), CLIENT, "hush", f"{base}/sign-in/back/company"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


async def furnished(state: Path, issuer: str) -> str:
    """Ada, known at the provider, with a program registered; its client id."""
    now, vault = clock.now(), Vault(read_or_make_key(state / "cally.key"))
    store = open_store(state / "cally.db", vault.database_key)
    ada = await cast.ada(store, role="admin", now=now)
    provider = await trusted(store, vault, issuer, now=now)
    await bind_identity(store, provider, email=ada.email, subject="ada-there", now=now, actor=ADMIN)
    client, _ = await register_client(
        store,
        account_id=ada.id,
        name="Planner",
        redirect_uris=[BACK.format(port=1)],
        scopes=["bookings:read", "schedules:write"],
        keeps_secret=False,
        now=now,
        actor=ADMIN,
    )
    await store.close()
    return client.client_id


@pytest.mark.parametrize("way", [Way(), Way(width=PHONE, scripts=False, scheme="dark")], ids=lambda way: way.name)
async def test_there_and_back_and_on_to_a_program(tmp_path: Path, browser: Browser, way: Way) -> None:
    """The policy stands in the way of nothing: neither on to the provider, nor back, nor on to the program."""
    state, port = tmp_path / "state", free_port()
    state.mkdir()
    client_id = await furnished(state, f"http://127.0.0.1:{port}")
    with Served(state, CALLY_ALLOWED_NETWORKS="127.0.0.0/8") as running:
        base = f"http://127.0.0.1:{running.port}"
        with provider_at(port, base) as provider:
            assert provider.stdout is not None
            assert provider.stdout.readline().strip() == "ready"
            try:
                async with window(browser, base, way) as ada:
                    page = await ada.open("/sign-in")
                    await page.get_by_role("button", name="Sign in with Company").click()
                    await page.locator("input[name=login]").fill("ada-there")
                    await page.locator("input[name=password]").fill("x")
                    await page.get_by_role("button", name="Sign-in").click()
                    await page.get_by_role("button", name="Continue").click()  # consent, there
                    if not way.scripts:
                        await page.get_by_role("button", name="Continue").click()  # back, here
                    await page.wait_for_url(f"{base}/app")
                    await _shots(page, ada, way)
                    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
                    asked = {
                        "response_type": "code",
                        "client_id": client_id,
                        "redirect_uri": BACK.format(port=running.port),
                        "state": "s",
                        "code_challenge": challenge,
                        "code_challenge_method": "S256",
                    }
                    await ada.open("/oauth/authorize?" + urlencode(asked))
                    assert await ada.overflow() <= 0
                    await _shot(page, f"authorize-{way.name}")
                    await page.get_by_role("button", name="Allow", exact=True).click()
                    await page.wait_for_url("**/back?code=*")
                    assert ada.complaints == []
            finally:
                provider.kill()


async def _shots(page: object, ada: object, way: Way) -> None:
    for name, path in (("apps", "/app/security/apps"), ("providers", "/admin/providers")):
        await ada.open(path)  # type: ignore[attr-defined]
        assert await ada.overflow() <= 0, path  # type: ignore[attr-defined]
        await _shot(page, f"{name}-{way.name}")


async def _shot(page: object, name: str) -> None:
    if os.environ.get("SHOTS"):
        await page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)  # type: ignore[attr-defined]
