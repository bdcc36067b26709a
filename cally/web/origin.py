"""Cross-site request forgery: nothing is changed on behalf of another site's page.

Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`); every request that may change something needs
one of the two to name us. A program that signs in with a bearer token, or uses the API without a cookie, brings no
browser's authority with it and is free of this.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from litestar import Request

from cally.errors import CallyError
from cally.web.addresses import asked_scheme
from cally.web.doors import Doors
from cally.web.errors import is_api

Application = Callable[[Any, Any, Any], Any]
AnyRequest = Request[Any, Any, Any]
PROGRAMS = frozenset({"/oauth/token", "/oauth/revoke"})  # no cookie counts there, and none may be sent along
ONE_CLICK = "/reminders/"  # what mail programs post to when a reader wants no more (RFC 8058); it holds the secret
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def same_origin_only(app: Application) -> Application:
    """Litestar's middleware around every route: a changing request that another site may have caused is `forbidden`."""

    async def checked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            _require_same_origin(Request(scope))
        await app(scope, receive, send)

    return checked


def _require_same_origin(request: AnyRequest) -> None:
    if _is_a_programs(request):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    named = site == "same-origin" or (site is None and origin is not None)
    if not named or (origin is not None and not _is_ours(request, origin)):
        raise CallyError("forbidden", "This request came from another site's page; nothing was changed.")


def _is_a_programs(request: AnyRequest) -> bool:
    if request.scope["path"] in PROGRAMS or request.scope["path"].startswith(ONE_CLICK):
        return "cookie" not in request.headers
    if not is_api(request.scope["path"]):
        return False
    bearer = request.headers.get("authorization", "").lower().startswith("bearer ")
    return bearer or "cookie" not in request.headers


def _is_ours(request: AnyRequest, origin: str) -> bool:
    """The public address's origin, or the one that the browser has asked by."""
    doors: Doors = request.app.state.doors
    asked = f"{asked_scheme(request.scope, doors.trusted_proxies)}://{request.headers.get('host', '')}"
    return origin.lower() in {_origin(doors.public_url()), asked.lower()}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
