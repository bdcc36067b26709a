"""Signing in with a passkey alone: the device names the account, and has verified who stands before it."""

from cally.accounts.ceremonies import ANYBODY, Credential, Site, not_accepted
from cally.accounts.entering import Entry, let_in
from cally.accounts.passkeys import accept, judge
from cally.accounts.visitors import Visitor
from cally.model.accounts import Actor
from cally.store import Store, accounts, audit
from cally.vault import Vault


async def sign_in_with_passkey(
    store: Store, vault: Vault, site: Site, credential: Credential, *, now: int, visitor: Visitor
) -> Entry:
    """A new session; raises `sign_in_failed`, the same whatever was wrong with the passkey or its account."""
    shown = await judge(store.reader, vault, site, "sign-in", ANYBODY, credential, now)
    async with store.write() as tx:
        account = await accounts.by_id(tx, shown.passkey.account_id)
        if account is None or account.disabled_at is not None:
            raise not_accepted()
        await accept(tx, shown, now=now)
        return await let_in(tx, account, visitor, factors=("passkey",), now=now)


async def note_refused_passkey(store: Store, visitor: Visitor, *, now: int) -> None:
    """Note that somebody showed a passkey that opens nothing; the door judges how often that is worth a line."""
    actor = Actor(kind="guest", address=visitor.address)
    async with store.write() as tx:
        await audit.insert(
            tx, now=now, actor=actor, tag="guest:session:refuse", subject="account:unknown", factor="passkey"
        )
