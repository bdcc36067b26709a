"""A guest books, moves and cancels in Chromium, with scripts and without, on a phone and at a desk."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import DESKTOP, PHONE, Way, Window
from tests.browser.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

FAVICON = "/static/mark-"  # Chromium asks for it again whenever the address changes
WAYS = [
    Way(width=width, scheme=scheme, scripts=scripts)
    for width in (PHONE, DESKTOP)
    for scheme in ("light", "dark")
    for scripts in (True, False)
]


async def fill(page: Page, name: str = "Cleo Çelik") -> None:
    """The two fields that every guest fills in."""
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail", exact=True).fill("cleo@example.org")


async def tap(page: Page, number: int = 0) -> str:
    """Choose the n-th time of the open day; what it said."""
    slot = page.locator("a.bk-slot").nth(number)
    said = await slot.inner_text()
    await slot.click()
    await expect(page.get_by_role("heading", name=re.compile("Your details|Move to this time"))).to_be_visible()
    return said


def slot_of(page: Page) -> str:
    """The slot that the address carries."""
    return parse_qs(urlsplit(page.url).query)["slot"][0]


async def book_elsewhere(cleo: Window, page_of_ada: str, slot: str) -> None:
    """Someone else books that slot, through the API."""
    _, host, event_type = page_of_ada.split("/")
    guest = {"name": "Ben", "email": "ben@example.org", "tz": "Europe/Berlin"}
    body = {"host": host, "event_type": event_type, "starts_at": slot.replace("Z", ":00Z"), "guest": guest}
    answer = await cleo.page.request.post(f"{cleo.base}/api/v1/bookings", data=body)
    assert answer.status == 201, await answer.text()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_two_taps_and_two_fields(opened: Opened, page_of_ada: str, way: Way) -> None:
    """Open, tap a time, name, address, confirm: a ticket; then moved, then cancelled. Nothing overflows on the way."""
    async with opened(way) as cleo:
        page = await cleo.open(page_of_ada)
        assert await cleo.overflow() <= 0
        await tap(page)
        assert await cleo.overflow() <= 0
        await fill(page)
        await page.get_by_role("button", name="Confirm booking").click()
        await expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()
        assert await cleo.overflow() <= 0

        await page.get_by_role("link", name="Reschedule").click()
        await tap(page, 1)
        await page.get_by_role("button", name="Move the booking").click()
        await expect(page.get_by_role("heading", name="Your new time is booked")).to_be_visible()

        await page.get_by_role("link", name="Cancel", exact=True).click()
        await page.get_by_label("A word to").fill("Fell ill")
        await page.get_by_role("button", name="Cancel the booking").click()
        await expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
        await expect(page.get_by_text("Fell ill")).to_be_visible()


@pytest.mark.rule(75)
async def test_times_are_in_the_guests_own_zone_at_first_sight(opened: Opened, page_of_ada: str) -> None:
    """Without being asked, a browser in Tokyo shows Tokyo's clock, and says so."""
    async with opened(Way(tz="Asia/Tokyo")) as cleo:
        page = await cleo.open(page_of_ada)
        await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
        said = await tap(page)
        there = datetime.fromisoformat(slot_of(page)).astimezone(ZoneInfo("Asia/Tokyo"))
        assert said == there.strftime("%H:%M")


async def test_choosing_a_day_asks_the_server_nothing(opened: Opened, page_of_ada: str) -> None:
    """All times came with the page; the address follows all the same."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        await page.wait_for_load_state("networkidle")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if FAVICON not in request.url else None)
        day = page.locator("a.bk-day:not([aria-current])").first
        date = await day.get_attribute("data-date")
        await day.click()
        await expect(page.locator("a.bk-day[aria-current]")).to_have_attribute("data-date", date or "")
        await page.get_by_role("link", name="Next month").click()
        assert f"date={date}" in page.url
        assert asked == []


async def test_back_and_forward_walk_between_time_and_form(opened: Opened, page_of_ada: str) -> None:
    """Back returns to the times with the focus where it was; forward finds the form as it was left."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        said = await tap(page, 2)
        await fill(page, "Cleo")
        await page.go_back()
        await expect(page.locator("a.bk-slot:focus")).to_have_text(said)
        await page.go_forward()
        await expect(page.get_by_label("Name")).to_have_value("Cleo")


async def test_reloading_the_form_keeps_the_hold(opened: Opened, page_of_ada: str) -> None:
    """The server sees the held time as taken; the guest who holds it is not told so, and books it."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        async with page.expect_response("**/api/v1/holds"):
            await tap(page)
        await expect(page.locator("[name=hold]")).not_to_have_value("")
        await page.reload()
        await expect(page.get_by_text("no longer free")).to_have_count(0)
        await fill(page)
        await page.get_by_role("button", name="Confirm booking").click()
        await expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()


@pytest.mark.rule(50)
async def test_a_time_is_held_while_its_guest_types(opened: Opened, page_of_ada: str) -> None:
    """Another guest does not see it any more; going back and taking it again is possible."""
    async with opened() as cleo, opened() as dora:
        page = await cleo.open(page_of_ada)
        async with page.expect_response("**/api/v1/holds"):
            said = await tap(page)
        other = await dora.open(page_of_ada)
        await expect(other.locator("a.bk-slot").first).not_to_have_text(said)
        await page.get_by_text("Change time").click()
        async with page.expect_response("**/api/v1/holds") as answer:
            await tap(page)
        assert (await answer.value).status == 201


@pytest.mark.rule(47)
async def test_someone_faster_between_look_and_tap(opened: Opened, page_of_ada: str) -> None:
    """The tap is answered with the nearest times in place; one more tap takes one of them, and it gets booked."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        slot = parse_qs(urlsplit(await page.locator("a.bk-slot").nth(1).get_attribute("href") or "").query)["slot"][0]
        await book_elsewhere(cleo, page_of_ada, slot)
        await tap(page, 1)
        await page.get_by_label("Name").fill("Cleo")
        await expect(page.get_by_role("alert")).to_contain_text("Someone was faster")
        await page.get_by_role("alert").get_by_role("button").first.click()
        await expect(page.get_by_label("Name")).to_have_value("Cleo")
        await fill(page)
        await page.get_by_role("button", name="Confirm booking").click()
        await expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()


@pytest.mark.rule(47)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_someone_faster_between_form_and_confirm(opened: Opened, page_of_ada: str, scripts: bool) -> None:
    """The form comes back as it was with three other times; one of them books at once."""
    async with opened(Way(scripts=scripts, tz="Europe/Berlin")) as cleo:
        await cleo.page.route("**/api/v1/holds", lambda route: route.abort())
        page = await cleo.open(page_of_ada)
        await tap(page, 1)
        await fill(page)
        await book_elsewhere(cleo, page_of_ada, slot_of(page))
        await page.get_by_role("button", name="Confirm booking").click()
        await expect(page.get_by_role("alert")).to_contain_text("Someone was faster")
        await expect(page.get_by_label("Name")).to_have_value("Cleo Çelik")
        await page.get_by_role("alert").get_by_role("button").first.click()
        await expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()


@pytest.mark.rule(12)
async def test_another_zone_says_the_same_instants(opened: Opened, page_of_ada: str) -> None:
    """The host's clock, another city's, and back: the slots stay what they are."""
    async with opened(Way(tz="America/New_York")) as cleo:
        page = await cleo.open(page_of_ada)
        before = await _slots(page)
        await page.get_by_role("button", name=re.compile("’s time")).click()
        await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
        hosts = await page.locator("a.bk-slot").all_inner_texts()
        await page.get_by_label("Time zone").focus()
        await page.get_by_label("Time zone").select_option("Asia/Kolkata")
        kolkata = await page.locator("a.bk-slot").all_inner_texts()
        assert set(await _slots(page)) & set(before)
        assert {hosts[0][-2:], kolkata[0][-2:]} == {"00", "30"}  # which is which depends on the time of day
        await page.reload()
        await expect(page.get_by_label("Time zone")).to_have_value("Asia/Kolkata")


async def test_twelve_or_twenty_four_hours(opened: Opened, page_of_ada: str) -> None:
    """The choice shows at once and is still there after a reload."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        await page.get_by_role("button", name="12h").click()
        await expect(page.locator("a.bk-slot").first).to_contain_text(re.compile("[ap]m", re.IGNORECASE))
        await page.reload()
        await expect(page.locator("a.bk-slot").first).to_contain_text(re.compile("[ap]m", re.IGNORECASE))


async def test_the_keyboard_is_enough(opened: Opened, page_of_ada: str) -> None:
    """Arrows walk over free days, Enter opens one and takes a time, the focus waits in the first field."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        await page.locator("a.bk-day[aria-current]").focus()
        before = await page.locator("a.bk-day:focus").get_attribute("data-date")
        await page.keyboard.press("ArrowRight")
        after = await page.locator("a.bk-day:focus").get_attribute("data-date")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        while not await page.locator("a.bk-slot:focus").count():
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Name")).to_be_focused()
        await page.keyboard.type("Cleo")
        await page.keyboard.press("Tab")
        await page.keyboard.type("cleo@example.org")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You’re booked")).to_be_visible()
        assert (before or "") < (after or "")


async def test_the_theme_stays_as_chosen(opened: Opened, page_of_ada: str) -> None:
    """Dark once switched, dark again on the next page, rendered so by the server."""
    async with opened() as cleo:
        page = await cleo.open(page_of_ada)
        light = await _background(page)
        await page.get_by_role("button", name="Switch light or dark").click()
        dark = await _background(page)
        await page.reload()
        assert (light != dark, await _background(page)) == (True, dark)


@pytest.mark.parametrize("width", [320, 768, 1_440])
async def test_nothing_is_wider_than_the_window(opened: Opened, page_of_ada: str, width: int) -> None:
    """From the narrowest phone to a wide desk, times and form fit."""
    async with opened(Way(width=width)) as cleo:
        page = await cleo.open(page_of_ada)
        times = await cleo.overflow()
        await tap(page)
        assert (times, await cleo.overflow()) == (0, 0)


async def _slots(page: Page) -> list[Any]:
    found = await page.locator("a.bk-slot").evaluate_all(
        "links => links.map(link => new URL(link.href).searchParams.get('slot'))"
    )
    return list(found)


async def _background(page: Page) -> str:
    return str(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
