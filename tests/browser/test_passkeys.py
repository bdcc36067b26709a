"""Passkeys in a real browser with a virtual authenticator; an app's codes as `oathtool` makes them, over a restart."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from cally import accounts, clock
from cally.model.accounts import Actor
from cally.store import open_store
from cally.vault import Vault, read_or_make_key
from tests import cast
from tests.browser.chromium import PHONE, Way, window
from tests.process.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "seven quiet otters knitting"
STEP = 30
HOME = re.compile(r"\d/app$")  # not a sign-in page that leads there


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path) -> AsyncIterator[Served]:
    """Ada with a password, served for real; `localhost`, because keys are made for a name."""
    state = tmp_path / "state"
    state.mkdir()
    store = open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)
    now = clock.now()
    ada = await cast.ada(store, now=now)
    await accounts.set_password(store, ada.id, PASSWORD, now=now, actor=Actor(kind="cli"))
    await store.close()
    with Served(state) as running:
        yield running


@asynccontextmanager
async def ada_at(
    browser: Browser, server: Served, way: Way | None = None, *, offers: bool = False
) -> AsyncIterator[Page]:
    """A window of Ada’s with a virtual authenticator; neither policy nor scripts may have anything to complain of."""
    async with window(browser, f"http://localhost:{server.port}", way or Way()) as opened:
        if not offers:  # a virtual authenticator takes every offer at once, without a click
            await opened.page.add_init_script("globalThis.PublicKeyCredential.isConditionalMediationAvailable = null")
        devtools = await opened.page.context.new_cdp_session(opened.page)
        await devtools.send("WebAuthn.enable")
        made = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": made})
        yield opened.page
        assert opened.complaints == []


@pytest.mark.parametrize("way", [Way(), Way(width=PHONE, scheme="dark")], ids=lambda way: way.name)
async def test_a_passkey_is_made_signs_in_and_is_revoked(browser: Browser, server: Served, way: Way):
    """No password is typed the second time; once it is revoked, the same key opens nothing."""
    async with ada_at(browser, server, way) as page:
        await _signs_in(page, server)
        await page.goto(f"http://localhost:{server.port}/app/security")
        await page.get_by_label("Name of the new passkey").fill("Ada's laptop")
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_text("Ada's laptop", exact=True).wait_for()
        await _signs_out(page, server)
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await page.wait_for_url(HOME)
        await page.goto(f"http://localhost:{server.port}/app/security")
        await page.get_by_text("last used").wait_for()
        await page.get_by_role("button", name="Revoke Ada's laptop").click()
        await page.get_by_text("Ada's laptop", exact=True).wait_for(state="detached")
        await _signs_out(page, server)
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await page.get_by_text("This passkey was not accepted here").wait_for()
        assert "/sign-in" in page.url


async def test_a_passkey_is_the_second_step_and_the_proof(browser: Browser, server: Served):
    """After the password, and where an act asks who it is."""
    async with ada_at(browser, server) as page:
        await _signs_in(page, server)
        await page.goto(f"http://localhost:{server.port}/app/security")
        await page.get_by_label("Name of the new passkey").fill("Key ring")
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_text("Key ring", exact=True).wait_for()
        await _signs_out(page, server)
        await _types_password(page)
        await page.wait_for_url("**/sign-in/second**")
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(HOME)
        await page.goto(f"http://localhost:{server.port}/sign-in/again?next=/app/security")
        await page.get_by_role("button", name="Use a passkey").click()
        await page.wait_for_url(re.compile(r"\d/app/security$"))


async def test_the_browser_offers_a_passkey_beside_the_address(browser: Browser, server: Served):
    """Whoever takes the offer is in without a click on our page."""
    async with ada_at(browser, server, offers=True) as page:
        await _signs_in(page, server)
        await page.goto(f"http://localhost:{server.port}/app/security")
        await page.get_by_label("Name of the new passkey").fill("Key ring")
        await page.get_by_role("button", name="Add a passkey").click()
        await page.get_by_text("Key ring", exact=True).wait_for()
        await page.context.clear_cookies()
        await page.goto(f"http://localhost:{server.port}/sign-in?next=/app/bookings")
        await page.wait_for_url(re.compile(r"\d/app/bookings$"))


async def test_codes_of_oathtool_work_once_also_over_a_restart(browser: Browser, server: Served):
    """What the page shows as text is what a foreign tool needs; a step's code is never taken twice."""
    async with ada_at(browser, server, Way(width=PHONE, scripts=False)) as page:
        await _signs_in(page, server)
        await page.goto(f"http://localhost:{server.port}/app/security")
        await page.get_by_text("Passkeys need JavaScript").wait_for()
        await page.get_by_role("button", name="Set up an app").click()
        await page.get_by_text("Or type the key").click()
        key = await page.get_by_label("The key, for apps that cannot scan").input_value()
        await page.get_by_label("Six digits").fill(_code(key))
        await page.get_by_role("button", name="Turn on").click()
        await page.get_by_text("Your app is set up.").wait_for()
        assert await page.locator(".codes code").count() == 10
        await _signs_out(page, server)
        first = await _next_code(key, after=None)
        await _types_password(page)
        await _types_code(page, first)
        await page.wait_for_url(HOME)
        await _signs_out(page, server)
        await _types_password(page)
        await _types_code(page, first)
        await page.get_by_text("it was used before").wait_for()
    server.stop()
    server.start()
    async with ada_at(browser, server, Way(scripts=False)) as page:
        await page.goto(f"http://localhost:{server.port}/sign-in")
        await _types_password(page)
        await _types_code(page, first)
        await page.get_by_text("it was used before").wait_for()
        await _types_code(page, await _next_code(key, after=first))
        await page.wait_for_url(HOME)


async def _signs_in(page: Page, server: Served) -> None:
    await page.goto(f"http://localhost:{server.port}/sign-in")
    await _types_password(page)
    await page.wait_for_url(HOME)


async def _types_password(page: Page) -> None:
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def _types_code(page: Page, code: str) -> None:
    await page.get_by_label("Code from your app").fill(code)
    await page.get_by_role("button", name="Sign in", exact=True).first.click()


async def _signs_out(page: Page, server: Served) -> None:
    await page.goto(f"http://localhost:{server.port}/app")
    more = page.locator(".tabbar details summary")
    if await more.is_visible():
        await more.click()
    await page.get_by_role("button", name="Sign out").locator("visible=true").click()
    await page.wait_for_url("**/sign-in*")


def _code(key: str) -> str:
    """The code of now, as Debian's tool makes it."""
    words = ["oathtool", "--totp", "--base32", key.replace(" ", "")]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    assert re.fullmatch(r"\d{6}", printed)
    return printed


async def _next_code(key: str, *, after: str | None) -> str:
    """The first code that comes after the one of now, or after a given one; at most half a minute away."""
    former = after or _code(key)
    for _ in range(2 * (STEP + 5)):
        code = _code(key)
        if code != former:
            return code
        await asyncio.sleep(0.5)
    raise AssertionError("the code did not change")
