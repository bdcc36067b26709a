"""The main job in a real browser: from the printed set-up address to a guest's request and the host's yes."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import DESKTOP, PHONE, Way, Window, window
from tests.process.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "seven quiet otters knitting"
WAYS = [
    Way(width=DESKTOP, tz="Europe/Berlin"),
    Way(width=PHONE, scheme="dark", scripts=False, locale="de-DE", tz="Europe/Berlin"),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_from_the_printed_address_to_a_meeting(tmp_path: Path, browser: Browser, way: Way) -> None:
    """Ada sets up, offers an approved meeting, Cleo asks for a time, Ada approves: with scripts and without."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, way) as ada, _window(browser, served, way) as cleo:
            link = await _set_up(ada, _printed(served))
            await _ask_for_approval(ada)
            await _book(cleo, link)
            await _approve(ada)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_hours_are_changed_by_buttons(tmp_path: Path, browser: Browser, way: Way) -> None:
    """A second window on Mondays, saved, is in the week that comes back and in the preview."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, way) as ada:
            await _set_up(ada, _printed(served))
            page = await ada.open("/app/availability")
            await page.get_by_role("button", name="Add hours on Monday").click()
            await expect(page.get_by_role("combobox", name="Monday from")).to_have_count(2)
            await page.get_by_role("button", name="Save hours").click()
            await _says(page, "Your hours are saved.")
            await expect(page.get_by_role("combobox", name="Monday from").nth(1)).to_have_value("1080")
            await expect(page.locator(".weeks")).to_contain_text("18:00–20:00")
            assert await ada.overflow() <= 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_a_click_blocks_a_day_and_undo_opens_it(tmp_path: Path, browser: Browser, way: Way) -> None:
    """With scripts Undo is in a toast, without them in a line that stays in view; both are the same form."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, way) as ada:
            await _set_up(ada, _printed(served))
            page = await ada.open("/app/availability")
            day = await page.locator("td.k-open button.click").last.get_attribute("value")
            await page.locator(f"button.click[value='{day}']").click()
            await expect(page.locator(f"td.k-blocked button[value='{day}']")).to_be_visible()
            undo = page.locator(".toasts" if way.scripts else ".notice").get_by_role("button", name="Undo")
            await expect(undo).to_be_in_viewport()
            await undo.click()
            await expect(page.locator(f"td.k-open button[value='{day}']")).to_be_visible()
            assert await ada.overflow() <= 0


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_several_days_are_ticked_and_blocked(tmp_path: Path, browser: Browser, way: Way) -> None:
    """While they are chosen a tap ticks a day instead of blocking it; then all change at once."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, way) as ada:
            await _set_up(ada, _printed(served))
            page = await ada.open("/app/availability")
            await page.get_by_role("link", name="Next month").click()
            await page.get_by_text("Several days").click()
            boxes = page.locator("td.k-open label.tick")
            await boxes.nth(1).click()
            await boxes.nth(3).click(modifiers=["Shift"] if way.scripts else [])
            await page.locator(".several").get_by_role("button", name="Block").click()
            await _says(page, f"{3 if way.scripts else 2} days are blocked.")
            await expect(page.locator("td.k-blocked")).to_have_count(3 if way.scripts else 2)


async def test_the_theme_is_switched_without_scripts(tmp_path: Path, browser: Browser) -> None:
    """The button is a form; the page that comes back is dark."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, Way(scripts=False, locale="de-DE")) as ada:
            await _set_up(ada, _printed(served))
            page = await ada.open("/app")
            await page.get_by_role("button", name="Switch light or dark").click()
            await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_a_phone_reaches_every_page_of_the_desk(tmp_path: Path, browser: Browser) -> None:
    """What the bar at the bottom has no room for opens above it, inside the window."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, WAYS[1]) as ada:
            await _set_up(ada, _printed(served))
            page = await ada.open("/app")
            await page.locator("nav.tabbar summary").click()
            await page.locator("nav.tabbar").get_by_role("link", name="Calendars").click(timeout=5_000)
            await page.wait_for_url("**/app/calendars")


async def test_words_of_a_message_are_seen_as_they_will_be_read(tmp_path: Path, browser: Browser) -> None:
    """With scripts while they are typed, without by a button; in a frame that the policy lets nothing out of."""
    with Served(tmp_path / "state") as served:
        async with _window(browser, served, WAYS[0]) as ada:
            await _set_up(ada, _printed(served))
            page = await ada.open("/app/messages/wording/confirmed/guest")
            shown = page.frame_locator("iframe[name=preview]")
            await expect(shown.get_by_role("heading")).to_have_text("Your meeting with Ada Lovelace is confirmed.")
            await page.get_by_label("Words", exact=True).fill("Hello **{name}**, until {time}!")
            await expect(shown.locator(".own strong")).to_have_text("Sam Rivera")
            await page.get_by_role("button", name="Save").click()
            await _says(page, "Saved. From now on it reads like this.")
        async with _window(browser, served, WAYS[1]) as phone:
            page = await phone.open("/sign-in?next=/app/messages/wording/confirmed/guest")
            await page.get_by_label("E-mail").fill("ada@example.com")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in", exact=True).click()
            await page.get_by_label("Words", exact=True).fill("Bye {name}.")
            await page.get_by_role("button", name="Text").click()
            shown = page.frame_locator("iframe[name=preview]")
            await expect(shown.locator("pre")).to_contain_text("Bye Sam Rivera.")
            await expect(page.get_by_label("Words", exact=True)).to_have_value("Bye {name}.")
            assert await phone.overflow() <= 0


@asynccontextmanager
async def _window(browser: Browser, served: Served, way: Way) -> AsyncIterator[Window]:
    async with window(browser, f"http://127.0.0.1:{served.port}", way) as made:
        made.page.set_default_timeout(15_000)
        yield made
        assert made.complaints == []


def _printed(served: Served) -> str:
    """The path of the set-up address that was printed at start."""
    found = re.search(r"Set up Cally at \S+(/setup/\S+)", served.out())
    assert found is not None, served.out()
    return found[1]


async def _set_up(ada: Window, address: str) -> str:
    """The three screens, as they are filled in; the link to share."""
    page = await ada.open(address)
    await page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Password").fill(PASSWORD)
    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    assert await ada.overflow() <= 0
    await _go_on(page, "Continue", "When can people book you?")
    assert await ada.overflow() <= 0
    await _go_on(page, "Continue", "What can people book?")
    await page.get_by_label("Where").select_option("link")
    await page.get_by_label("Link, number or address").fill("https://meet.example.org/ada")
    assert await ada.overflow() <= 0
    await _go_on(page, "Finish", "You can be booked.")
    return await page.get_by_label("Your link").input_value()


async def _go_on(page: Page, button: str, heading: str) -> None:
    await page.get_by_role("button", name=button).click()
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()


async def _says(page: Page, sentence: str) -> None:
    """As a toast where scripts run, as a line of the page where they do not."""
    await expect(page.get_by_text(sentence).filter(visible=True)).to_have_count(1)


async def _ask_for_approval(ada: Window) -> None:
    page = await ada.open("/app/event-types")
    await page.get_by_role("link", name="Intro call", exact=True).click()
    await page.get_by_label("I approve each booking").check()
    await page.get_by_role("button", name="Save", exact=True).last.click()
    await _says(page, "“Intro call” is saved.")


async def _book(cleo: Window, link: str) -> None:
    await cleo.page.goto(link)
    await cleo.page.locator("a.bk-slot").first.click()
    await cleo.page.get_by_label("Name").fill("Cleo Çelik")
    await cleo.page.get_by_label("E-mail", exact=True).fill("cleo@example.org")
    await cleo.page.get_by_role("button", name="Request this time").click()
    await cleo.page.wait_for_url("**/b/**")


async def _approve(ada: Window) -> None:
    page = await ada.open("/app")
    await expect(page.get_by_role("heading", name="Waiting for your answer")).to_be_visible()
    await page.get_by_role("button", name="Approve").click()
    await _says(page, "Cleo Çelik is confirmed and will be told.")
    await expect(page.get_by_text("Up next")).to_be_visible()
    await page.get_by_role("link", name="Cleo Çelik").first.click()
    await expect(page.get_by_text("You approved")).to_be_visible()
