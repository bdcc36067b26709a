"""A forgotten password: asking for a link, and choosing another password behind it."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.accounts import ask_reset, reset_account, reset_password
from cally.accounts.password_rules import shortest_password
from cally.accounts.second_factors import has_second_factor
from cally.errors import CallyError
from cally.model.accounts import Account
from cally.web import forms
from cally.web.doors import Doors
from cally.web.entering import around, visitor
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render


@get("/reset")
async def ask(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """Where an address is typed."""
    return _ask_page(request, doors, Form())


@post("/reset", status_code=200)
async def send(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """Send a link to whoever has this address; the answer is the same for every address."""
    form = await forms.read(request)
    try:
        await ask_reset(
            doors.store,
            doors.vault,
            email=form.text("email"),
            now=doors.clock(),
            address=visitor(request, doors).address,
            brake=doors.brake,
        )
    except CallyError as error:
        form.note(error)
        headers = {"retry-after": str(error.facts["retry_after"])} if "retry_after" in error.facts else None
        return _ask_page(request, doors, form, status=429, headers=headers)
    doors.wake()
    return render(request, "pages/setup/reset_sent.html")


@get("/reset/done")
async def done(request: Asked) -> Page:
    """The password is changed; now sign in with it."""
    return render(request, "pages/setup/reset_done.html")


@get("/reset/{token:str}")
async def choose(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """Where another password is chosen, for as long as the link works."""
    account = await reset_account(doors.store.reader, token, doors.clock())
    if account is None:
        return _ended(request)
    return await _choose_page(request, doors, account, Form())


@post("/reset/{token:str}", status_code=303)
async def change(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """Take the password; nobody is signed in by this."""
    form, now = await forms.read(request), doors.clock()
    account = await reset_account(doors.store.reader, token, now)
    if account is None:
        return _ended(request)
    try:
        await reset_password(
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
        return await _choose_page(request, doors, account, form, status=422)
    doors.wake()
    return Redirect("/reset/done", status_code=303)


ROUTES = [ask, send, done, choose, change]


def _ask_page(
    request: Asked, doors: Doors, form: Form, *, status: int = 200, headers: dict[str, str] | None = None
) -> Page:
    return render(
        request,
        "pages/setup/reset.html",
        status=status,
        headers=headers,
        form=form,
        mail_is_set_up=doors.mail() is not None,
    )


async def _choose_page(request: Asked, doors: Doors, account: Account, form: Form, *, status: int = 200) -> Page:
    return render(
        request,
        "pages/setup/choose_password.html",
        status=status,
        faults=form.faults,
        email=account.email,
        invited="",
        shortest=shortest_password(second_factor=await has_second_factor(doors.store.reader, account.id)),
    )


def _ended(request: Asked) -> Page:
    return render(request, "pages/setup/link_ended.html", status=404, again="/reset")
