"""Private pages: the door where a password is given, and the addresses of private links, `/p/{code}`."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.response.base import ASGIResponse

from cally.accounts import open_page
from cally.bookings import TEAM, booked_before, closed_event_type, manage_token, offer_of_link
from cally.errors import CallyError, not_found
from cally.web import forms
from cally.web.doors import Doors
from cally.web.errors import password_page
from cally.web.keys import cookie, known_keys
from cally.web.pages.public.actors import guest
from cally.web.pages.public.booking import looked_at
from cally.web.pages.public.confirm import confirmed
from cally.web.pages.public.waitlist import joined
from cally.web.pages.public.waitlist import looked_at as looked_at_line

LONGEST_QUERY = 500


@post("/{host:str}/{slug:str}/password", status_code=200, include_in_schema=False)
async def give_password(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Open a private page with its password: 303 to it, 403 and the question again when it is wrong."""
    return await _opened(request, doors, host, slug)


@post("/team/{team:str}/{slug:str}/password", status_code=200, include_in_schema=False)
async def give_password_of_team(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], team: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """The same of what a team offers."""
    return await _opened(request, doors, f"{TEAM}{team}", slug)


async def _opened(request: Request[Any, Any, Any], doors: Doors, owner: str, slug: str) -> Response[Any]:
    form = await forms.read(request)
    found = await closed_event_type(doors.store.reader, owner, slug)
    if found is None:
        raise not_found("event type")
    path, query = f"/{owner.replace(TEAM, 'team/', 1)}/{found.slug}", form.text("query")[:LONGEST_QUERY]
    try:
        version = await open_page(
            doors.store,
            doors.brake,
            event_type_id=found.id,
            password=form.text("password"),
            address=guest(request, doors).address,
            now=doors.clock(),
        )
    except CallyError as error:
        if error.code not in {"password_needed", "rate_limited"}:
            raise
        status = 429 if error.code == "rate_limited" else 403
        return password_page(request, path, sentence=error.sentence, query=query, status=status)
    on = f"{path}?{query}" if query and query.isascii() and query.isprintable() else path
    response = Redirect(on, status_code=303)
    response.set_cookie(cookie(doors, found.id, version))
    return response


@get("/p/{code:str}", include_in_schema=False)
async def through_link(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], code: FromPath[str]
) -> ASGIResponse:
    """The booking page that a private link leads to; a link that works no more says so, and not whose it was."""
    shown = known_keys(request, doors, code)
    found = await offer_of_link(doors.store.reader, shown)
    return await looked_at(request, doors, (found.owner, found.event_type.slug), shown)


@post("/p/{code:str}", status_code=200, include_in_schema=False)
async def confirm_through_link(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], code: FromPath[str]
) -> Response[Any]:
    """Book through a private link; the same form sent twice leads to the one ticket, though the link is used up."""
    shown = known_keys(request, doors, code)
    try:
        found = await offer_of_link(doors.store.reader, shown)
        return await confirmed(request, doors, found.owner, found.event_type.slug, shown)
    except CallyError as error:
        key = (await forms.read(request)).text("key")
        booking = await booked_before(doors.store.reader, key) if error.code == "link_ended" and key else None
        if booking is None:
            raise
        return Redirect(f"/b/{manage_token(doors.vault, booking.uid)}", status_code=303)


@get("/p/{code:str}/waitlist", include_in_schema=False)
async def wait_through_link(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], code: FromPath[str]
) -> Response[Any]:
    """Whether to wait for a time that is full."""
    shown = known_keys(request, doors, code)
    found = await offer_of_link(doors.store.reader, shown)
    return await looked_at_line(request, doors, found.owner, found.event_type.slug, shown)


@post("/p/{code:str}/waitlist", status_code=200, include_in_schema=False)
async def join_through_link(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], code: FromPath[str]
) -> Response[Any]:
    """Join the line; a place in it uses the link as a booking does."""
    shown = known_keys(request, doors, code)
    found = await offer_of_link(doors.store.reader, shown)
    return await joined(request, doors, found.owner, found.event_type.slug, shown)
