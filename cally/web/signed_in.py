"""Who is signed in: the session cookie, read for each page that asks, and made and ended at the door."""

from typing import Any, Literal

from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from cally import accounts
from cally.errors import CallyError
from cally.model.accounts import Actor, Session
from cally.web.addresses import client_address
from cally.web.doors import Doors

SECURE_NAME = "__Host-cally"
PLAIN_NAME = "cally"
COOKIE_SECONDS = 30 * 86_400
DEVICE_LENGTH = 200


def cookie_name(doors: Doors) -> str:
    """The cookie's name; over https its prefix binds it to this host, path and https (RFC 6265bis 4.1.3.2)."""
    return SECURE_NAME if _is_https(doors) else PLAIN_NAME


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
    if found is not None and request.method not in {"GET", "HEAD", "OPTIONS"}:
        await accounts.touch_session(doors.store, token, found, now)
    return found


def require_session(found: Session | None) -> Session:
    """The session; raises `unauthorized` when nobody is signed in."""
    if found is None:
        raise CallyError("unauthorized", "Please sign in first.")
    return found


def require_admin(found: Session | None) -> Session:
    """An admin's session; raises `unauthorized` when nobody is signed in, `forbidden` when they are no admin."""
    signed_in = require_session(found)
    if signed_in.account.role != "admin":
        raise CallyError("forbidden", "Only an admin may see this.")
    return signed_in


def actor(
    request: Request[Any, Any, Any], doors: Doors, found: Session, kind: Literal["host", "admin"] = "host"
) -> Actor:
    """Who acts, for the audit log: the signed-in account, in which capacity, from which address."""
    address = client_address(request.scope, doors.trusted_proxies)
    return Actor(kind=kind, account_id=found.account.id, address=address)


def guest(request: Request[Any, Any, Any], doors: Doors) -> Actor:
    """A guest who acts, from this address."""
    return Actor(kind="guest", address=client_address(request.scope, doors.trusted_proxies))


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
        secure=_is_https(doors),
        httponly=True,
        samesite="lax",
    )


def _is_https(doors: Doors) -> bool:
    return doors.public_url().startswith("https://")
