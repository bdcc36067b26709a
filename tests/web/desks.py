"""Desks: browsers in which somebody is signed in, as they send forms."""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from cally.bookings import Availability, book
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.store import Store, bookings, event_types, schedules
from tests.cast import AS_CLEO, NOW, booked, event_type, request
from tests.web.conftest import BASE, asking

FORM = {"origin": BASE, "sec-fetch-site": "same-origin"}
SignedIn = Callable[[Host], Awaitable[dict[str, str]]]


@asynccontextmanager
async def desk(app: Any, signed_in: SignedIn, host: Host) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser of this host."""
    async with asking(app) as client:
        name, _, secret = (await signed_in(host))["cookie"].partition("=")
        client.cookies.set(name, secret)
        client.headers.update(FORM)
        yield client


async def cleo_books(store: Store, starts_at: int, *, slug: str = "intro", host: str = "ada") -> Booking:
    """Cleo books through the real door of the room."""
    wanted = request(starts_at, host=host, event_type=slug)
    return booked(await book(store, Availability(store), wanted, now=NOW, actor=AS_CLEO))


async def with_approval(store: Store, host: Host, slug: str = "workshop") -> None:
    """An event type of the host whose bookings wait for an answer."""
    hours = (await schedules.list_of(store.reader, host.id))[0]
    await event_type(store, hours, slug, approval=True)


async def booking(store: Store, uid: str) -> Booking:
    """The booking as it is now."""
    found = await bookings.by_uid(store.reader, uid)
    assert found is not None
    return found


async def offers(store: Store, host: Host) -> list[str]:
    """The slugs on offer, in order."""
    return [item.slug for item in await event_types.list_of(store.reader, host.id)]


def words(answer: httpx2.Response) -> str:
    """What a page says, without its tags."""
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))
