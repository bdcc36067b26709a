"""Whoever was reminded wants no more of it: one click in a mail program (RFC 8058), or a button on a page."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.errors import not_found
from cally.notify.stopping import Stop, start_again, stop_for_token, stop_reminders
from cally.web import forms, rendering
from cally.web.doors import Doors
from cally.web.pages.public.actors import guest
from cally.web.pages.public.ticket import PRIVATE

ONE_CLICK = "List-Unsubscribe"


@get("/reminders/{token:str}", include_in_schema=False)
async def reminders(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[Any]:
    """Whether to be reminded no more; opening it changes nothing."""
    found = await _found(doors, token)
    return rendering.render(
        request, "pages/public/reminders.html", headers=PRIVATE, stop=found, path=f"/reminders/{token}"
    )


@post("/reminders/{token:str}", status_code=200, include_in_schema=False)
async def change_reminders(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[Any]:
    """Stop, or start again. A mail program's one click is answered in few words, and leads nowhere (RFC 8058 3.2)."""
    actor = guest(request, doors)
    doors.guests.change(actor.address, doors.clock())
    found, form = await _found(doors, token), await forms.read(request)
    if form.has("again"):
        await start_again(doors.store, doors.vault, found, now=doors.clock(), actor=actor)
    else:
        await stop_reminders(doors.store, doors.vault, found, now=doors.clock(), actor=actor)
    if form.has(ONE_CLICK):
        return Response("No more reminders are sent.\n", media_type="text/plain", headers=PRIVATE)
    return Redirect(f"/reminders/{token}", status_code=303)


ROUTES = [reminders, change_reminders]


async def _found(doors: Doors, token: str) -> Stop:
    found = await stop_for_token(doors.store.reader, doors.vault, token)
    if found is None:
        raise not_found("page")
    return found
