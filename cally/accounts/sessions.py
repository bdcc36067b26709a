"""Sessions: a 256-bit token kept as its hash, an idle limit and an absolute one, and their end."""

from cally.model.accounts import Account, Actor, Factor, Session
from cally.model.ids import new_id
from cally.store import Reader, Store, Writer, audit, sessions
from cally.vault import new_token, token_hash

IDLE_SECONDS = 7 * 86_400
LONGEST_SECONDS = 30 * 86_400
TOUCH_SECONDS = 5 * 60
DEVICE_LENGTH = 200


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
    await sessions.insert(
        tx,
        id=new_id(now),
        token_hash=token_hash(token),
        account_id=account.id,
        now=now,
        expires_at=now + LONGEST_SECONDS,
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
    ended = found.expires_at <= now or found.last_used_at + IDLE_SECONDS <= now
    return None if ended else found


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
        account = found.account
        actor = Actor(kind=account.role, account_id=account.id, address=address)
        tag = f"{account.role}:session:delete"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"account:{account.id}")


async def sweep_sessions(store: Store, now: int) -> int:
    """Remove sessions that have ended or were idle for too long; how many."""
    async with store.write() as tx:
        return await sessions.delete_expired(tx, now=now, unused_since=now - IDLE_SECONDS)
