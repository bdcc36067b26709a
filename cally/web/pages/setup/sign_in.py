"""Signing in and out, with one equal sentence for whatever was wrong."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.accounts import sign_in
from cally.accounts.brake import WORK_BITS
from cally.accounts.providers import list_providers
from cally.errors import CallyError
from cally.model.accounts import Session
from cally.model.identities import IdentityProvider
from cally.web import forms
from cally.web.admission import shows_work, sign_in_braked
from cally.web.doors import Doors
from cally.web.entering import end_former, entered, local_path, visitor
from cally.web.errors import retry_headers
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render
from cally.web.signed_in import sign_out_cookie

SIGN_IN = "/sign-in"
STATUS = {"sign_in_failed": 401, "rate_limited": 429}


@get("/sign-in")
async def form(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """The form; somebody who is signed in already goes on to where they wanted."""
    wanted = local_path(request.query_params.get("next", ""))
    if session is not None:
        return Redirect(wanted, status_code=303)
    elsewhere = await list_providers(doors.store.reader, enabled_only=True)
    return render(request, "pages/setup/sign_in.html", form=Form.of(next=wanted), elsewhere=elsewhere)


@post("/sign-in", status_code=303)
async def enter(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """Sign in and go on; a refusal keeps the address, never the password."""
    sent = await forms.read(request)
    worked = shows_work(request, doors, sent, SIGN_IN, WORK_BITS)
    try:
        entry = await sign_in(
            doors.store,
            email=sent.text("email"),
            password=sent.text("password"),
            now=doors.clock(),
            visitor=visitor(request, doors),
            brake=doors.brake,
            worked=worked,
        )
    except CallyError as error:
        sign_in_braked(request, doors, sent, SIGN_IN, error)
        elsewhere = await list_providers(doors.store.reader, enabled_only=True)
        return _refused(request, sent, error, elsewhere)
    return await entered(request, doors, entry, sent.text("next"))


@post("/sign-out", status_code=303)
async def leave(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """End this session here and in the database."""
    await end_former(request, doors)
    response = Redirect("/sign-in", status_code=303)
    response.set_cookie(sign_out_cookie(doors))
    return response


ROUTES = [form, enter, leave]


def _refused(request: Asked, sent: Form, error: CallyError, elsewhere: list[IdentityProvider]) -> Page:
    shown = Form.of(email=sent.text("email"), next=local_path(sent.text("next")))
    shown.note(error)
    shown.guard = sent.guard
    headers = retry_headers(error)
    return render(
        request,
        "pages/setup/sign_in.html",
        status=STATUS.get(error.code, 422),
        headers=headers,
        form=shown,
        elsewhere=elsewhere,
    )
