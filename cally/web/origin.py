"""Cross-site request forgery: nothing is changed on behalf of another site's page.

Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`); every request that may change something needs
one of the two to name us. A program that signs in with a bearer token, or uses the API without a cookie, brings no
browser's authority with it and is free of this.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from cally.errors import CallyError
from cally.web.addresses import asked_scheme
from cally.web.doors import Doors
from cally.web.errors import is_api

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def require_same_origin(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard for every route: raises `forbidden` for a changing request that another site's page may have caused.

    Asynchronous although it waits for nothing: Litestar runs other guards in a thread, at every request.
    """
    scope = connection.scope
    if scope.get("method") in SAFE or _is_a_programs(connection):
        return
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise _refused()
    origin = connection.headers.get("origin")
    if origin is None and site is None:
        raise _refused()
    if origin is not None and not _is_ours(connection, origin):
        raise _refused()


def _is_a_programs(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    if not is_api(connection.scope["path"]):
        return False
    bearer = connection.headers.get("authorization", "").lower().startswith("bearer ")
    return bearer or "cookie" not in connection.headers


def _is_ours(connection: ASGIConnection[Any, Any, Any, Any], origin: str) -> bool:
    """The public address's origin, or the one that the browser has asked by."""
    doors: Doors = connection.app.state.doors
    asked = f"{asked_scheme(connection.scope, doors.trusted_proxies)}://{connection.headers.get('host', '')}"
    return origin.lower() in {_origin(doors.public_url()), asked.lower()}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _refused() -> CallyError:
    return CallyError("forbidden", "This request came from another site's page; nothing was changed.")
