"""`make axe`: every page that links lead to, found by following them, one of each kind, and judged by axe-core.

Guests' pages, a host's and an admin's of the demo; on a wide light screen and on a phone in the dark. Prints what is
wrong, also where a page is wider than the screen; exits with 1 when anything is.
"""

import asyncio
import re
import sys
import tempfile
from collections import deque
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.async_api import Error, Page

from tests import npm
from tests.browser.chromium import DESKTOP, PHONE, Way, Window, chromium, window
from tests.browser.shots import password_of, signed_in
from tests.process.served import Served

FOLDER = Path(__file__).parent / "axe"
MOST_PAGES = 250
WAYS = (Way(width=DESKTOP), Way(width=PHONE, scheme="dark"))
OPEN = ["/maya", "/maya/consultation", "/luis/lesson", "/elin/hut", "/sign-in", "/privacy", "/api/v1/docs"]
DESK = ["/app", "/app/messages/times", "/admin/system", "/admin/settings"]
STATIC = re.compile(r"^/(static|media|api|feeds)/|\.(ics|json|csv|txt|xml|png|svg)$")
LEAVES = re.compile(r"^/(sign-out|setup/)")
ONE_OF_MANY = re.compile(r"(?<=/)(?:\d{6,}|[0-9A-Za-z_-]{16,}|[0-9a-z]{12,}|\d{4}-\d{2}-\d{2})(?=/|$)")
MESSAGES = re.compile(r"^/app/messages/(wording|letters)/.+")  # one page for dozens of messages
LINKS = "[...document.querySelectorAll('a[href]:not([download])')].map(a => a.href)"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
JUDGE = """tags => axe.run({runOnly: tags}).then(found => found.violations.map(
  one => [one.id, one.nodes.map(node => node.target.join(' ') + ': ' + node.html.slice(0, 160))]))"""
DOWNLOAD = "Download is starting"
QUIET = "document.getAnimations().forEach(one => one.finish())"


def main() -> int:
    """Judge them all; 0 when there is nothing to say."""
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder) / "state")
        password = password_of(served.command("demo"))
        with served:
            wrong = asyncio.run(_judged(f"http://127.0.0.1:{served.port}", password))
    return int(wrong > 0)


async def _judged(base: str, password: str) -> int:
    """How many pages have something wrong with them."""
    wrong = 0
    async with chromium() as browser:
        for way in WAYS:
            async with window(browser, base, way) as cleo, signed_in(browser, base, way, password) as maya:
                for who, starts, below in ((cleo, OPEN, "/"), (maya, DESK, "/a")):
                    pages = await found_pages(who, starts, below=below)
                    sys.stderr.write(f"axe: {way.name}, {len(pages)} pages from {starts[0]}\n")
                    wrong += sum([await _says(who, path, way) for path in pages])
    return wrong


async def _says(who: Window, path: str, way: Way) -> bool:
    page = await who.open(path)
    found, too_wide = await violations(page), await who.overflow()
    if too_wide > 0:
        found["wider than the screen"] = [f"by {too_wide} pixels"]
    for rule, places in found.items():
        sys.stdout.write(f"{way.name} {path}: {rule}\n" + "".join(f"    {place}\n" for place in places))
    return bool(found)


async def found_pages(window: Window, starts: list[str], *, below: str = "/") -> list[str]:
    """One address of each kind that can be reached from these by links, `below` a path; queries do not count."""
    waiting, seen, found = deque(starts), {kind(start) for start in starts}, list[str]()
    while waiting and len(found) < MOST_PAGES:
        path = waiting.popleft()
        try:
            page = await window.open(path)
        except Error as error:
            if DOWNLOAD not in error.message:
                raise
            continue
        found.append(path)
        for link in await page.evaluate(LINKS):
            parts = urlsplit(urljoin(window.base + path, link))
            if f"{parts.scheme}://{parts.netloc}" != window.base or not parts.path.startswith(below):
                continue
            if STATIC.search(parts.path) or LEAVES.match(parts.path) or kind(parts.path) in seen:
                continue
            seen.add(kind(parts.path))
            waiting.append(parts.path)
    return found


def kind(path: str) -> str:
    """What a path has in common with others of its kind: `/app/bookings/{}`."""
    return MESSAGES.sub(r"/app/messages/\1/{}", ONE_OF_MANY.sub("{}", urlsplit(path).path.rstrip("/") or "/"))


async def violations(page: Page) -> dict[str, list[str]]:
    """The rules that a page breaks, each with the elements that do."""
    await page.evaluate(QUIET)
    await page.evaluate(_rules())
    found: list[Any] = await page.evaluate(JUDGE, list(RULES))
    return dict(found)


@cache
def _rules() -> str:
    return (npm.installed(FOLDER, "axe-core") / "node_modules" / "axe-core" / "axe.min.js").read_text()


if __name__ == "__main__":
    sys.exit(main())
