"""Passkey ceremonies between a page's script and the server: JSON there and back, and where the script goes on to."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response
from litestar.response import Redirect

from cally.accounts.ceremonies import Credential, Site
from cally.errors import CallyError
from cally.web.addresses import asked_scheme
from cally.web.api.bodies import read_json
from cally.web.doors import Doors
from cally.web.errors import STATUS

JSON = "application/json"
AnyRequest = Request[Any, Any, Any]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a page's script sends at the end: the browser's credential, the page that was wanted, a new key's name."""

    credential: Credential
    next: str = "/app"
    name: str = ""


async def read_answer(request: AnyRequest) -> Answer:
    """The body of the last step; raises `unsupported_type` unless it is sent as JSON, `malformed`, `invalid`."""
    return (await read_json(request, Answer))[0]


async def read_wish(request: AnyRequest) -> None:
    """The body of the first step, an empty object: no page of another site can send one as JSON."""
    await read_json(request, dict[str, str])


def site_of(request: AnyRequest, doors: Doors) -> Site:
    """Where the ceremony takes place: at the public address, or at that by which the browser has asked.

    The browser signs the origin and refuses keys of another host name, so neither can be made up by a page elsewhere.
    """
    public = doors.public_url()
    host = request.headers.get("host", "")
    asked = f"{asked_scheme(request.scope, doors.trusted_proxies)}://{host}"
    origins = tuple(dict.fromkeys(_origin(url) for url in (public, asked)))
    return Site(name=urlsplit(asked).hostname or urlsplit(public).hostname or "localhost", origins=origins)


def options(found: Credential) -> Response[Any]:
    """What the script hands to the browser."""
    return Response(found, media_type=JSON, status_code=200)


def go_on(response: Response[Any]) -> Response[Any]:
    """A redirect for a script: it is told where to go, and its browser keeps the same cookies."""
    target = response.url if isinstance(response, Redirect) else "/app"
    made = Response({"go_to": target}, media_type=JSON, status_code=200)
    made.cookies = response.cookies
    return made


def refused(error: CallyError, *, go_to: str = "") -> Response[Any]:
    """An expected "no" in words that the page shows; an unexpected error is raised again."""
    if error.code not in {"sign_in_failed", "invalid", "step_over", "rate_limited", "conflict"}:
        raise error
    said = {"error": error.sentence} | ({"go_to": go_to} if go_to else {})
    return Response(said, media_type=JSON, status_code=STATUS.get(error.code, 401))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
