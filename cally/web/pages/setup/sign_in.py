"""Signing in and out, with one equal sentence for whatever was wrong."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.accounts import sign_in, sign_out
from cally.errors import CallyError
from cally.model.accounts import Session
from cally.web import forms
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render
from cally.web.signed_in import device, session_token, sign_in_cookie, sign_out_cookie

HOME = "/app"
STATUS = {"sign_in_failed": 401, "rate_limited": 429}


@get("/sign-in")
async def form(request: Asked, session: NamedDependency[Session | None]) -> Page:
    """The form; somebody who is signed in already goes on to where they wanted."""
    wanted = local_path(request.query_params.get("next", ""))
    if session is not None:
        return Redirect(wanted, status_code=303)
    return render(request, "pages/setup/sign_in.html", form=Form.of(next=wanted))


@post("/sign-in", status_code=303)
async def enter(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """Sign in and go on; a refusal keeps the address, never the password."""
    sent = await forms.read(request)
    now = doors.clock()
    try:
        token, _ = await sign_in(
            doors.store,
            email=sent.text("email"),
            password=sent.text("password"),
            now=now,
            address=client_address(request.scope, doors.trusted_proxies),
            device=device(request),
            brake=doors.brake,
        )
    except CallyError as error:
        return _refused(request, sent, error)
    await _end_former(request, doors)
    response = Redirect(local_path(sent.text("next")), status_code=303)
    response.set_cookie(sign_in_cookie(doors, token))
    return response


@post("/sign-out", status_code=303)
async def leave(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """End this session here and in the database."""
    await _end_former(request, doors)
    response = Redirect("/sign-in", status_code=303)
    response.set_cookie(sign_out_cookie(doors))
    return response


ROUTES = [form, enter, leave]


def local_path(text: str) -> str:
    """A path of ours to go on to; whatever could lead to another site becomes the desk."""
    is_local = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if is_local else HOME


def _refused(request: Asked, sent: Form, error: CallyError) -> Page:
    shown = Form.of(email=sent.text("email"), next=local_path(sent.text("next")))
    shown.note(error)
    headers = {"retry-after": str(error.facts["retry_after"])} if "retry_after" in error.facts else None
    return render(request, "pages/setup/sign_in.html", status=STATUS.get(error.code, 422), headers=headers, form=shown)


async def _end_former(request: Asked, doors: Doors) -> None:
    """A new sign-in never leaves an older session of the same browser behind."""
    former = session_token(request, doors)
    if former:
        address = client_address(request.scope, doors.trusted_proxies)
        await sign_out(doors.store, former, now=doors.clock(), address=address)
