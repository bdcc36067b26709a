"""Setting up an authenticator app: a QR code, the key as text, and a first code that shows it works."""

from urllib.parse import urlsplit

from litestar import get, post
from litestar.di import NamedDependency
from markupsafe import Markup

from cally.accounts.recovery_codes import make_recovery_codes
from cally.accounts.second_factors import factors_of
from cally.accounts.totp import TotpSetup, confirm_totp, remove_totp, start_totp, totp_to_confirm
from cally.errors import CallyError
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.account.recovery_codes import codes_page
from cally.web.pages.account.security import HERE
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error


@get("/app/security/totp")
async def show(desk: NamedDependency[Desk]) -> Page:
    """The secret that waits for its first code, for whoever has just proved who they are."""
    setup = await _setup(desk)
    if setup is not None:
        desk.require_recent("/app/security/totp")
    return await _page(desk, setup)


@post("/app/security/totp", status_code=303)
async def start(desk: NamedDependency[Desk]) -> Page:
    """Make a secret to set an app up with."""
    desk.require_recent(HERE)
    try:
        await start_totp(desk.store, desk.vault, desk.signed_in, now=desk.now)
    except CallyError as error:
        return desk.back_to(HERE, of_error(error).sentence, kind="error")
    return desk.back_to("/app/security/totp")


@post("/app/security/totp/confirmation", status_code=303)
async def confirm(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """The app counts from now on; whoever has no recovery codes yet is given some."""
    desk.require_recent("/app/security/totp")
    form = await forms.read(request)
    try:
        await confirm_totp(desk.store, desk.vault, desk.signed_in, form.text("code"), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await _page(desk, await _setup(desk), form, status=422)
    desk.doors.wake()
    if (await factors_of(desk.db, desk.signed_in.id)).recovery_codes:
        return desk.back_to(HERE, "From now on signing in asks for a code of your app.")
    codes = await make_recovery_codes(desk.store, desk.signed_in.id, now=desk.now, actor=desk.actor)
    return await codes_page(desk, codes, is_first=True)


@post("/app/security/totp/removal", status_code=303)
async def remove(desk: NamedDependency[Desk]) -> Page:
    """Codes of the app work no longer."""
    desk.require_recent(HERE)
    await remove_totp(desk.store, desk.signed_in, now=desk.now, actor=desk.actor)
    desk.doors.wake()
    return desk.back_to(HERE, "The app is removed; its codes work no longer.")


ROUTES = [show, start, confirm, remove]


async def _setup(desk: Desk) -> TotpSetup | None:
    site = urlsplit(desk.doors.public_url()).hostname or ""
    return await totp_to_confirm(desk.db, desk.vault, desk.signed_in, site=site)


async def _page(desk: Desk, setup: TotpSetup | None, form: Form | None = None, *, status: int = 200) -> Page:
    return await desk.page(
        "pages/account/totp.html",
        here="security",
        status=status,
        form=form or Form.of(),
        picture=_picture(setup.uri) if setup else "",
        key=_grouped(setup.key) if setup else "",
        is_set_up=(await factors_of(desk.db, desk.signed_in.id)).totp,
    )


def _picture(uri: str) -> Markup:
    """The QR code as SVG, dark on white in every theme, because some cameras read nothing else."""
    import segno  # noqa: PLC0415 - heavy: only who sets an app up needs it

    made = segno.make(uri, micro=False).svg_inline(omitsize=True, dark="#000", light="#fff", border=4)
    return Markup(made)  # noqa: S704 - squares that segno drew; nothing of the text stands in it


def _grouped(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))
