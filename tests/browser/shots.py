"""`make shots`: the pages as people see them, taken from a demo instance in a real browser, into docs/screenshots."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from playwright.async_api import Browser, Page

from tests.browser.chromium import DESKTOP, PHONE, Way, Window, chromium, window
from tests.process.served import Served

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
MOST_BYTES = 150_000
DESK = Way(width=DESKTOP, tz="Europe/London", scale=1.25)
HAND = Way(width=PHONE, tz="Europe/London", scale=2)


def main() -> None:
    """Make every picture anew; fails when one is larger than a page of documentation should carry."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "state")
        password = _password(served.command("demo"))
        with served:
            asyncio.run(_take(served, password))
    large = [file.name for file in FOLDER.glob("*.png") if file.stat().st_size > MOST_BYTES]
    assert not large, large


async def _take(served: Served, password: str) -> None:
    base = f"http://127.0.0.1:{served.port}"
    async with chromium() as browser:
        await _guest(browser, base)
        await _desk(browser, base, password)


async def _guest(browser: Browser, base: str) -> None:
    async with _open(browser, base, DESK) as cleo:
        await _shoot(await cleo.open("/maya/consultation"), "booking-desktop-light")
        await cleo.page.locator("a.bk-slot").nth(1).click()
        await _fill(cleo.page)
        await _shoot(cleo.page, "details-desktop-light")
        await cleo.open("/maya")
        await _shoot(cleo.page, "profile-desktop-light")
    async with _open(browser, base, _dark(HAND)) as cleo:
        await _shoot(await cleo.open("/maya/consultation"), "booking-mobile-dark")
    async with _open(browser, base, HAND) as cleo:
        await cleo.open("/maya/intro")
        ticket = await _book(cleo)
        await _shoot(cleo.page, "ticket-mobile-light")
        await cleo.open(ticket + "/reschedule")
        await _shoot(cleo.page, "reschedule-mobile-light")
    async with _open(browser, base, _dark(DESK, scripts=False)) as cleo:
        await _lose_the_race(browser, cleo)
        await _shoot(cleo.page, "taken-desktop-dark-no-scripts")


async def _desk(browser: Browser, base: str, password: str) -> None:
    for way, name in (
        (_sized(DESK, 1.0), "bookings-desktop-light"),
        (_sized(_dark(HAND), 1.5), "bookings-mobile-dark"),
    ):
        async with _open(browser, base, way) as maya:
            page = await maya.open("/sign-in")
            await page.get_by_label("E-mail").fill("maya@example.com")
            await page.get_by_label("Password").fill(password)
            await page.get_by_role("button", name="Sign in").click()
            await page.wait_for_url("**/app")
            await _shoot(await maya.open("/app/bookings"), name)


async def _book(cleo: Window) -> str:
    """Book the second time of the open day; the ticket's path."""
    await cleo.page.locator("a.bk-slot").nth(1).click()
    await _fill(cleo.page)
    await cleo.page.get_by_role("button", name="Confirm booking").click()
    await cleo.page.wait_for_url("**/b/*")
    return cleo.page.url.removeprefix(cleo.base).partition("?")[0]


async def _lose_the_race(browser: Browser, cleo: Window) -> None:
    """Two forms for one time; the second confirm is the late one."""
    await cleo.open("/maya/intro")
    address = await cleo.page.locator("a.bk-slot").nth(3).get_attribute("href") or ""
    await cleo.open(address)
    async with window(browser, cleo.base, DESK) as dora:
        await dora.open(address)
        await _fill(dora.page)
        await dora.page.get_by_role("button", name="Confirm booking").click()
        await dora.page.wait_for_url("**/b/*")
    await _fill(cleo.page)
    await cleo.page.get_by_role("button", name="Confirm booking").click()
    await cleo.page.get_by_role("alert").wait_for()


async def _fill(page: Page) -> None:
    """Every field that must be filled in, as far as the demo asks."""
    await page.get_by_label("Name", exact=True).fill("Cleo Çelik")
    await page.get_by_label("E-mail", exact=True).fill("cleo@example.org")
    for area in await page.locator("textarea[required]").all():
        await area.fill("Which of our three calendars should we keep?")


async def _shoot(page: Page, name: str) -> None:
    await page.wait_for_timeout(700)  # animations have ended
    await page.evaluate("document.activeElement?.blur()")
    await page.screenshot(path=FOLDER / f"{name}.png")


@asynccontextmanager
async def _open(browser: Browser, base: str, way: Way) -> AsyncIterator[Window]:
    async with window(browser, base, way) as made:
        yield made
        assert made.complaints == []


def _dark(way: Way, *, scripts: bool = True) -> Way:
    return msgspec.structs.replace(way, scheme="dark", scripts=scripts)


def _sized(way: Way, scale: float) -> Way:
    return msgspec.structs.replace(way, scale=scale)


def _password(printed: str) -> str:
    return printed.partition("password  ")[2].split()[0]


if __name__ == "__main__":
    main()
