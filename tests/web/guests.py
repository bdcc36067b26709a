"""What a guest's browser does without scripts: read a page's links and fields, follow one, send the form."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2

from cally.brakes import solved
from tests.web.conftest import BASE

BROWSER = {"origin": BASE, "accept-language": "en-GB,en;q=0.9"}
CLEO = {"name": "Cleo Çelik", "email": "cleo@example.org"}


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.links: list[str] = []
        self.buttons: list[tuple[str, str]] = []
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "button" and given.get("name"):
            self.buttons.append((given["name"], given.get("value", "")))
        elif tag == "textarea":
            self._area = given.get("name", "")
            self.fields[self._area] = ""
        elif tag == "input" and given.get("name") and given.get("type") not in {"radio", "checkbox"}:
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data.removeprefix("\n")


def _read(page: httpx2.Response) -> _Reading:
    reading = _Reading()
    reading.feed(page.text)
    return reading


def words(page: httpx2.Response) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def links(page: httpx2.Response, part: str) -> list[str]:
    """The addresses on a page that contain these words."""
    return [link for link in _read(page).links if part in link]


def fields(page: httpx2.Response) -> dict[str, str]:
    """The form of a page as it stands."""
    return _read(page).fields


def buttons(page: httpx2.Response) -> list[tuple[str, str]]:
    """The buttons that send a value of their own."""
    return _read(page).buttons


async def look(client: httpx2.AsyncClient, address: str, **headers: str) -> httpx2.Response:
    """Open a page."""
    return await client.get(address, headers={**BROWSER, **headers})


async def send(client: httpx2.AsyncClient, address: str, form: dict[str, Any]) -> httpx2.Response:
    """Send a form."""
    return await client.post(address, data=form, headers=BROWSER)


async def filled(client: httpx2.AsyncClient, slot: str, **more: str) -> dict[str, str]:
    """The form for a slot of Ada's `intro`, with Cleo's name and address in it."""
    page = await look(client, f"/ada/intro?slot={slot}&tz=Europe/Berlin")
    return {**fields(page), **CLEO, **more}


async def booked(client: httpx2.AsyncClient, slot: str, **more: str) -> str:
    """Book a slot as Cleo; the address of the ticket, without what was just done."""
    answer = await send(client, "/ada/intro", await filled(client, slot, **more))
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"].partition("?")[0]


def worked(page: httpx2.Response) -> dict[str, str]:
    """The work that a form asks for, done as the page's script does it."""
    found = re.search(r'data-challenge="([^"]+)" data-bits="(\d+)"', page.text)
    return {"work": solved(found[1], int(found[2]))} if found else {}
