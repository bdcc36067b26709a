"""`make shots`: the pages as people see them, taken from a demo instance in a real browser, into docs/screenshots."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

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
        password = password_of(served.command("demo"))
        with served:
            asyncio.run(_take(served, password))
    large = [file.name for file in FOLDER.glob("*.png") if file.stat().st_size > MOST_BYTES]
    assert not large, large


async def _take(served: Served, password: str) -> None:
    base = f"http://127.0.0.1:{served.port}"
    async with chromium() as browser:
        booked_at = await _guest(browser, base)
        await _desk(browser, base, password, booked_at)


async def _guest(browser: Browser, base: str) -> datetime:
    """A guest's pages; when they are done, Maya has a call at the moment that is returned."""
    async with _open(browser, base, DESK) as cleo:
        await _roomy(await cleo.open("/maya/consultation"))
        await _shoot(cleo.page, "booking-desktop-light")
        await cleo.page.locator("a.bk-slot").nth(1).click()
        await _fill(cleo.page)
        await _shoot(cleo.page, "details-desktop-light")
        await cleo.open("/maya")
        await _shoot(cleo.page, "profile-desktop-light")
    async with _open(browser, base, _dark(HAND)) as cleo:
        await _roomy(await cleo.open("/maya/consultation"))
        await _shoot(cleo.page, "booking-mobile-dark")
    async with _open(browser, base, HAND) as cleo:
        await cleo.open("/maya/intro")
        ticket, booked_at = await _book(cleo)
        await _shoot(cleo.page, "ticket-mobile-light")
        await cleo.open(ticket + "/reschedule")
        await _shoot(cleo.page, "reschedule-mobile-light")
    async with _open(browser, base, HAND) as cleo:
        await _series(cleo)
        await _shoot(cleo.page, "series-mobile-light")
    async with _open(browser, base, _dark(HAND)) as cleo:
        await _shoot(await cleo.open("/elin/hut"), "stay-mobile-dark")
    async with _open(browser, base, _dark(DESK, scripts=False)) as cleo:
        await _lose_the_race(browser, cleo)
        await _shoot(cleo.page, "taken-desktop-dark-no-scripts")
    return booked_at


async def _desk(browser: Browser, base: str, password: str, booked_at: datetime) -> None:
    async with signed_in(browser, base, _sized(DESK, 1.0), password) as maya:
        await _shoot(await maya.open("/app/bookings"), "bookings-desktop-light")
        await _shoot(await maya.open("/app/availability#days"), "availability-desktop-light")
        await _team(maya)
        await _why(maya, booked_at)
        await _machine(maya)
    async with signed_in(browser, base, _sized(_dark(HAND), 1.5), password) as maya:
        await _shoot(await maya.open("/app/bookings"), "bookings-mobile-dark")
        await _shoot(await maya.open("/admin/system"), "system-mobile-dark")


async def _machine(maya: Window) -> None:
    """A first backup, proved; and how the machine is."""
    page = await maya.open("/admin/backups")
    await page.get_by_role("button", name="Back up now").click()
    await page.get_by_text("Last proven restore").wait_for(timeout=60_000)
    await _shoot(page, "backups-desktop-light")
    await _shoot(await maya.open("/admin/updates"), "updates-desktop-light")
    await _shoot(await maya.open("/admin/system"), "system-desktop-light")


async def _team(maya: Window) -> None:
    """Whose turn it is, after some weeks of short calls."""
    page = await maya.open("/app/teams")
    await page.get_by_role("link", name="Harbour Studio").click()
    await page.get_by_role("link", name="Turns").click()
    await page.get_by_role("heading", name="Whose turn it is").wait_for()
    await _shoot(page, "turns-desktop-light")


async def _why(maya: Window, booked_at: datetime) -> None:
    """Why a time that is booked is offered to nobody else."""
    page, clock = await maya.open("/app/why"), booked_at.astimezone(ZoneInfo("Europe/Stockholm"))
    await page.get_by_label("Event type").select_option(label="Intro call")
    await page.get_by_label("Date").fill(clock.date().isoformat())
    await page.get_by_label("Time, by your clock").fill(f"{clock:%H:%M}")
    await page.get_by_role("button", name="Explain").click()
    await page.get_by_text("is not offered").wait_for()
    await _shoot(page, "why-desktop-light")


async def _roomy(page: Page) -> None:
    """Choose the day that has most to offer, of the next eight."""
    days = (await page.locator("a[data-free]").all())[:8]
    free = [int(await day.get_attribute("data-free") or 0) for day in days]
    await days[free.index(max(free))].click()


async def _book(cleo: Window) -> tuple[str, datetime]:
    """Book the second time of a day; the ticket's path, and when it is."""
    await _roomy(cleo.page)
    slot = cleo.page.locator("a.bk-slot").nth(1)
    starts = parse_qs(urlsplit(await slot.get_attribute("href") or "").query)["slot"][0]
    await slot.click()
    await _fill(cleo.page)
    await cleo.page.get_by_role("button", name="Confirm booking").click()
    await cleo.page.wait_for_url("**/b/*")
    return cleo.page.url.removeprefix(cleo.base).partition("?")[0], datetime.fromisoformat(starts)


async def _series(cleo: Window) -> None:
    """Six lessons, a week apart: every date before it is booked."""
    await _roomy(await cleo.open("/luis/lesson"))
    await cleo.page.locator("a.bk-slot").nth(1).click()
    await cleo.page.get_by_label("Rhythm").select_option("weekly")
    await cleo.page.get_by_label("Dates").fill("6")
    await cleo.page.locator(".bk-dates li").nth(5).wait_for()


async def _lose_the_race(browser: Browser, cleo: Window) -> None:
    """Two forms for one time; the second confirm is the late one."""
    await _roomy(await cleo.open("/maya/intro"))
    address = await cleo.page.locator("a.bk-slot").nth(2).get_attribute("href") or ""
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
async def signed_in(browser: Browser, base: str, way: Way, password: str) -> AsyncIterator[Window]:
    """Maya at her desk."""
    async with _open(browser, base, way) as maya:
        page = await maya.open("/sign-in")
        await page.get_by_label("E-mail").fill("maya@example.com")
        await page.get_by_label("Password").fill(password)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.wait_for_url("**/app")
        yield maya


@asynccontextmanager
async def _open(browser: Browser, base: str, way: Way) -> AsyncIterator[Window]:
    async with window(browser, base, way) as made:
        yield made
        assert made.complaints == []


def _dark(way: Way, *, scripts: bool = True) -> Way:
    return msgspec.structs.replace(way, scheme="dark", scripts=scripts)


def _sized(way: Way, scale: float) -> Way:
    return msgspec.structs.replace(way, scale=scale)


def password_of(printed: str) -> str:
    """The one that `cally demo` has printed."""
    return printed.partition("password  ")[2].split()[0]


if __name__ == "__main__":
    main()
