"""The SQL of sessions: sign-ins, found by the hash of their token, and listed for whom they belong to."""

from cally.model.accounts import Account, Session
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO session (id, token_hash, account_id, created_at, last_used_at, expires_at, address, device,
                     authenticated_at, factors)
VALUES (:id, :token_hash, :account_id, :now, :now, :expires_at, :address, :device, :now, :factors)
"""
BY_HASH = """
SELECT account.id, account.email, account.name, account.role, account.verified_at, account.disabled_at,
       account.created_at, session.id, session.created_at, session.last_used_at, session.expires_at,
       session.address, session.device, session.authenticated_at, session.factors, session.acting_for_id,
       session.acting_until
FROM session
JOIN account
  ON account.id = session.account_id
WHERE session.token_hash = :token_hash
"""
LIST_OF = """
SELECT account.id, account.email, account.name, account.role, account.verified_at, account.disabled_at,
       account.created_at, session.id, session.created_at, session.last_used_at, session.expires_at,
       session.address, session.device, session.authenticated_at, session.factors, session.acting_for_id,
       session.acting_until
FROM session
JOIN account
  ON account.id = session.account_id
WHERE session.account_id = :account_id
ORDER BY session.last_used_at DESC, session.id DESC
"""
UPDATE_LAST_USED = """
UPDATE session
SET last_used_at = :now
WHERE token_hash = :token_hash
"""
UPDATE_PROOF = """
UPDATE session
SET token_hash = :new_hash,
    authenticated_at = :now,
    last_used_at = :now,
    factors = :factors
WHERE token_hash = :token_hash
"""
UPDATE_ACTING = """
UPDATE session
SET acting_for_id = :host_id,
    acting_until = :until
WHERE id = :id
"""
DELETE = """
DELETE FROM session
WHERE token_hash = :token_hash
"""
DELETE_ONE = """
DELETE FROM session
WHERE id = :id
  AND account_id = :account_id
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
    tx: Writer,
    *,
    id: int,
    token_hash: bytes,
    account_id: int,
    now: int,
    expires_at: int,
    address: str,
    device: str,
    factors: str,
) -> None:
    """Store a sign-in on one device, proved at `now`."""
    await tx.run(
        INSERT,
        id=id,
        token_hash=token_hash,
        account_id=account_id,
        now=now,
        expires_at=expires_at,
        address=address,
        device=device,
        factors=factors,
    )


async def by_hash(db: Reader, token_hash: bytes) -> Session | None:
    """The session of a token, ended or not, with its account."""
    row = await db.row(BY_HASH, token_hash=token_hash)
    return _session(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[Session]:
    """Every session of an account, ended ones that are not swept yet included, last used first."""
    return [_session(row) for row in await db.rows(LIST_OF, account_id=account_id)]


async def update_last_used(tx: Writer, token_hash: bytes, *, now: int) -> None:
    """Note that a session is in use."""
    await tx.run(UPDATE_LAST_USED, token_hash=token_hash, now=now)


async def update_proof(tx: Writer, token_hash: bytes, *, new_hash: bytes, factors: str, now: int) -> int:
    """Note that whoever holds a session has proved again who they are; it goes on under another token."""
    return await tx.run(UPDATE_PROOF, token_hash=token_hash, new_hash=new_hash, factors=factors, now=now)


async def update_acting(tx: Writer, id: int, *, host_id: int | None, until: int | None) -> None:
    """Let a session act for another host until then (None: for as long as it lasts), or for its own account again."""
    await tx.run(UPDATE_ACTING, id=id, host_id=host_id, until=until)


async def delete(tx: Writer, token_hash: bytes) -> int:
    """End one session."""
    return await tx.run(DELETE, token_hash=token_hash)


async def delete_one(tx: Writer, *, account_id: int, id: int) -> int:
    """End one session of an account by its number; how many there were."""
    return await tx.run(DELETE_ONE, account_id=account_id, id=id)


async def delete_of(tx: Writer, account_id: int) -> int:
    """End every session of an account; how many there were."""
    return await tx.run(DELETE_OF, account_id=account_id)


async def delete_others(tx: Writer, account_id: int, *, kept: bytes) -> int:
    """End every session of an account but the one of that token hash; how many there were."""
    return await tx.run(DELETE_OTHERS, account_id=account_id, kept=kept)


async def delete_expired(tx: Writer, *, now: int, unused_since: int) -> int:
    """Remove sessions past their end or idle since before `unused_since`."""
    return await tx.run(DELETE_EXPIRED, now=now, unused_since=unused_since)


def _session(row: Row) -> Session:
    account = Account(
        id=row[0],
        email=row[1],
        name=row[2],
        role=row[3],
        verified_at=row[4],
        disabled_at=row[5],
        created_at=row[6],
    )
    return Session(
        account=account,
        id=row[7],
        created_at=row[8],
        last_used_at=row[9],
        expires_at=row[10],
        address=row[11],
        device=row[12],
        authenticated_at=row[13],
        factors=tuple(row[14].split("+")),
        acting_for_id=row[15],
        acting_until=row[16],
    )
