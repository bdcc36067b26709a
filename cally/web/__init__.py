"""The door for browsers and programs: pages, API v1, and what stands around every request and answer."""

from functools import lru_cache
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide

from cally.web import api, limits, media, static
from cally.web.api.v1.slots import SlotsMemory
from cally.web.closed import closed_meanwhile
from cally.web.counted import counted
from cally.web.doors import Doors
from cally.web.errors import on_error
from cally.web.gate import gate
from cally.web.headers import with_headers
from cally.web.options import with_allow
from cally.web.origin import same_origin_only
from cally.web.pages import account, admin, host, oauth, public, setup
from cally.web.refused import refusals_noted
from cally.web.signed_in import session

Application = Any


def build(doors: Doors) -> Application:
    """The ASGI application: Litestar's routes inside the raw HTTP guard inside the security headers, counted."""
    names = lru_cache(maxsize=4)(limits.hosts_of)
    guarded = limits.guard(with_allow(routes(doors)), public_hosts=lambda: names(doors.public_url()))
    return counted(with_headers(guarded, public_url=doors.public_url), doors.monitor.requests)


def open_for(application: Litestar, doors: Doors) -> None:
    """Let all routes answer through these doors from now on, with nothing remembered."""
    application.state["doors"] = doors
    application.state["slots"] = SlotsMemory()


def routes(doors: Doors) -> Litestar:
    """All routes. Every handler may ask for `doors` and for `session` (None when nobody is signed in)."""
    handlers: list[Any] = [*static.ROUTES, *media.ROUTES, *api.ROUTES]
    for pages in (setup, account, host, admin, oauth, public):
        handlers.extend(pages.ROUTES)
    made = Litestar(
        route_handlers=handlers,
        dependencies={"doors": Provide(provide_doors, sync_to_thread=False), "session": Provide(session)},
        exception_handlers={Exception: on_error},
        middleware=[refusals_noted, gate, same_origin_only, closed_meanwhile],
        request_max_body_size=limits.BODY_BYTES,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
    open_for(made, doors)
    return made


def provide_doors(request: Request[Any, Any, Any]) -> Doors:
    """The doors that the routes answer through."""
    found: Doors = request.app.state.doors
    return found
