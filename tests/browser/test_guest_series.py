"""A guest books a series in Chromium: its dates follow the fields with scripts, a button shows them without."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.chromium import Way
from tests.browser.conftest import Opened
from tests.browser.test_guest_flow import WAYS, fill, tap

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.rule(68)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_every_date_is_seen_then_booked_then_ended(opened: Opened, page_of_ada: str, way: Way) -> None:
    """Choose a rhythm, look at the dates, confirm; the ticket has them all, and one act ends them."""
    async with opened(way) as cleo:
        page = await cleo.open(page_of_ada.replace("intro", "lesson"))
        await tap(page)
        await fill(page)
        await page.get_by_label("Rhythm").select_option("weekly")
        await page.get_by_label("Dates").fill("3")
        if not way.scripts:
            await page.get_by_role("button", name="Show the dates").click()
        await expect(page.locator(".bk-dates li")).to_have_count(3)
        await expect(page.get_by_text("All 3 dates are free")).to_be_visible()
        assert await page.get_by_label("Name").input_value() == "Cleo Çelik"
        assert await cleo.overflow() <= 0
        await page.get_by_role("button", name="Confirm booking").click()
        await expect(page.get_by_role("heading", name="You’re booked for 3 dates")).to_be_visible()
        await expect(page.locator(".dates li")).to_have_count(3)
        assert await cleo.overflow() <= 0
        await page.get_by_role("link", name="Cancel all 3").click()
        await page.get_by_role("button", name="Yes, cancel").click()
        await expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
        await expect(page.locator(".dates li.cancelled")).to_have_count(3)


@pytest.mark.rule(68)
async def test_another_time_shows_other_dates(opened: Opened, page_of_ada: str) -> None:
    """Back to the times and on to another one: the list follows, and what monthly means is said for it."""
    async with opened(Way()) as cleo:
        page = await cleo.open(page_of_ada.replace("intro", "lesson"))
        await tap(page)
        await page.get_by_label("Rhythm").select_option("weekly")
        first = await page.locator(".bk-dates .num").first.inner_text()
        await page.get_by_text("Change time").click()
        await page.locator("a.bk-slot").nth(1).click()
        await expect(page.locator(".bk-dates .num").first).not_to_have_text(first)
        await expect(page.locator("#f-rhythm option[value=monthly]")).to_have_text(re.compile("Every month on the"))
        await page.get_by_label("Rhythm").select_option("")
        await expect(page.locator(".bk-dates li")).to_have_count(0)
