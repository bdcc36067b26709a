"""Refused requests, noted for the audit log: who may not, what token is none, which brake held."""

from collections.abc import Callable
from typing import Any

from litestar import Request

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.errors import STATUS

Application = Callable[[Any, Any, Any], Any]
KNOWN = "known_actor"
ADMIN = "/admin/"


def know(request: Request[Any, Any, Any], actor: Actor) -> None:
    """Remember for this request who has shown a good session or token."""
    request.scope["state"][KNOWN] = actor


def refusals_noted(app: Application) -> Application:
    """Litestar's middleware around every route: an answer that refuses is noted, whatever refused it."""

    async def heard(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                _note(scope, message["status"])
            await send(message)

        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        try:
            await app(scope, receive, sent)
        except CallyError as error:  # raised by what stands between here and the route
            _note(scope, STATUS.get(error.code, 500))
            raise

    return heard


def _note(scope: Any, status: int) -> None:
    known: Actor | None = scope["state"].get(KNOWN)
    if not _refuses(scope, status, known):
        return
    doors: Doors = Request[Any, Any, Any](scope).app.state.doors
    actor = known or Actor(kind="guest", address=client_address(scope, doors.trusted_proxies))
    subject = f"{scope['method']} {scope.get('path_template') or '…'}"
    doors.refusals.note(doors.clock(), actor, subject, status)


def _refuses(scope: Any, status: int, known: Actor | None) -> bool:
    """Wrong passwords are noted where they are judged; a page of this server does not exist for who is no admin."""
    if status in {403, 429}:
        return True
    if status == 401:
        return known is not None or any(name == b"authorization" for name, _ in scope["headers"])
    return status == 404 and known is not None and known.kind != "admin" and scope["path"].startswith(ADMIN)
