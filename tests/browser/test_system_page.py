"""The system page in a real browser: fresh by itself, quiet while hidden, and there without scripts."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Request, expect

from tests.browser.chromium import DESKTOP, PHONE, Way, window
from tests.process.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "seven quiet otters knitting"
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
    document.dispatchEvent(new Event('visibilitychange'))
}"""


@asynccontextmanager
async def at_the_system_page(folder: Path, browser: Browser, way: Way) -> AsyncIterator[Page]:
    """Ada has just set Cally up; the window must have had nothing to complain of, the policy included."""
    with Served(folder / "state") as served:
        async with window(browser, f"http://127.0.0.1:{served.port}", way) as ada:
            found = re.search(r"Set up Cally at \S+(/setup/\S+)", served.out())
            assert found is not None
            page = await ada.open(found[1])
            await page.get_by_label("Name", exact=True).fill("Ada Lovelace")
            await page.get_by_label("E-mail").fill("ada@example.com")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Continue").click()
            await expect(page.get_by_role("heading", name="When can people book you?")).to_be_visible()
            await ada.open("/admin/system")
            yield page
            assert await ada.overflow() <= 0
            assert ada.complaints == []


async def test_it_stays_fresh_by_itself(tmp_path: Path, browser: Browser) -> None:
    """The first look comes while the page is open; it appears without loading anew, and takes no focus away."""
    async with at_the_system_page(tmp_path, browser, Way(width=DESKTOP)) as page:
        await page.evaluate("window.sameDocument = true")
        fix = page.get_by_role("link", name="Fix: Mail")
        await fix.focus()
        await expect(page.locator("#tile-memory .big")).to_contain_text(re.compile(r"\d MB"), timeout=30_000)
        await expect(page.get_by_role("meter", name="Data")).to_be_visible()
        await expect(page.get_by_role("img", name=re.compile("^Memory, last hour: from"))).to_be_visible()
        await expect(fix).to_be_focused()
        assert await page.evaluate("window.sameDocument")


async def test_nobody_is_asked_while_it_is_hidden(tmp_path: Path, browser: Browser) -> None:
    """A tab in the background costs nothing; back in sight it asks at once."""
    asked: list[str] = []

    def heard(request: Request) -> None:
        if "/static/" not in request.url:  # the page's own picture may still be on its way
            asked.append(request.url)

    async with at_the_system_page(tmp_path, browser, Way(width=DESKTOP)) as page:
        page.on("request", heard)
        await page.evaluate(HIDE, True)
        await page.wait_for_timeout(7_000)
        assert asked == []
        async with page.expect_request("**/admin/system"):
            await page.evaluate(HIDE, False)


async def test_without_scripts_it_is_a_page(tmp_path: Path, browser: Browser) -> None:
    """On a phone: links look further back, the file is a link, and it is said how to see newer figures."""
    way = Way(width=PHONE, scheme="dark", scripts=False)
    async with at_the_system_page(tmp_path, browser, way) as page:
        await expect(page.get_by_text("Load the page again for newer figures.")).to_be_visible()
        await page.get_by_role("link", name="Week").click()
        await expect(page.get_by_role("link", name="Week")).to_have_attribute("aria-current", "true")
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Download diagnostics").click()
        assert (await begun.value).suggested_filename.startswith("cally-diagnostics-")
