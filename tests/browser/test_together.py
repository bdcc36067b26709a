"""Hosts together in Chromium: the same flow as any other booking, with scripts and without."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import DESKTOP, PHONE, Way
from tests.browser.conftest import Opened
from tests.browser.test_guest_flow import fill, tap

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

WAYS = [
    Way(width=PHONE, scheme="dark", scripts=True),
    Way(width=DESKTOP, scheme="light", scripts=False),
]


@pytest.fixture
def pages(page_of_ada: str, numbers: object) -> tuple[str, str]:
    """The link of two hosts whom nobody has booked yet, and its names the other way round."""
    first = page_of_ada.split("/")[1]
    second = f"ada{next(numbers)}"  # type: ignore[call-overload]  # a counter
    slugs = sorted((first, second))
    return "/" + "+".join(slugs), "/" + "+".join(reversed(slugs))


@pytest.mark.rule(67)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_two_hosts_are_booked_and_moved_at_once(opened: Opened, pages: tuple[str, str], way: Way) -> None:
    """Names in any order lead to one page; both are on the ticket; moved through the same link's times."""
    link, turned = pages
    async with opened(way) as cleo:
        page = await cleo.open(turned)
        assert page.url.startswith(f"{cleo.base}{link}")
        await tap(page)
        await fill(page)
        await page.get_by_role("button", name="Confirm booking").click()
        await page.wait_for_url("**/b/*")
        await expect(page.get_by_text("Lovelace and Ada")).to_be_visible()
        assert await cleo.overflow() <= 0
        await page.get_by_role("link", name="Reschedule").click()
        await tap(page, 1)
        await page.get_by_role("button", name="Move").click()
        await page.wait_for_url("**/b/*moved=1")
