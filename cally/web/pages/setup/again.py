"""Proving again who one is, before something dangerous; afterwards on to where one was."""

from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.accounts.ceremonies import request_options
from cally.accounts.proving import has_password, prove_with_code, prove_with_passkey, prove_with_password
from cally.accounts.second_factors import factors_of
from cally.errors import CallyError
from cally.model.accounts import Session
from cally.web import ceremonies, forms
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.entering import local_path
from cally.web.errors import STATUS
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render
from cally.web.signed_in import session_token, sign_in_cookie


@get("/sign-in/again")
async def show(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """What the account may be proved by; whoever is not signed in begins there."""
    wanted = local_path(request.query_params.get("next", ""))
    if session is None:
        return _to_sign_in(wanted)
    return await _page(request, doors, session, Form.of(next=wanted))


@post("/sign-in/again", status_code=303)
async def prove(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """Proved by password or code: the session goes on under another token."""
    form, token = await forms.read(request), session_token(request, doors)
    if session is None or token is None:
        return _to_sign_in(local_path(form.text("next")))
    with_, store = _circumstances(request, doors), doors.store
    try:
        if form.has("code"):
            made = await prove_with_code(
                store, doors.vault, session, token, form.text("code"), brake=doors.brake, **with_
            )
        else:
            made = await prove_with_password(store, session, token, form.text("password"), brake=doors.brake, **with_)
    except CallyError as error:
        shown = Form.of(next=local_path(form.text("next")), code="" if form.has("code") else None, password="")
        shown.note(error)
        return await _page(request, doors, session, shown, error=error)
    return _proved(doors, made, form.text("next"))


@post("/sign-in/again/passkey/challenge", status_code=200)
async def challenge(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """A challenge for the passkeys of whoever is signed in."""
    await ceremonies.read_wish(request)
    if session is None:
        return ceremonies.refused(_ended(), go_to="/sign-in")
    known = (await factors_of(doors.store.reader, session.account.id)).passkeys
    site = ceremonies.site_of(request, doors)
    found = request_options(doors.vault, site, "again", session.account.id, known, doors.clock())
    return ceremonies.options(found)


@post("/sign-in/again/passkey", status_code=200)
async def prove_by_passkey(
    request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]
) -> Page:
    """Proved by a passkey."""
    answer, token = await ceremonies.read_answer(request), session_token(request, doors)
    if session is None or token is None:
        return ceremonies.refused(_ended(), go_to="/sign-in")
    site = ceremonies.site_of(request, doors)
    with_ = _circumstances(request, doors)
    try:
        made = await prove_with_passkey(doors.store, doors.vault, site, session, token, answer.credential, **with_)
    except CallyError as error:
        return ceremonies.refused(error)
    return ceremonies.go_on(_proved(doors, made, answer.next))


ROUTES = [show, prove, challenge, prove_by_passkey]


def _circumstances(request: Asked, doors: Doors) -> dict[str, Any]:
    return {"now": doors.clock(), "address": client_address(request.scope, doors.trusted_proxies)}


def _proved(doors: Doors, token: str, wanted: str) -> Page:
    response = Redirect(local_path(wanted), status_code=303)
    response.set_cookie(sign_in_cookie(doors, token))
    return response


def _to_sign_in(wanted: str) -> Page:
    return Redirect("/sign-in?next=" + quote(wanted, safe="/"), status_code=303)


def _ended() -> CallyError:
    return CallyError("step_over", "This session has ended; please sign in again.")


async def _page(request: Asked, doors: Doors, session: Session, form: Form, *, error: CallyError | None = None) -> Page:
    account = session.account
    factors = await factors_of(doors.store.reader, account.id)
    wait = {"retry-after": str(error.facts["retry_after"])} if error and "retry_after" in error.facts else None
    site = ceremonies.site_of(request, doors).name
    return render(
        request,
        "pages/setup/again.html",
        status=200 if error is None else STATUS.get(error.code, 401),
        headers=wait,
        form=form,
        email=account.email,
        has_password=await has_password(doors.store, account.id),
        factors=factors,
        has_passkey_here=any(one.site == site for one in factors.passkeys),
    )
