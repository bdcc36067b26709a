"""One's own password and mail address: both are changed only by whoever proves to be their owner."""

from litestar import get, post
from litestar.di import NamedDependency

from cally.accounts import ask_new_email, change_password, send_verification
from cally.accounts.password_rules import shortest_password
from cally.accounts.second_factors import has_second_factor
from cally.errors import CallyError
from cally.web import forms
from cally.web.entering import around
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Notice
from cally.web.signed_in import session_token

HERE = "/app/security/password"


@get(HERE)
async def show(desk: NamedDependency[Desk]) -> Page:
    """Both forms."""
    return await _page(desk)


@post(HERE, status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Take another password; every other device is signed out."""
    form = await forms.read(request)
    try:
        await change_password(
            desk.store,
            desk.signed_in.id,
            current=form.text("current_password"),
            password=form.text("password"),
            now=desk.now,
            actor=desk.actor,
            keep_session=session_token(request, desk.doors) or "",
            brake=desk.doors.brake,
            around=around(desk.doors),
        )
    except CallyError as error:
        form.note(error, {"": "current_password"})
        status = 429 if error.code == "rate_limited" else 422
        return await _page(desk, password=Form(faults=form.faults), status=status)
    desk.doors.wake()
    return desk.back_to(HERE, "Your password is changed; other devices are signed out.")


@post("/app/security/email", status_code=303)
async def change_email(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Ask the new address first; nothing changes until its owner says yes."""
    desk.require_recent(HERE)
    form = await forms.read(request)
    try:
        asked = await ask_new_email(
            desk.store, desk.vault, desk.signed_in.id, form.text("email"), now=desk.now, actor=desk.actor
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, email=form, status=422)
    desk.doors.wake()
    return desk.back_to(HERE, f"A link is on its way to {asked}. Your address changes once it is opened there.")


@post("/app/security/email/again", status_code=303)
async def send_again(desk: NamedDependency[Desk]) -> Page:
    """Send the link that confirms the present address once more."""
    try:
        account = await send_verification(desk.store, desk.vault, desk.signed_in.id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        notice = _notice(error)
        return desk.back_to(HERE, notice.sentence, kind=notice.kind)
    desk.doors.wake()
    return desk.back_to(HERE, f"Another link is on its way to {account.email}.")


ROUTES = [show, change, change_email, send_again]


def _notice(error: CallyError) -> Notice:
    if error.code not in {"conflict", "rate_limited"}:
        raise error
    return Notice(sentence=error.sentence, kind="error" if error.code == "rate_limited" else "ok")


async def _page(desk: Desk, *, password: Form | None = None, email: Form | None = None, status: int = 200) -> Page:
    return await desk.page(
        "pages/account/password.html",
        here="security",
        status=status,
        password=password or Form(),
        form=email or Form(),
        email=desk.signed_in.email,
        is_verified=desk.signed_in.verified_at is not None,
        shortest=shortest_password(second_factor=await has_second_factor(desk.db, desk.signed_in.id)),
    )
