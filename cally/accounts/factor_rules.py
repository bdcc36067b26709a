"""Which roles must have a second factor: decided by an admin, and asked at every page until there is one."""

from collections.abc import Collection
from typing import get_args

from cally.accounts.second_factors import has_second_factor
from cally.errors import invalid
from cally.model.accounts import Account, Actor, Role
from cally.store import Reader, Store, audit, settings

SETTING = "second_factor_roles"
ROLES: tuple[Role, ...] = get_args(Role)


async def required_roles(db: Reader) -> tuple[Role, ...]:
    """The roles that must have a second factor; none unless an admin has said so."""
    kept = (await settings.value(db, SETTING) or "").split()
    return tuple(role for role in ROLES if role in kept)


async def require_second_factor_of(store: Store, roles: Collection[str], *, now: int, actor: Actor) -> None:
    """Require a second factor of these roles and of no others; raises `invalid` for an unknown one."""
    if not set(roles) <= set(ROLES):
        raise invalid("roles", "Please choose among the roles on offer.")
    wanted = " ".join(role for role in ROLES if role in roles)
    async with store.write() as tx:
        former = " ".join(await required_roles(tx))
        if wanted == former:
            return
        await settings.put(tx, SETTING, wanted)
        tag, subject = f"{actor.kind}:setting:change", f"setting:{SETTING}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, roles=wanted, former=former)


async def lacks_second_factor(db: Reader, account: Account) -> bool:
    """Whether an account must have a second factor and has none yet."""
    return account.role in await required_roles(db) and not await has_second_factor(db, account.id)
