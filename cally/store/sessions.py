"""The SQL of sessions: sign-ins, found by the hash of their token."""

from cally.model.accounts import Account, Session
from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO session (token_hash, account_id, created_at, last_used_at, expires_at, address, device)
VALUES (:token_hash, :account_id, :now, :now, :expires_at, :address, :device)
"""
BY_HASH = """
SELECT account.id, account.email, account.name, account.role, account.verified_at, account.disabled_at,
       account.created_at, session.created_at, session.last_used_at, session.expires_at
FROM session
JOIN account
  ON account.id = session.account_id
WHERE session.token_hash = :token_hash
"""
UPDATE_LAST_USED = """
UPDATE session
SET last_used_at = :now
WHERE token_hash = :token_hash
"""
DELETE = """
DELETE FROM session
WHERE token_hash = :token_hash
"""
DELETE_OF = """
DELETE FROM session
WHERE account_id = :account_id
"""
DELETE_OTHERS = """
DELETE FROM session
WHERE account_id = :account_id
  AND token_hash <> :kept
"""
DELETE_EXPIRED = """
DELETE FROM session
WHERE expires_at <= :now
   OR last_used_at <= :unused_since
"""


async def insert(
    tx: Writer, *, token_hash: bytes, account_id: int, now: int, expires_at: int, address: str, device: str
) -> None:
    """Store a sign-in on one device."""
    await tx.run(
        INSERT,
        token_hash=token_hash,
        account_id=account_id,
        now=now,
        expires_at=expires_at,
        address=address,
        device=device,
    )


async def by_hash(db: Reader, token_hash: bytes) -> Session | None:
    """The session of a token, ended or not, with its account."""
    row = await db.row(BY_HASH, token_hash=token_hash)
    if row is None:
        return None
    account = Account(
        id=row[0],
        email=row[1],
        name=row[2],
        role=row[3],
        verified_at=row[4],
        disabled_at=row[5],
        created_at=row[6],
    )
    return Session(account=account, created_at=row[7], last_used_at=row[8], expires_at=row[9])


async def update_last_used(tx: Writer, token_hash: bytes, *, now: int) -> None:
    """Note that a session is in use."""
    await tx.run(UPDATE_LAST_USED, token_hash=token_hash, now=now)


async def delete(tx: Writer, token_hash: bytes) -> int:
    """End one session."""
    return await tx.run(DELETE, token_hash=token_hash)


async def delete_of(tx: Writer, account_id: int) -> int:
    """End every session of an account; how many there were."""
    return await tx.run(DELETE_OF, account_id=account_id)


async def delete_others(tx: Writer, account_id: int, *, kept: bytes) -> int:
    """End every session of an account but the one of that token hash; how many there were."""
    return await tx.run(DELETE_OTHERS, account_id=account_id, kept=kept)


async def delete_expired(tx: Writer, *, now: int, unused_since: int) -> int:
    """Remove sessions past their end or idle since before `unused_since`."""
    return await tx.run(DELETE_EXPIRED, now=now, unused_since=unused_since)
