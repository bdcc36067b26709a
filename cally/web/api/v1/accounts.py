"""Accounts, for admins: who can sign in and be booked."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally import accounts, hosts
from cally.errors import not_found
from cally.model.accounts import Account
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.entering import around

noun = Noun("Accounts")


class AccountWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without a slug the name gives one; without a password nobody can sign in until one is set.

    Unless `verified`, the address gets a link to confirm it, and the host's pages are not public before.
    """

    email: str
    name: str
    role: Literal["admin", "host", "assistant"] = "host"
    slug: str | None = None
    password: str | None = None
    tz: str = "UTC"
    locale: str = "en"
    verified: bool = False


class AccountChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`disabled` locks the account out at once, or lets it in again; `role` makes a host an admin, or the reverse."""

    disabled: bool | UnsetType = UNSET
    role: Literal["admin", "host"] | UnsetType = UNSET


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who can sign in; `slug` is their public address, empty for an assistant."""

    id: str
    email: str
    name: str
    role: Literal["admin", "host", "assistant"]
    slug: str
    verified_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime


class AccountsShown(Page, frozen=True, kw_only=True):
    """Every account, oldest first."""

    accounts: tuple[AccountShown, ...]


@noun.does("GET", "/accounts", scope="admin:read", query=Paged, answers={200: AccountsShown})
async def list_accounts(call: Call) -> Answer:
    """List every account."""
    found = await accounts.list_accounts(call.doors.store.reader)
    kept, more = page(found, call.query, lambda account: (account.id,))
    return answer(AccountsShown(accounts=tuple([await _shown(call, account) for account in kept]), next_cursor=more))


@noun.does("POST", "/accounts", scope="admin:write", body=AccountWanted, answers={201: AccountShown})
async def create_account(call: Call) -> Answer:
    """Make an account and its host, an assistant's without one; it is public once its address is confirmed."""
    wanted: AccountWanted = call.body
    made = await accounts.create_account(
        call.doors.store,
        email=wanted.email,
        name=wanted.name,
        role=wanted.role,
        password=wanted.password,
        slug=wanted.slug,
        tz=wanted.tz,
        locale=wanted.locale,
        now=call.now,
        actor=call.token_holder.admin(),
        verified=wanted.verified,
        vault=call.doors.vault,
        around=around(call.doors),
    )
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/accounts/{made.id}"})


@noun.does("GET", "/accounts/{id}", scope="admin:read", answers={200: AccountShown}, refuses=("not_found",))
async def show_account(call: Call) -> Answer:
    """Show one account."""
    found = await accounts.account_by_id(call.doors.store.reader, call.id())
    if found is None:
        raise not_found("account")
    return answer(await _shown(call, found))


@noun.does(
    "PATCH",
    "/accounts/{id}",
    scope="admin:write",
    body=AccountChanges,
    answers={200: AccountShown},
    refuses=("not_found", "conflict"),
)
async def change_account(call: Call) -> Answer:
    """Lock an account out or let it in again, or change its role; its bookings stay as they are."""
    given: AccountChanges = call.body
    store, actor = call.doors.store, call.token_holder.admin()
    if given.role is not UNSET:
        await accounts.change_role(store, call.id(), given.role, now=call.now, actor=actor)
    if given.disabled is not UNSET:
        change = accounts.disable_account if given.disabled else accounts.enable_account
        await change(store, call.id(), now=call.now, actor=actor)
    return await show_account(call)


@noun.does("DELETE", "/accounts/{id}", scope="admin:write", answers={204: None}, refuses=("not_found", "conflict"))
async def delete_account(call: Call) -> Answer:
    """Remove an account without bookings, and what its host has set up."""
    await accounts.delete_account(call.doors.store, call.id(), now=call.now, actor=call.token_holder.admin())
    return answer(None, 204)


async def _shown(call: Call, account: Account) -> AccountShown:
    host = await hosts.host_by_id(call.doors.store.reader, account.id)
    return AccountShown(
        id=str(account.id),
        email=account.email,
        name=account.name,
        role=account.role,
        slug=host.slug if host else "",
        verified_at=None if account.verified_at is None else instant(account.verified_at),
        disabled_at=None if account.disabled_at is None else instant(account.disabled_at),
        created_at=instant(account.created_at),
    )
