"""An invitation: whoever comes by its link chooses a password, and the account is theirs."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.accounts import accept_invitation, invited_account
from cally.accounts.password_rules import SHORTEST
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.web import forms
from cally.web.doors import Doors
from cally.web.entering import around, visitor
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render


@get("/invitation/{token:str}")
async def choose(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """Where the password is chosen, for as long as the link works."""
    account = await invited_account(doors.store.reader, token, doors.clock())
    return _page(request, account, Form()) if account else _ended(request)


@post("/invitation/{token:str}", status_code=303)
async def accept(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """Take the password; then sign in with it."""
    form, now = await forms.read(request), doors.clock()
    account = await invited_account(doors.store.reader, token, now)
    if account is None:
        return _ended(request)
    try:
        await accept_invitation(
            doors.store,
            token,
            form.text("password"),
            now=now,
            address=visitor(request, doors).address,
            around=around(doors),
        )
    except CallyError as error:
        if error.code == "not_found":
            return _ended(request)
        form.note(error)
        return _page(request, account, form, status=422)
    return Redirect("/reset/done", status_code=303)


ROUTES = [choose, accept]


def _page(request: Asked, account: Account, form: Form, *, status: int = 200) -> Page:
    return render(
        request,
        "pages/setup/choose_password.html",
        status=status,
        faults=form.faults,
        email=account.email,
        invited=account.name,
        shortest=SHORTEST,
    )


def _ended(request: Asked) -> Page:
    return render(request, "pages/setup/link_ended.html", status=404, again="")
