"""Second factors: what an account has beside its password, and taking all of it away when somebody has lost it."""

from typing import Literal

import msgspec

from cally.errors import not_found
from cally.model.accounts import Account, Actor, Factor
from cally.model.second_factors import Factors
from cally.notify.letters import write_letter
from cally.store import Reader, Store, Writer, accounts, audit, one_time_links, passkeys, recovery_codes, sessions, totp
from cally.vault import new_token, token_hash

STEP = "second-step"  # the purpose of a sign-in's half-way secret
STEP_SECONDS = 10 * 60


class HalfWay(msgspec.Struct, frozen=True, kw_only=True):
    """What a half-way sign-in carries: what has been proved, and how often the rest was tried."""

    factors: tuple[Factor, ...]
    tries: int = 0


async def has_second_factor(db: Reader, account_id: int) -> bool:
    """Whether an account has a confirmed app or a passkey; recovery codes alone are none."""
    return (await factors_of(db, account_id)).any


async def factors_of(db: Reader, account_id: int) -> Factors:
    """What an account has."""
    known = await totp.by_account(db, account_id)
    return Factors(
        totp=known is not None and known.confirmed_at is not None,
        passkeys=tuple(await passkeys.list_of(db, account_id)),
        recovery_codes=await recovery_codes.count(db, account_id),
    )


async def start_second_step(tx: Writer, account: Account, factors: tuple[Factor, ...], *, now: int) -> str:
    """The secret of a sign-in whose first factor has been proved, good for ten minutes and for nothing but going on."""
    token = new_token()
    data = msgspec.json.encode(HalfWay(factors=factors)).decode()
    await one_time_links.insert(
        tx,
        token_hash=token_hash(token),
        purpose=STEP,
        account_id=account.id,
        data=data,
        now=now,
        expires_at=now + STEP_SECONDS,
    )
    return token


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What a reset has taken away."""

    totp: bool
    passkeys: int
    recovery_codes: int
    sessions: int


async def reset_second_factors(store: Store, account_id: int, *, now: int, actor: Actor) -> Removed:
    """Take every second factor of an account away and end its sessions: from now on the password alone lets in.

    For whoever has lost them all. Raises `not_found`.
    """
    async with store.write() as tx:
        account = await accounts.by_id(tx, account_id)
        if account is None:
            raise not_found("account")
        had = await factors_of(tx, account_id)
        await totp.delete(tx, account_id)
        removed = Removed(
            totp=had.totp,
            passkeys=await passkeys.delete_of(tx, account_id),
            recovery_codes=await recovery_codes.delete_of(tx, account_id),
            sessions=await sessions.delete_of(tx, account_id),
        )
        await one_time_links.delete_of(tx, account_id, STEP)
        counts = {"totp": int(removed.totp), "passkeys": removed.passkeys}
        await record(tx, account_id, "reset", now=now, actor=actor, **counts)
        if had.any:
            await tell_of_factor(tx, account, "second_factor_removed", "Every second factor", now=now, actor=actor)
    return removed


async def drop_codes_without_factor(tx: Writer, account_id: int) -> None:
    """Recovery codes end with the last factor that they stand in for."""
    if not await has_second_factor(tx, account_id):
        await recovery_codes.delete_of(tx, account_id)


async def record(
    tx: Writer, account_id: int, action: str, *, now: int, actor: Actor, **facts: str | int | None
) -> None:
    """Note in the audit log what became of an account's second factors."""
    tag = f"{actor.kind}:second_factor:{action}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"account:{account_id}", **facts)


async def tell_of_factor(
    tx: Writer,
    account: Account,
    kind: Literal["second_factor_added", "second_factor_removed"],
    what: str,
    *,
    now: int,
    actor: Actor,
) -> None:
    """A letter to the owner of a factor that came or went, in the transaction of the change."""
    facts = {"what": what, "from": actor.address} if actor.address else {"what": what}
    await write_letter(tx, None, account=account, kind=kind, now=now, facts=facts)
