"""Debian's Chromium, opened at a width, in a theme, with or without scripts; whatever it complains of is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import msgspec
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE, DESKTOP = 390, 1_280
HEIGHTS = {PHONE: 844, DESKTOP: 820}
HARMLESS = (
    "Failed to load resource",  # said of every 4xx, also of one that a page expects
    "Transition was",  # a page was left before its opening animation had begun
)


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a guest looks at a page."""

    width: int = DESKTOP
    scheme: Literal["light", "dark"] = "light"
    scripts: bool = True
    locale: str = "en-GB"
    tz: str = "America/New_York"
    scale: float = 1.0

    @property
    def name(self) -> str:
        """`390-dark-no-scripts`, for test reports."""
        return f"{self.width}-{self.scheme}-{'scripts' if self.scripts else 'no-scripts'}"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One browser, until the block ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


class Window:
    """A private window; `complaints` must stay empty, for the policy's refusals and all script errors end up there."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self._note(str(error)))

    async def open(self, address: str) -> Page:
        """Go to an address of the server."""
        await self.page.goto(self.base + address)
        return self.page

    async def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(message.text)

    def _note(self, text: str) -> None:
        if not text.startswith(HARMLESS):
            self.complaints.append(text)


@asynccontextmanager
async def window(browser: Browser, base: str, way: Way) -> AsyncIterator[Window]:
    """A private window, closed when the block ends."""
    context = await browser.new_context(
        viewport={"width": way.width, "height": HEIGHTS.get(way.width, 800)},
        color_scheme=way.scheme,
        java_script_enabled=way.scripts,
        locale=way.locale,
        timezone_id=way.tz,
        device_scale_factor=way.scale,
        is_mobile=way.width == PHONE,
        has_touch=way.width == PHONE,
    )
    try:
        yield Window(await context.new_page(), base)
    finally:
        await context.close()
