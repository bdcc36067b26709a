"""Changing what an account is: a host becomes an admin and an admin a host; the last admin stays one."""

from cally.accounts.changing import require_other_admin
from cally.errors import invalid, not_found
from cally.model.accounts import Account, Actor, Role
from cally.store import Store, accounts, audit, sessions

CHANGEABLE = ("admin", "host")


async def change_role(store: Store, account_id: int, role: Role, *, now: int, actor: Actor) -> Account:
    """Make a host an admin or an admin a host; its sessions end, and the admin scopes of its tokens count no more.

    Raises `invalid` (`role`) for an assistant and for becoming one, who have no page; `conflict` for the last admin.
    """
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        if account is None:
            raise not_found("account")
        if account.role == role:
            return account
        if role not in CHANGEABLE or account.role not in CHANGEABLE:
            raise invalid("role", "An assistant stays one, and nobody becomes one; make another account instead.")
        await require_other_admin(tx, account)
        await accounts.update_role(tx, account_id, role)
        await sessions.delete_of(tx, account_id)
        tag, subject = f"{actor.kind}:account:change_role", f"account:{account_id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, role=role, former=account.role)
        changed = await accounts.by_id(tx, account_id)
    return changed or account
