"""Finished pages in memory, each for as long as it is exactly right; nothing personal and no token is ever in one."""

import gzip
import hashlib
from collections import OrderedDict
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar.response.base import ASGIResponse

from cally.bookings import Availability, Offer
from cally.web.rendering import HTML, AnyRequest

MOST_BYTES = 33_554_432
PAGE_BYTES = 4_096  # what a page takes beside its text
VARY = "Accept-Encoding, Accept-Language, Cookie"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page as bytes, plain and under gzip, and what it was made from; `version` equal means still right."""

    offer: Offer
    version: Any
    body: bytes
    packed: bytes
    tag: str


class Pages:
    """The pages last asked for, by everything they depend on but time and availability."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._known: OrderedDict[Any, Page] = OrderedDict()
        self._left = most_bytes

    def get(self, key: Any) -> Page | None:
        """The page kept under this key; whether it is still right, the asker must judge."""
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def keep(self, key: Any, offer: Offer, version: Any, text: str) -> Page:
        """Keep a page, in the place of those asked for longest ago when they become too much."""
        body = text.encode()
        tag = hashlib.sha256(body).hexdigest()[:16]
        packed = gzip.compress(body, 6, mtime=0)
        made = Page(offer=offer, version=version, body=body, packed=packed, tag=tag)
        earlier = self._known.pop(key, None)
        self._left += _size(earlier) if earlier is not None else 0
        self._known[key] = made
        self._left -= _size(made)
        while self._left < 0 and self._known:
            self._left += _size(self._known.popitem(last=False)[1])
        return made


def _size(page: Page) -> int:
    return PAGE_BYTES + len(page.body) + len(page.packed)


_pages: WeakKeyDictionary[Availability, Pages] = WeakKeyDictionary()


def pages_of(availability: Availability) -> Pages:
    """The pages of one running process."""
    found = _pages.get(availability)
    if found is None:
        found = _pages[availability] = Pages()
    return found


def answer(request: AnyRequest, page: Page) -> ASGIResponse:
    """The page, packed for browsers that can unpack it, or 304 for one who has it already."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{page.tag}{"-gz" if packed else ""}"'
    headers = {"cache-control": "private, no-cache", "vary": VARY, "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return ASGIResponse(status_code=304, headers=headers, media_type=HTML)
    if packed:
        headers["content-encoding"] = "gzip"
    body = page.packed if packed else page.body
    return ASGIResponse(body=body, status_code=200, headers=headers, media_type=HTML)
