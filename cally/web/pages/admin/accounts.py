"""The people who can sign in: made, locked out and let in again by an admin."""

from typing import get_args

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import (
    create_account,
    disable_account,
    enable_account,
    invite,
    invite_again,
    is_invited,
    list_accounts,
)
from cally.accounts.password_rules import SHORTEST
from cally.errors import CallyError
from cally.hosts import list_hosts
from cally.model.accounts import Role
from cally.web import forms
from cally.web.entering import around
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo, of_error
from cally.web.zone_names import zone_names

INVITE = "invite"
ROLES: tuple[Role, ...] = get_args(Role)


@get("/admin/accounts")
async def listing(admin: NamedDependency[Desk]) -> Page:
    """Everybody, and a form for one more."""
    return await _page(admin)


@post("/admin/accounts", status_code=303)
async def create(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """One more account: invited by mail, or with a password that is the admin's to hand over."""
    admin.require_recent("/admin/accounts")
    form = await forms.read(request)
    role = form.choice("role", ROLES)
    if form.faults:
        return await _page(admin, form, status=422)
    if form.text("how") == INVITE:
        return await _invite(admin, form, role)
    try:
        made = await create_account(
            admin.store,
            email=form.text("email"),
            name=form.text("name"),
            role=role,
            password=form.text("password"),
            slug=form.text("slug").strip() or None,
            tz=form.text("tz"),
            locale=admin.host.locale,
            now=admin.now,
            actor=admin.admin,
            verified=form.flag("verified"),
            vault=admin.vault,
            around=around(admin.doors),
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    admin.doors.wake()
    said = f"{made.name} can sign in now, with the password that you typed."
    if made.verified_at is None:
        said += f" Their pages become public once they confirm {made.email}."
    return admin.back_to("/admin/accounts", said)


@post("/admin/accounts/{id:int}/invitation", status_code=303)
async def send_invitation(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send another link to somebody who has not come yet."""
    by = admin.signed_in.name
    try:
        account = await invite_again(admin.store, admin.vault, id, by=by, now=admin.now, actor=admin.admin)
    except CallyError as error:
        if error.code not in {"conflict", "rate_limited"}:
            raise
        return admin.back_to("/admin/accounts", error.sentence, kind="error")
    admin.doors.wake()
    return admin.back_to("/admin/accounts", f"Another invitation is on its way to {account.email}.")


@post("/admin/accounts/{id:int}/disabling", status_code=303)
async def disable(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Lock somebody out at once; bookings stay as they are."""
    admin.require_recent("/admin/accounts")
    try:
        account = await disable_account(admin.store, id, now=admin.now, actor=admin.admin)
    except CallyError as error:
        return admin.back_to("/admin/accounts", of_error(error).sentence, kind="error")
    undo = Undo(action=f"/admin/accounts/{id}/enabling")
    return admin.back_to("/admin/accounts", f"{account.name} is locked out.", undo=undo)


@post("/admin/accounts/{id:int}/enabling", status_code=303)
async def enable(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let somebody in again."""
    admin.require_recent("/admin/accounts")
    account = await enable_account(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to("/admin/accounts", f"{account.name} can sign in again.")


ROUTES = [listing, create, send_invitation, disable, enable]


async def _invite(admin: Desk, form: Form, role: Role) -> Page:
    try:
        made = await invite(
            admin.store,
            admin.vault,
            email=form.text("email"),
            name=form.text("name"),
            role=role,
            slug=form.text("slug").strip() or None,
            tz=form.text("tz"),
            locale=admin.host.locale,
            by=admin.signed_in.name,
            now=admin.now,
            actor=admin.admin,
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    admin.doors.wake()
    return admin.back_to("/admin/accounts", f"An invitation is on its way to {made.email}; it works for three days.")


async def _page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    people, can_mail = await list_accounts(admin.db), admin.doors.mail() is not None
    slugs = {host.id: host.slug for host in await list_hosts(admin.db)}
    return await admin.page(
        "pages/admin/accounts.html",
        here="accounts",
        status=status,
        form=form or Form.of(tz=admin.host.tz, role="host", how=INVITE if can_mail else "password"),
        items=[(item, slugs.get(item.id, "")) for item in people],
        invited=[item.id for item in people if await is_invited(admin.db, item)],
        can_mail=can_mail,
        self_id=admin.account.id,
        zones=zone_names(),
        shortest=SHORTEST,
    )
