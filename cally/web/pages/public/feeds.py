"""Feeds, `/feeds/{secret}.ics`: the bookings of a host or a team for calendar programs, which come again and again."""

import asyncio
import gzip
from email.utils import formatdate
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.calendars import feed_by_secret, read_feed, write_feed
from cally.errors import not_found
from cally.web.doors import Doors
from cally.web.pages.public.actors import guest

ENDING = ".ics"
CALENDAR = "text/calendar"
COSTS_A_LOOK = 200  # so many events are as much work as one look at slots


@get("/feeds/{name:str}", include_in_schema=False)
async def feed(request: Request[Any, Any, Any], doors: NamedDependency[Doors], name: FromPath[str]) -> ASGIResponse:
    """The calendar, packed for who can unpack it; 304 while it is the one that the reader has.

    A wrong secret is 404, like everything that is not there; who tries many is told to wait.
    """
    address, now = guest(request, doors).address, doors.clock()
    doors.guests.may_try(address, now)
    found = await feed_by_secret(doors.store.reader, name.removesuffix(ENDING)) if name.endswith(ENDING) else None
    read = await read_feed(doors.store.reader, found, now=now) if found is not None else None
    if read is None:
        doors.guests.mistried(address, now)
        raise not_found("feed")
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{read.version}{"-gz" if packed else ""}"'
    headers = {
        "etag": tag,
        "last-modified": formatdate(read.last_modified, usegmt=True),
        "cache-control": "private, no-cache",
        "vary": "accept-encoding",
        "content-disposition": 'inline; filename="bookings.ics"',
        "x-robots-tag": "noindex, nofollow",
    }
    if tag in {part.strip() for part in request.headers.get("if-none-match", "").split(",")}:
        return ASGIResponse(status_code=304, headers=headers, media_type=CALENDAR)
    doors.guests.look(address, now, times=1 + read.size // COSTS_A_LOOK)
    body = await asyncio.to_thread(write_feed, read)
    if packed:
        body = await asyncio.to_thread(gzip.compress, body, 6, mtime=0)
        headers["content-encoding"] = "gzip"
    return ASGIResponse(body=body, status_code=200, headers=headers, media_type=CALENDAR)


ROUTES = [feed]
