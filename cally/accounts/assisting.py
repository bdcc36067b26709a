"""Who works for whom: a host chooses their assistants and takes it back; an admin may do both, and it is noted."""

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Account, Actor
from cally.model.addresses import email_address
from cally.store import Reader, Store, Writer, accounts, assistants, audit, hosts

ASSISTANTS = 20


async def add_assistant(store: Store, host_id: int, email: str, *, now: int, actor: Actor) -> Account:
    """Let the assistant with this address work for a host; who does already stays.

    Raises `invalid` (`email`), the same for every address that is no assistant's, so that nobody learns who else has
    an account; `conflict` when a host has as many as they may.
    """
    wanted = email_address(email)
    async with store.write() as tx:
        if await hosts.by_id(tx, host_id) is None:
            raise not_found("host")
        account = await accounts.by_email(tx, wanted)
        if account is None or account.role != "assistant" or account.disabled_at is not None:
            raise invalid("email", "There is no assistant with this address. An admin makes accounts of assistants.")
        known = await assistants.assistants_of(tx, host_id)
        if account.id not in known and len(known) >= ASSISTANTS:
            raise CallyError("conflict", f"A host has at most {ASSISTANTS} assistants.")
        if await assistants.insert(tx, account_id=account.id, host_id=host_id, now=now):
            await _record(tx, account.id, host_id, "create", now, actor)
    return account


async def remove_assistant(store: Store, host_id: int, account_id: int, *, now: int, actor: Actor) -> None:
    """Let somebody work for a host no more, at once; raises `not_found` for one who does not."""
    async with store.write() as tx:
        if not await assistants.delete(tx, account_id=account_id, host_id=host_id):
            raise not_found("assistant")
        await _record(tx, account_id, host_id, "delete", now, actor)


async def list_assistants(db: Reader, host_id: int) -> list[Account]:
    """Who works for a host, disabled ones included."""
    found = [await accounts.by_id(db, account_id) for account_id in await assistants.assistants_of(db, host_id)]
    return [account for account in found if account is not None]


async def list_assisted(db: Reader, account_id: int) -> list[int]:
    """The hosts that an assistant works for and who can sign in, by name."""
    return await assistants.hosts_of(db, account_id)


async def _record(tx: Writer, account_id: int, host_id: int, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:assistant:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"account:{host_id}", assistant=account_id)
