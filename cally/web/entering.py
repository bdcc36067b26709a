"""From a proved first factor to the page that was wanted: the cookies of a sign-in, or the step that is missing."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from cally.accounts import Entry, SecondStep, Surroundings, Visitor, sign_out
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.signed_in import device, is_https, session_token, sign_in_cookie

HOME = "/app"
SECOND_STEP = "/sign-in/second"
STEP_COOKIE = "cally-step"
STEP_SECONDS = 10 * 60
DEVICE_COOKIE = "cally-device"
DEVICE_SECONDS = 400 * 86_400


def visitor(request: Request[Any, Any, Any], doors: Doors) -> Visitor:
    """Who stands at the door."""
    return Visitor(
        address=client_address(request.scope, doors.trusted_proxies),
        device=device(request),
        known_device=request.cookies.get(_named(doors, DEVICE_COOKIE), ""),
    )


def around(doors: Doors) -> Surroundings:
    """Where a password is chosen, for the rules that judge it."""
    return Surroundings(public_url=doors.public_url(), allowed=doors.allowed_networks)


async def entered(request: Request[Any, Any, Any], doors: Doors, entry: Entry, wanted: str) -> Response[Any]:
    """On to the wanted page with a new session, the browser's former one ended; or on to the second step."""
    wanted = local_path(wanted)
    if isinstance(entry, SecondStep):
        response = Redirect(f"{SECOND_STEP}?next={quote(wanted, safe='/')}", status_code=303)
        response.set_cookie(_cookie(doors, STEP_COOKIE, entry.token, STEP_SECONDS))
        return response
    await end_former(request, doors)
    response = Redirect(wanted, status_code=303)
    response.set_cookie(sign_in_cookie(doors, entry.token))
    if step_token(request, doors):
        response.set_cookie(_cookie(doors, STEP_COOKIE, "", 0))
    if entry.new_device:
        response.set_cookie(_cookie(doors, DEVICE_COOKIE, entry.new_device, DEVICE_SECONDS))
    return response


def step_token(request: Request[Any, Any, Any], doors: Doors) -> str:
    """The secret of a sign-in that waits for its second factor, empty when there is none."""
    return request.cookies.get(_named(doors, STEP_COOKIE), "")


async def end_former(request: Request[Any, Any, Any], doors: Doors) -> None:
    """A new sign-in never leaves an older session of the same browser behind."""
    former = session_token(request, doors)
    if former:
        address = client_address(request.scope, doors.trusted_proxies)
        await sign_out(doors.store, former, now=doors.clock(), address=address)


def local_path(text: str) -> str:
    """A path of ours to go on to; whatever could lead to another site becomes the desk."""
    is_local = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if is_local else HOME


def _named(doors: Doors, name: str) -> str:
    return f"__Host-{name}" if is_https(doors) else name


def _cookie(doors: Doors, name: str, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=_named(doors, name),
        value=value,
        max_age=max_age,
        path="/",
        secure=is_https(doors),
        httponly=True,
        samesite="lax",
    )
