"""Who is signed in: the session cookie, read for each page that asks, and made and ended at the door."""

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from cally import accounts
from cally.model.accounts import Actor, Session
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.refused import know

SECURE_NAME = "__Host-cally"
PLAIN_NAME = "cally"
COOKIE_SECONDS = 30 * 86_400
DEVICE_LENGTH = 200


def cookie_name(doors: Doors) -> str:
    """The cookie's name; over https its prefix binds it to this host, path and https (RFC 6265bis 4.1.3.2)."""
    return SECURE_NAME if is_https(doors) else PLAIN_NAME


def session_token(request: Request[Any, Any, Any], doors: Doors) -> str | None:
    """The secret that the browser shows, whether it is good or not."""
    return request.cookies.get(cookie_name(doors))


async def session(request: Request[Any, Any, Any], doors: NamedDependency[Doors]) -> Session | None:
    """The live session of a request, or None.

    Only requests that may change something renew it, for a GET changes nothing, not even this (rule 52).
    """
    token = session_token(request, doors)
    if not token:
        return None
    now = doors.clock()
    found = await accounts.session(doors.store.reader, token, now)
    if found is not None:
        address = client_address(request.scope, doors.trusted_proxies)
        know(request, Actor(kind=found.account.role, account_id=found.account.id, address=address))
    if found is not None and request.method not in {"GET", "HEAD", "OPTIONS"}:
        await accounts.touch_session(doors.store, token, found, now)
    return found


def device(request: Request[Any, Any, Any]) -> str:
    """What the browser calls itself, cut to a length that may be kept."""
    return request.headers.get("user-agent", "")[:DEVICE_LENGTH]


def sign_in_cookie(doors: Doors, token: str) -> Cookie:
    """The cookie that signs a browser in."""
    return _cookie(doors, token, COOKIE_SECONDS)


def sign_out_cookie(doors: Doors) -> Cookie:
    """The cookie that makes a browser forget."""
    return _cookie(doors, "", 0)


def _cookie(doors: Doors, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=cookie_name(doors),
        value=value,
        max_age=max_age,
        path="/",
        secure=is_https(doors),
        httponly=True,
        samesite="lax",
    )


def is_https(doors: Doors) -> bool:
    """Whether the public address is https, so that cookies can be bound to it."""
    return doors.public_url().startswith("https://")
