"""Sessions: a 256-bit token kept as its hash, an idle limit and an absolute one, and their end."""

from cally.accounts.acting import end_acting
from cally.accounts.policy import SignInPolicy, sign_in_policy
from cally.errors import not_found
from cally.model.accounts import Account, Actor, Factor, Session
from cally.model.ids import new_id
from cally.store import Reader, Store, Writer, audit, known_devices, one_time_links, sessions
from cally.vault import new_token, token_hash

DAY = 86_400
TOUCH_SECONDS = 5 * 60
DEVICE_LENGTH = 200
DEVICE_SECONDS = 400 * DAY


async def start_session(
    tx: Writer,
    account: Account,
    *,
    now: int,
    address: str,
    device: str,
    factors: tuple[Factor, ...] = ("password",),
) -> str:
    """A new session's token, inside the transaction of what let the account in; an audit entry says from where."""
    token = new_token()
    policy = await sign_in_policy(tx)
    await sessions.insert(
        tx,
        id=new_id(now),
        token_hash=token_hash(token),
        account_id=account.id,
        now=now,
        expires_at=now + policy.longest_days * DAY,
        address=address,
        device=device[:DEVICE_LENGTH],
        factors="+".join(factors),
    )
    actor = Actor(kind=account.role, account_id=account.id, address=address)
    tag, subject = f"{account.role}:session:create", f"account:{account.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, factors="+".join(factors))
    return token


async def session(db: Reader, token: str, now: int) -> Session | None:
    """The session of a token, unless it has ended, was idle for too long, or its account is disabled."""
    found = await sessions.by_hash(db, token_hash(token))
    if found is None or found.account.disabled_at is not None:
        return None
    return None if _has_ended(found, await sign_in_policy(db), now) else found


async def list_sessions(db: Reader, account_id: int, now: int) -> list[Session]:
    """The live sessions of an account, last used first."""
    policy = await sign_in_policy(db)
    return [one for one in await sessions.list_of(db, account_id) if not _has_ended(one, policy, now)]


def _has_ended(session: Session, policy: SignInPolicy, now: int) -> bool:
    """A limit that was shortened counts for sessions that run already."""
    ends_at = min(session.expires_at, session.created_at + policy.longest_days * DAY)
    return ends_at <= now or session.last_used_at + policy.idle_days * DAY <= now


async def touch_session(store: Store, token: str, session: Session, now: int) -> None:
    """Note that a session is in use; writes at most every five minutes."""
    if now - session.last_used_at >= TOUCH_SECONDS:
        async with store.write() as tx:
            await sessions.update_last_used(tx, token_hash(token), now=now)


async def sign_out(store: Store, token: str, *, now: int, address: str = "") -> None:
    """End a session; an unknown token is no fault."""
    hashed = token_hash(token)
    async with store.write() as tx:
        found = await sessions.by_hash(tx, hashed)
        if found is None:
            return
        await sessions.delete(tx, hashed)
        await end_acting(tx, found, now=now, address=address)
        account = found.account
        actor = Actor(kind=account.role, account_id=account.id, address=address)
        tag = f"{account.role}:session:delete"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"account:{account.id}")


async def end_session(store: Store, account_id: int, session_id: int, *, now: int, actor: Actor) -> None:
    """End one session of an account; raises `not_found` when it has no such one."""
    async with store.write() as tx:
        if not await sessions.delete_one(tx, account_id=account_id, id=session_id):
            raise not_found("session")
        await _note_end(tx, account_id, now, actor, sessions=1)


async def end_other_sessions(store: Store, account_id: int, *, keep: str, now: int, actor: Actor) -> int:
    """End every session of an account but the one of this token; how many there were."""
    async with store.write() as tx:
        ended = await sessions.delete_others(tx, account_id, kept=token_hash(keep))
        await _note_end(tx, account_id, now, actor, sessions=ended)
    return ended


async def _note_end(tx: Writer, account_id: int, now: int, actor: Actor, *, sessions: int) -> None:
    tag, subject = f"{actor.kind}:session:end", f"account:{account_id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, sessions=sessions)


async def sweep_sessions(store: Store, now: int) -> int:
    """Remove sessions that have ended or were idle for too long; how many.

    So go one-time links past their end, and browsers that have not signed in for as long as their cookie lasts.
    """
    async with store.write() as tx:
        policy = await sign_in_policy(tx)
        await one_time_links.delete_expired(tx, now)
        await known_devices.delete_unseen(tx, before=now - DEVICE_SECONDS)
        return await sessions.delete_expired(tx, now=now, unused_since=now - policy.idle_days * DAY)
