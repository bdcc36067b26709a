"""Lockouts as an admin sees them: who may not try to sign in right now, until when, and lifting that."""

import msgspec

from cally.accounts.brake import FORGOTTEN_AFTER_SECONDS, FREE, wait_seconds
from cally.errors import not_found
from cally.model.accounts import Actor
from cally.model.protection import FailureKind, SignInFailure
from cally.store import Reader, Store, accounts, audit, sign_in_failures

MOST_LISTED = 200
MOST_READ = 5_000


class Lockout(msgspec.Struct, frozen=True, kw_only=True):
    """Failed sign-ins beyond the free ones. `until` is when the next try is judged; None: at once, with proof of work.

    `account` is the name and address of whose account it is; empty where there is none, or it counts for all.
    """

    id: int
    kind: FailureKind
    network: str
    account: str
    count: int
    last_at: int
    until: int | None


async def lockouts(db: Reader, now: int) -> list[Lockout]:
    """All that holds somebody up now, latest first."""
    found = await sign_in_failures.list_since(db, now - FORGOTTEN_AFTER_SECONDS, limit=MOST_READ)
    shown = [one for one in found if _holds(one, now)][:MOST_LISTED]
    return [await _shown(db, one, now) for one in shown]


async def lift(store: Store, id: int, *, now: int, actor: Actor) -> Lockout:
    """Let the next try be judged at once; a running server notices. Raises `not_found`."""
    async with store.write() as tx:
        found = await sign_in_failures.by_id(tx, id)
        if found is None:
            raise not_found("lockout")
        await sign_in_failures.delete(tx, found.key_hash)
        subject = f"account:{found.account_id}" if found.account_id else "account:unknown"
        tag = f"{actor.kind}:lockout:lift"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, network=found.network, by=found.kind)
        return await _shown(tx, found, now)


async def sweep_lockouts(store: Store, now: int) -> None:
    """Forget failures that count no more."""
    async with store.write() as tx:
        await sign_in_failures.delete_old(tx, now - FORGOTTEN_AFTER_SECONDS)


def _holds(failure: SignInFailure, now: int) -> bool:
    if failure.kind == "account":
        return failure.count >= FREE["account"]
    return wait_seconds(failure.kind, failure.count, failure.last_at, now) > 0


async def _shown(db: Reader, failure: SignInFailure, now: int) -> Lockout:
    owner = await accounts.by_id(db, failure.account_id) if failure.account_id else None
    wait = wait_seconds(failure.kind, failure.count, failure.last_at, now)
    return Lockout(
        id=failure.id,
        kind=failure.kind,
        network=failure.network,
        account=f"{owner.name} <{owner.email}>" if owner else "",
        count=failure.count,
        last_at=failure.last_at,
        until=None if failure.kind == "account" else now + max(0, wait),
    )
