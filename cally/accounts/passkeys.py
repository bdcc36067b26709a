"""Passkeys: kept, named, revoked, and judged when one is shown."""

import msgspec

from cally.accounts.ceremonies import (
    ANYBODY,
    Credential,
    Purpose,
    Site,
    answered,
    asserted,
    from_text,
    handle_of,
    not_accepted,
    not_added,
    registered,
    response_of,
)
from cally.accounts.challenges import spend
from cally.accounts.second_factors import drop_codes_without_factor, record, tell_of_factor
from cally.errors import not_found
from cally.model.accounts import Account, Actor
from cally.model.ids import new_id
from cally.model.second_factors import Passkey
from cally.model.texts import line
from cally.store import Duplicate, Reader, Store, Writer, passkeys
from cally.vault import Vault

NAME_LENGTH = 60
MOST = 20


async def add_passkey(
    store: Store,
    vault: Vault,
    site: Site,
    account: Account,
    credential: Credential,
    *,
    name: str,
    now: int,
    actor: Actor,
) -> Passkey:
    """Keep the passkey that a browser has made; raises `invalid` when it does not answer our challenge."""
    title = line(name, "name", longest=NAME_LENGTH)
    challenge = answered(vault, "register", account.id, credential, now)
    made = registered(site, credential, challenge)
    passkey = Passkey(
        id=new_id(now),
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        site=site.name,
        name=title,
        created_at=now,
        last_used_at=None,
    )
    async with store.write() as tx:
        if not await spend(tx, challenge, now) or len(await passkeys.list_of(tx, account.id)) >= MOST:
            raise not_added()
        try:
            await passkeys.insert(tx, passkey)
        except Duplicate as error:
            raise not_added() from error
        await record(tx, account.id, "create", now=now, actor=actor, kind="passkey", passkey=passkey.id)
        await tell_of_factor(tx, account, "second_factor_added", _called(title), now=now, actor=actor)
    return passkey


async def rename_passkey(store: Store, account_id: int, passkey_id: int, name: str, *, now: int, actor: Actor) -> None:
    """Call a passkey something else."""
    title = line(name, "name", longest=NAME_LENGTH)
    async with store.write() as tx:
        if not await passkeys.update_name(tx, account_id=account_id, id=passkey_id, name=title):
            raise not_found("passkey")
        await record(tx, account_id, "rename", now=now, actor=actor, passkey=passkey_id)


async def revoke_passkey(store: Store, account: Account, passkey_id: int, *, now: int, actor: Actor) -> None:
    """Make a passkey worthless at once."""
    async with store.write() as tx:
        known = {one.id: one for one in await passkeys.list_of(tx, account.id)}
        if passkey_id not in known:
            raise not_found("passkey")
        await passkeys.delete(tx, account_id=account.id, id=passkey_id)
        await drop_codes_without_factor(tx, account.id)
        await record(tx, account.id, "delete", now=now, actor=actor, kind="passkey", passkey=passkey_id)
        what = _called(known[passkey_id].name)
        await tell_of_factor(tx, account, "second_factor_removed", what, now=now, actor=actor)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey whose signature is right; it counts once `accept` has taken it in the transaction of what it opens."""

    passkey: Passkey
    challenge: str
    sign_count: int


async def judge(
    db: Reader, vault: Vault, site: Site, purpose: Purpose, account_id: int, credential: Credential, now: int
) -> Shown:
    """The passkey that a browser shows; raises `sign_in_failed` unless it is known, ours, fresh and no copy."""
    challenge = answered(vault, purpose, account_id, credential, now)
    known = await passkeys.by_credential(db, from_text(credential.get("rawId")))
    if known is None or known.site != site.name or account_id not in {ANYBODY, known.account_id}:
        raise not_accepted()
    handle = response_of(credential).get("userHandle")
    if (handle or account_id == ANYBODY) and from_text(handle) != handle_of(known.account_id):
        raise not_accepted()
    return Shown(passkey=known, challenge=challenge, sign_count=asserted(site, credential, challenge, known))


async def accept(tx: Writer, shown: Shown, *, now: int) -> None:
    """Use the answer up; raises `sign_in_failed` when the challenge, or this count, was used or the key is gone."""
    kept = await passkeys.by_credential(tx, shown.passkey.credential_id)
    if kept is None or kept.sign_count != shown.passkey.sign_count or not await spend(tx, shown.challenge, now):
        raise not_accepted()
    await passkeys.update_used(tx, kept.id, sign_count=shown.sign_count, now=now)


def _called(name: str) -> str:
    return f"Passkey “{name}”"
