"""The booking page of hosts together, `/ada+ben`: the same as any other, at an address made of their slugs."""

from typing import Any

from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.response.base import ASGIResponse

from cally.bookings import JOINT, MEETING, canonical_link
from cally.errors import not_found
from cally.web.doors import Doors
from cally.web.pages.public.booking import looked_at
from cally.web.pages.public.confirm import confirmed


async def together_page(request: Request[Any, Any, Any], doors: Doors, owner: str) -> ASGIResponse:
    """Free times of all; names in another order, or twice, lead to the one address. Raises `not_found`."""
    canonical = _canonical(owner)
    if canonical == owner:
        return await looked_at(request, doors, (canonical, MEETING))
    query = request.scope["query_string"].decode("ascii", "replace")
    there = Redirect(f"/{canonical}?{query}" if query else f"/{canonical}", status_code=301)
    return there.to_asgi_response(app=None, request=request)


@post("/{host:str}", status_code=200, include_in_schema=False)
async def confirm_together(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str]
) -> Response[Any]:
    """Book with all of them."""
    if JOINT not in host:
        raise not_found("page")
    return await confirmed(request, doors, _canonical(host), MEETING)


def _canonical(owner: str) -> str:
    canonical = canonical_link(owner)
    if not canonical:
        raise not_found("event type")
    return canonical
