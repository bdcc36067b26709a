"""The SQL of one-time links: secret addresses that work once, found by the hash of their token."""

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO one_time_link (token_hash, purpose, created_at, expires_at)
VALUES (:token_hash, :purpose, :now, :expires_at)
"""
EXPIRES_AT = """
SELECT expires_at
FROM one_time_link
WHERE token_hash = :token_hash
  AND purpose = :purpose
"""
CONSUME = """
DELETE FROM one_time_link
WHERE token_hash = :token_hash
  AND purpose = :purpose
  AND expires_at > :now
"""
DELETE_ALL = """
DELETE FROM one_time_link
WHERE purpose = :purpose
"""


async def insert(tx: Writer, *, token_hash: bytes, purpose: str, now: int, expires_at: int) -> None:
    """Store a link that works until `expires_at`."""
    await tx.run(INSERT, token_hash=token_hash, purpose=purpose, now=now, expires_at=expires_at)


async def expires_at(db: Reader, *, token_hash: bytes, purpose: str) -> int | None:
    """When the link ends; None when there is none for this token and purpose."""
    row = await db.row(EXPIRES_AT, token_hash=token_hash, purpose=purpose)
    return row[0] if row else None


async def consume(tx: Writer, *, token_hash: bytes, purpose: str, now: int) -> bool:
    """Use the link up; False when it was used before, has ended or never was."""
    return await tx.run(CONSUME, token_hash=token_hash, purpose=purpose, now=now) == 1


async def delete_all(tx: Writer, purpose: str) -> int:
    """Make every link of a purpose worthless."""
    return await tx.run(DELETE_ALL, purpose=purpose)
