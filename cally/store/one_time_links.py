"""The SQL of one-time links: secrets that work once, for one purpose, found by the hash of their token."""

import msgspec

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO one_time_link (token_hash, purpose, account_id, data, created_at, expires_at)
VALUES (:token_hash, :purpose, :account_id, :data, :now, :expires_at)
"""
LIVE = """
SELECT account_id, data, created_at, expires_at
FROM one_time_link
WHERE token_hash = :token_hash
  AND purpose = :purpose
  AND expires_at > :now
"""
CONSUME = """
DELETE FROM one_time_link
WHERE token_hash = :token_hash
  AND purpose = :purpose
  AND expires_at > :now
"""
UPDATE_DATA = """
UPDATE one_time_link
SET data = :data
WHERE token_hash = :token_hash
"""
COUNT_LIVE = """
SELECT count(*)
FROM one_time_link
WHERE account_id = :account_id
  AND purpose = :purpose
  AND expires_at > :now
"""
DELETE_ALL = """
DELETE FROM one_time_link
WHERE purpose = :purpose
"""
DELETE_OF = """
DELETE FROM one_time_link
WHERE account_id = :account_id
  AND purpose = :purpose
"""
DELETE_EXPIRED = """
DELETE FROM one_time_link
WHERE expires_at <= :now
"""


class OneTimeLink(msgspec.Struct, frozen=True, kw_only=True):
    """What a link that still works is for: whose it is (None for nobody's) and what it carries."""

    account_id: int | None
    data: str
    created_at: int
    expires_at: int


async def insert(
    tx: Writer,
    *,
    token_hash: bytes,
    purpose: str,
    now: int,
    expires_at: int,
    account_id: int | None = None,
    data: str = "",
) -> None:
    """Store a link that works until `expires_at`; `data` never holds a secret in the clear."""
    await tx.run(
        INSERT,
        token_hash=token_hash,
        purpose=purpose,
        account_id=account_id,
        data=data,
        now=now,
        expires_at=expires_at,
    )


async def live(db: Reader, *, token_hash: bytes, purpose: str, now: int) -> OneTimeLink | None:
    """The link of this token, if it is for this purpose and has not ended."""
    row = await db.row(LIVE, token_hash=token_hash, purpose=purpose, now=now)
    return OneTimeLink(account_id=row[0], data=row[1], created_at=row[2], expires_at=row[3]) if row else None


async def consume(tx: Writer, *, token_hash: bytes, purpose: str, now: int) -> bool:
    """Use the link up; False when it was used before, has ended or never was."""
    return await tx.run(CONSUME, token_hash=token_hash, purpose=purpose, now=now) == 1


async def update_data(tx: Writer, *, token_hash: bytes, data: str) -> None:
    """Let the link carry something else from now on."""
    await tx.run(UPDATE_DATA, token_hash=token_hash, data=data)


async def count_live(db: Reader, *, account_id: int, purpose: str, now: int) -> int:
    """How many links of a purpose still work for an account."""
    row = await db.row(COUNT_LIVE, account_id=account_id, purpose=purpose, now=now)
    return int(row[0]) if row else 0


async def delete_all(tx: Writer, purpose: str) -> int:
    """Make every link of a purpose worthless."""
    return await tx.run(DELETE_ALL, purpose=purpose)


async def delete_of(tx: Writer, account_id: int, purpose: str) -> int:
    """Make every link of a purpose worthless that an account has."""
    return await tx.run(DELETE_OF, account_id=account_id, purpose=purpose)


async def delete_expired(tx: Writer, now: int) -> int:
    """Remove links that have ended."""
    return await tx.run(DELETE_EXPIRED, now=now)
