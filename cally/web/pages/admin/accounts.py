"""The people who can sign in: made, locked out and let in again by an admin."""

from typing import get_args

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import create_account, disable_account, enable_account, list_accounts
from cally.accounts.password_rules import SHORTEST
from cally.errors import CallyError
from cally.hosts import list_hosts
from cally.model.accounts import Role
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import Undo, of_error
from cally.web.zone_names import zone_names

ROLES: tuple[Role, ...] = get_args(Role)


@get("/admin/accounts")
async def listing(admin: NamedDependency[Desk]) -> Page:
    """Everybody, and a form for one more."""
    return await _page(admin)


@post("/admin/accounts", status_code=303)
async def create(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """One more account; the password is the admin's to hand over, and its owner's to change."""
    admin.require_recent("/admin/accounts")
    form = await forms.read(request)
    role = form.choice("role", ROLES)
    if form.faults:
        return await _page(admin, form, status=422)
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
            verified=True,
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    return admin.back_to("/admin/accounts", f"{made.name} can sign in now, with the password that you typed.")


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


ROUTES = [listing, create, disable, enable]


async def _page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    slugs = {host.id: host.slug for host in await list_hosts(admin.db)}
    return await admin.page(
        "pages/admin/accounts.html",
        here="accounts",
        status=status,
        form=form or Form.of(tz=admin.host.tz, role="host"),
        items=[(item, slugs.get(item.id, "")) for item in await list_accounts(admin.db)],
        self_id=admin.account.id,
        zones=zone_names(),
        shortest=SHORTEST,
    )
