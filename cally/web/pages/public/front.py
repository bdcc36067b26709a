"""The bare address: hosts go on to their desk; whoever else comes is told where to go."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.model.accounts import Session
from cally.store import accounts
from cally.web.doors import Doors
from cally.web.rendering import render


@get("/", include_in_schema=False)
async def front(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], session: NamedDependency[Session | None]
) -> Response[bytes] | Redirect:
    """No list of hosts: a booking page is found by its link. Before the first run it says how to begin."""
    if session is not None:
        return Redirect("/app", status_code=303)
    is_set_up = await accounts.count(doors.store.reader) > 0
    return render(request, "pages/public/front.html", is_set_up=is_set_up)
