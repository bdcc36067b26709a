"""A guest cancels: a page that asks, and the form on it that does."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.bookings import cancel
from cally.errors import CallyError
from cally.web import forms
from cally.web.doors import Doors
from cally.web.pages.public.actors import guest
from cally.web.pages.public.series_dates import scope_of
from cally.web.pages.public.ticket import managed, ticket_page


@get("/b/{token:str}/cancel", include_in_schema=False)
async def ask(request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]) -> Response[bytes]:
    """Whether to cancel, and why; mail scanners that follow this link cancel nothing (rule 52)."""
    return await ticket_page(request, doors, await managed(doors, token), template="cancel")


@post("/b/{token:str}/cancel", status_code=200, include_in_schema=False)
async def confirm_cancellation(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], token: FromPath[str]
) -> Response[Any]:
    """Cancel; twice is no fault, and what can no longer be cancelled is said on the ticket (rule 54)."""
    doors.guests.change(guest(request, doors).address, doors.clock())
    found, form = await managed(doors, token), await forms.read(request)
    doors.guests.change(guest(request, doors).address, doors.clock(), times=len(found.booking.companions))
    try:
        await cancel(
            doors.store,
            found.booking.uid,
            reason=form.text("reason"),
            scope=scope_of(form.text("scope")),
            now=doors.clock(),
            actor=guest(request, doors),
        )
    except CallyError as error:
        if error.code not in {"conflict", "invalid"}:
            raise
        template = "ticket" if error.code == "conflict" else "cancel"
        status = 409 if error.code == "conflict" else 422
        return await ticket_page(request, doors, found, status=status, notice=error.sentence, template=template)
    doors.wake()
    return Redirect(found.path, status_code=303)
