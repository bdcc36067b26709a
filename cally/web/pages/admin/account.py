"""One account for an admin: what it is, who works for it, and an hour at its desk; each change is noted."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.accounts import (
    account_by_id,
    add_assistant,
    change_role,
    list_assistants,
    list_assisted,
    remove_assistant,
    visit,
)
from cally.errors import CallyError, not_found
from cally.hosts import host_by_id
from cally.model.accounts import Account, Role
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error

PATH = "/admin/accounts"
CHOSEN_ROLES: tuple[Role, ...] = ("admin", "host")


@get(PATH + "/{id:int}")
async def show(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """What an account is, and what can be done about it."""
    return await _page(admin, await _account(admin, id), Form())


@post(PATH + "/{id:int}/role", status_code=303)
async def role(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Make a host an admin, or an admin a host; they sign in anew."""
    form, account = await forms.read(request), await _account(admin, id)
    admin.require_recent(f"{PATH}/{id}")
    wanted: Role = form.choice("role", CHOSEN_ROLES)
    try:
        changed = await change_role(admin.store, account.id, wanted, now=admin.now, actor=admin.admin)
    except CallyError as error:
        return admin.back_to(f"{PATH}/{id}", of_error(error).sentence, kind="error")
    if id == admin.signed_in.id and changed.role != "admin":
        return admin.back_to("/app")
    said = "is an admin now" if changed.role == "admin" else "is a host now, and no admin"
    return admin.back_to(f"{PATH}/{id}", f"{changed.name} {said}; they sign in anew.")


@post(PATH + "/{id:int}/desk", status_code=303)
async def enter_desk(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Work at a host's desk for an hour, for a reason that the host reads."""
    form, account = await forms.read(request), await _account(admin, id)
    admin.require_recent(f"{PATH}/{id}")
    try:
        await visit(
            admin.store,
            admin.session,
            account.id,
            reason=form.text("reason"),
            now=admin.now,
            address=admin.admin.address,
        )
    except CallyError as error:
        form.note(error)
        return await _page(admin, account, form, status=422)
    return Redirect("/app", status_code=303)


@post(PATH + "/{id:int}/assistants", status_code=303)
async def assign(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let an assistant work for a host in the host's place."""
    form, account = await forms.read(request), await _account(admin, id)
    admin.require_recent(f"{PATH}/{id}")
    try:
        made = await add_assistant(admin.store, account.id, form.text("email"), now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
        return await _page(admin, account, form, status=422)
    return admin.back_to(f"{PATH}/{id}#assistants", f"{made.name} works for {account.name} from now on.")


@post(PATH + "/{id:int}/assistants/{assistant_id:int}/removal", status_code=303)
async def unassign(admin: NamedDependency[Desk], id: FromPath[int], assistant_id: FromPath[int]) -> Page:
    """Let an assistant work for a host no more."""
    await remove_assistant(admin.store, id, assistant_id, now=admin.now, actor=admin.admin)
    return admin.back_to(f"{PATH}/{id}#assistants", "They work for this host no more.")


ROUTES = [show, role, enter_desk, assign, unassign]


async def _account(admin: Desk, id: int) -> Account:
    account = await account_by_id(admin.db, id)
    if account is None:
        raise not_found("account")
    return account


async def _page(admin: Desk, account: Account, form: Form, *, status: int = 200) -> Page:
    assisted = [await host_by_id(admin.db, host_id) for host_id in await list_assisted(admin.db, account.id)]
    return await admin.page(
        "pages/admin/account.html",
        here="accounts",
        status=status,
        item=account,
        page=await host_by_id(admin.db, account.id),
        form=form,
        assistants=await list_assistants(admin.db, account.id),
        assisted=[host for host in assisted if host is not None],
        self_id=admin.account.id,
    )
