"""The public page of a host or a team: who they are, and what they can be booked for."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.bookings import JOINT, listed
from cally.errors import not_found
from cally.hosts import members_of, team_by_slug
from cally.store import hosts
from cally.web.doors import Doors
from cally.web.keys import known_keys
from cally.web.look import look_of
from cally.web.pages.public.away import away_shown
from cally.web.pages.public.together import together_page
from cally.web.rendering import reader, render


@get("/{host:str}", include_in_schema=False)
async def profile(request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str]) -> ASGIResponse:
    """The event types that a host lists, each a link to its booking page; hosts together are booked right here."""
    if JOINT in host:
        return await together_page(request, doors, host)
    return (await _of_host(request, doors, host)).to_asgi_response(app=None, request=request)


async def _of_host(request: Request[Any, Any, Any], doors: Doors, host: str) -> Response[bytes]:
    found = await hosts.by_slug(doors.store.reader, host)
    if found is None:
        raise not_found("page")
    return render(
        request,
        "pages/public/profile.html",
        headers={"cache-control": "private, no-cache"},
        look=await look_of(doors.store.reader, found.id),
        name=found.name,
        about=found.about,
        path=f"/{found.slug}",
        people=(),
        away=await away_shown(doors.store.reader, found, reader(request), doors.clock()),
        event_types=await listed(doors.store.reader, found.id, known_keys(request, doors)),
        canonical=f"{doors.public_url()}/{found.slug}" if doors.public_url() else "",
    )


@get("/team/{team:str}", include_in_schema=False)
async def team_profile(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], team: FromPath[str]
) -> Response[bytes]:
    """The event types that a team lists, and who is in it. Raises `not_found`."""
    db = doors.store.reader
    found = await team_by_slug(db, team)
    if found is None:
        raise not_found("page")
    path = f"/team/{found.slug}"
    return render(
        request,
        "pages/public/profile.html",
        headers={"cache-control": "private, no-cache"},
        look=await look_of(db),
        name=found.name,
        about=found.about,
        path=path,
        people=[host.name for host, _ in await members_of(db, found.id)],
        away=(),
        event_types=await listed(db, found.id, known_keys(request, doors)),
        canonical=f"{doors.public_url()}{path}" if doors.public_url() else "",
    )
