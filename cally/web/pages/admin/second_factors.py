"""Who must have a second factor, and taking away the one that somebody has lost."""

from typing import Any

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts.changing import account_by_id
from cally.accounts.factor_rules import ROLES, require_second_factor_of, required_roles
from cally.accounts.second_factors import reset_second_factors
from cally.errors import CallyError, not_found
from cally.model.accounts import Role
from cally.store import Reader
from cally.web import forms
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error

RULES = "/admin/sign-in"
PEOPLE = "/admin/accounts"
ROLE_WORDS: dict[Role, str] = {"admin": "Admins", "host": "Hosts", "assistant": "Assistants"}


@post("/admin/sign-in/second-factor", status_code=303)
async def require(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Require a second factor of the ticked roles; whoever lacks one is led to its set-up, this admin too."""
    admin.require_recent(RULES)
    form = await forms.read(request)
    try:
        await require_second_factor_of(admin.store, form.all("roles"), now=admin.now, actor=admin.admin)
    except CallyError as error:
        return admin.back_to(RULES, of_error(error).sentence, kind="error")
    return admin.back_to(RULES, "The rule counts from now on.")


@post("/admin/accounts/{id:int}/second-factor-reset", status_code=303)
async def reset(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """For somebody who has lost everything: the password alone lets in again, and all sessions end."""
    admin.require_recent(PEOPLE)
    account = await account_by_id(admin.db, id)
    if account is None:
        raise not_found("account")
    removed = await reset_second_factors(admin.store, id, now=admin.now, actor=admin.admin)
    admin.doors.wake()
    if not (removed.totp or removed.passkeys):
        return admin.back_to(PEOPLE, f"{account.name} had no second factor; all sessions have ended.")
    return admin.back_to(PEOPLE, f"The second factors of {account.name} are gone; a password alone lets in now.")


ROUTES = [require, reset]


async def rule(db: Reader) -> dict[str, Any]:
    """What the page of the rules shows of this one: every role in words, and those that it holds for."""
    return {"factor_roles": [(role, ROLE_WORDS[role]) for role in ROLES], "required_of": await required_roles(db)}
