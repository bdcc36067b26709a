"""Which program is asking: a bearer token with its scopes, acting for its own account and nobody else."""

from typing import Any

import msgspec
from litestar import Request

from cally import accounts
from cally.accounts.factor_rules import lacks_second_factor
from cally.errors import CallyError
from cally.model.accounts import ADMIN_SCOPES, Account, Actor, ApiToken
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.gate import count, require_from
from cally.web.refused import know

BEARER = "bearer "


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A program that has shown a good token."""

    token: ApiToken
    account: Account
    address: str

    def has(self, scope: str) -> bool:
        """Whether it may do this; the admin scopes count only while the account is an admin's."""
        return scope in self.token.scopes and (scope not in ADMIN_SCOPES or self.account.role == "admin")

    def actor(self) -> Actor:
        """As whom it acts, for the audit log."""
        return Actor(kind="host", account_id=self.account.id, address=self.address)

    def admin(self) -> Actor:
        """As whom it acts on the machine itself."""
        return Actor(kind="admin", account_id=self.account.id, address=self.address)


async def caller(request: Request[Any, Any, Any], doors: Doors, scope: str, now: int) -> Caller:
    """Who asks, with leave to do `scope`. Raises `unauthorized` without a good token, `forbidden` without the scope.

    An admin's token without the admin scope for this acts for the host that an admin is as well, and no further.
    Only requests that may change something note that the token is in use (rule 52).
    """
    found = await identified(request, doors, now)
    if found is None:
        raise CallyError("unauthorized", "This needs a token: send it as `Authorization: Bearer cally_…`.")
    verdict = doors.guests.account(found.account.id, found.address, now)
    if verdict is not None:
        count(request.scope, verdict)
    if scope.startswith("admin:"):
        await require_from(doors, request.scope, "admin", found.address)
    if not found.has(scope):
        raise CallyError("forbidden", f"This token does not have the scope {scope}.", scope=scope)
    if request.method != "GET":
        await accounts.touch_token(doors.store, found.token, now)
    power = "admin:read" if request.method == "GET" else "admin:write"
    return found if found.has(power) else msgspec.structs.replace(found, account=_as_host(found.account))


async def identified(request: Request[Any, Any, Any], doors: Doors, now: int) -> Caller | None:
    """Whoever shows a good token, whatever it may do; None when no good one is shown."""
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(BEARER):
        return None
    known = await accounts.token(doors.store.reader, header[len(BEARER) :].strip(), now)
    if known is None:
        return None
    address = client_address(request.scope, doors.trusted_proxies)
    found = Caller(token=known[0], account=known[1], address=address)
    know(request, Actor(kind=found.account.role, account_id=found.account.id, address=address))
    if await lacks_second_factor(doors.store.reader, found.account):
        sentence = "This account must have a second factor first; its owner sets one up in the browser."
        raise CallyError("forbidden", sentence, url="/app/security")
    return found


def anybody(request: Request[Any, Any, Any], doors: Doors) -> Actor:
    """A guest who asks without a token."""
    return Actor(kind="guest", address=client_address(request.scope, doors.trusted_proxies))


def _as_host(account: Account) -> Account:
    return msgspec.structs.replace(account, role="host")
