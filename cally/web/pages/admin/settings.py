"""What an admin changes while Cally runs: the public address and the mail server, with a test that shows its words."""

from litestar import get, post
from litestar.di import NamedDependency

from cally.errors import CallyError
from cally.notify import MailSettings, MailTest, resume_waiting, send_test, sender_address
from cally.ops.live import PUBLIC_URL, SMTP_URL, change_public_url, change_smtp_url
from cally.store import settings
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.signed_in import session_token, sign_in_cookie

SECURITY_WORDS = {
    "tls": "encrypted from the first byte (TLS)",
    "starttls": "encrypted, required (STARTTLS)",
    "opportunistic": "encrypted when the server offers it",
    "none": "not encrypted",
}


@get("/admin/settings")
async def show(admin: NamedDependency[Desk]) -> Page:
    """Both settings as they count now, and where they come from."""
    return await _page(admin)


@post("/admin/settings/public-url", status_code=303)
async def public_url(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep another public address; links in mails are made of it from now on.

    The session's cookie is named after the address's scheme, so it is set again.
    """
    admin.require_recent("/admin/settings")
    form, token = await forms.read(request), session_token(request, admin.doors)
    try:
        _require_free(admin, PUBLIC_URL)
        await change_public_url(admin.store, form.text(PUBLIC_URL), now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    await admin.doors.reload()
    response = admin.back_to("/admin/settings", f"Links now begin with {admin.doors.public_url()}.")
    if token:
        response.set_cookie(sign_in_cookie(admin.doors, token))
    return response


@post("/admin/settings/mail", status_code=303)
async def mail(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep another mail server; the outbox is tried at once."""
    admin.require_recent("/admin/settings")
    form = await forms.read(request)
    try:
        _require_free(admin, SMTP_URL)
        await change_smtp_url(admin.store, admin.vault, form.text(SMTP_URL), now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    await admin.doors.reload()
    await resume_waiting(admin.store, now=admin.now)
    admin.doors.wake()
    said = (
        "The mail server is kept. Send a test to see whether it works." if form.text(SMTP_URL) else "No mail is sent."
    )
    return admin.back_to("/admin/settings#mail", said)


@post("/admin/settings/mail/test", status_code=200)
async def mail_test(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Send a mail to oneself, or to whom one likes, and show the talk with the server, word by word."""
    form = await forms.read(request)
    server = admin.doors.mail()
    if server is None:
        return admin.back_to("/admin/settings#mail", "Set up a mail server first.", kind="error")
    to = form.text("to").strip() or admin.account.email
    try:
        result = await send_test(server, public_url=admin.doors.public_url(), to=to, now=admin.now)
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    return await _page(admin, form, result=result)


ROUTES = [show, public_url, mail, mail_test]


def _require_free(admin: Desk, name: str) -> None:
    if name in admin.doors.fixed:
        sentence = f"This is set by the operator (CALLY_{name.upper()}) and can only be changed there."
        raise CallyError("conflict", sentence, field=name)


async def _page(admin: Desk, form: Form | None = None, *, result: MailTest | None = None, status: int = 200) -> Page:
    server = admin.doors.mail()
    return await admin.page(
        "pages/admin/settings.html",
        here="settings",
        status=status,
        form=form or Form.of(public_url=await settings.value(admin.db, PUBLIC_URL) or admin.doors.public_url()),
        asked_by=str(admin.request.base_url).rstrip("/"),
        fixed=admin.doors.fixed,
        server=_server(server, admin),
        email=admin.account.email,
        result=result,
    )


def _server(server: MailSettings | None, admin: Desk) -> dict[str, str] | None:
    """The mail server in words; the password is never among them."""
    if server is None:
        return None
    return {
        "at": f"{server.host}:{server.port}",
        "security": SECURITY_WORDS[server.security],
        "account": server.account or "none",
        "sender": sender_address(server, admin.doors.public_url()),
    }
