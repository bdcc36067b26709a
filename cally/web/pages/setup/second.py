"""The second step of signing in: the code of an app, a recovery code, or a passkey."""

from typing import Any
from urllib.parse import quote

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.accounts.ceremonies import request_options
from cally.accounts.second_factors import factors_of
from cally.accounts.second_step import finish_with_code, finish_with_passkey, finish_with_recovery_code, waiting_account
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.web import ceremonies, forms
from cally.web.doors import Doors
from cally.web.entering import entered, local_path, step_token, visitor
from cally.web.errors import STATUS
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render


@get("/sign-in/second")
async def show(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """What may be proved now; without a sign-in that waits for it, that begins first."""
    wanted = local_path(request.query_params.get("next", ""))
    account = await waiting_account(doors.store.reader, step_token(request, doors), doors.clock())
    if account is None:
        return _anew(wanted)
    return await _page(request, doors, account, Form.of(next=wanted))


@post("/sign-in/second", status_code=303)
async def finish(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """In, by a code; a wrong one may be mended a few times."""
    form, token, now = await forms.read(request), step_token(request, doors), doors.clock()
    account = await waiting_account(doors.store.reader, token, now)
    if account is None:
        return _anew(form.text("next"))
    door: dict[str, Any] = {"token": token, "now": now, "visitor": visitor(request, doors), "brake": doors.brake}
    try:
        if form.has("recovery_code"):
            entry = await finish_with_recovery_code(doors.store, code=form.text("recovery_code"), **door)
        else:
            entry = await finish_with_code(doors.store, doors.vault, code=form.text("code"), **door)
    except CallyError as error:
        if error.code == "step_over":
            return _anew(form.text("next"))
        shown = Form.of(next=local_path(form.text("next")), recovery_code="" if form.has("recovery_code") else None)
        shown.note(error, {"code": "recovery_code"} if form.has("recovery_code") else None)
        return await _page(request, doors, account, shown, error=error)
    return await entered(request, doors, entry, form.text("next"))


@post("/sign-in/second/passkey/challenge", status_code=200)
async def challenge(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """A challenge for the passkeys of whoever is half-way in."""
    await ceremonies.read_wish(request)
    now = doors.clock()
    account = await waiting_account(doors.store.reader, step_token(request, doors), now)
    if account is None:
        return ceremonies.refused(_over(), go_to="/sign-in")
    site = ceremonies.site_of(request, doors)
    known = (await factors_of(doors.store.reader, account.id)).passkeys
    return ceremonies.options(request_options(doors.vault, site, "second", account.id, known, now))


@post("/sign-in/second/passkey", status_code=200)
async def finish_by_passkey(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """In, by a passkey beside the password."""
    answer = await ceremonies.read_answer(request)
    try:
        entry = await finish_with_passkey(
            doors.store,
            doors.vault,
            ceremonies.site_of(request, doors),
            answer.credential,
            token=step_token(request, doors),
            now=doors.clock(),
            visitor=visitor(request, doors),
        )
    except CallyError as error:
        return ceremonies.refused(error, go_to="/sign-in" if error.code == "step_over" else "")
    return ceremonies.go_on(await entered(request, doors, entry, answer.next))


ROUTES = [show, finish, challenge, finish_by_passkey]


def _anew(wanted: str) -> Page:
    return Redirect("/sign-in?next=" + quote(local_path(wanted), safe="/"), status_code=303)


def _over() -> CallyError:
    return CallyError("step_over", "That took too long; please sign in again.")


async def _page(request: Asked, doors: Doors, account: Account, form: Form, *, error: CallyError | None = None) -> Page:
    factors = await factors_of(doors.store.reader, account.id)
    wait = {"retry-after": str(error.facts["retry_after"])} if error and "retry_after" in error.facts else None
    status = 200 if error is None else STATUS.get(error.code, 401)
    site = ceremonies.site_of(request, doors).name
    return render(
        request,
        "pages/setup/second.html",
        status=status,
        headers=wait,
        form=form,
        factors=factors,
        has_passkey_here=any(one.site == site for one in factors.passkeys),
    )
