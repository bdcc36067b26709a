"""The SQL of known devices: browsers that have signed in to an account before, by the hash of their secret."""

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO known_device (account_id, secret_hash, first_seen_at, last_seen_at)
VALUES (:account_id, :secret_hash, :now, :now)
"""
IS_KNOWN = """
SELECT 1
FROM known_device
WHERE account_id = :account_id
  AND secret_hash = :secret_hash
"""
UPDATE_SEEN = """
UPDATE known_device
SET last_seen_at = :now
WHERE account_id = :account_id
  AND secret_hash = :secret_hash
"""
COUNT = """
SELECT count(*)
FROM known_device
WHERE account_id = :account_id
"""
DELETE_OF = """
DELETE FROM known_device
WHERE account_id = :account_id
"""
DELETE_UNSEEN = """
DELETE FROM known_device
WHERE last_seen_at <= :before
"""


async def insert(tx: Writer, *, account_id: int, secret_hash: bytes, now: int) -> None:
    """Know a browser from now on."""
    await tx.run(INSERT, account_id=account_id, secret_hash=secret_hash, now=now)


async def is_known(db: Reader, *, account_id: int, secret_hash: bytes) -> bool:
    """Whether this browser has signed in to this account before."""
    return await db.row(IS_KNOWN, account_id=account_id, secret_hash=secret_hash) is not None


async def update_seen(tx: Writer, *, account_id: int, secret_hash: bytes, now: int) -> bool:
    """Note that a browser signs in again; False when it is not known to this account."""
    return await tx.run(UPDATE_SEEN, account_id=account_id, secret_hash=secret_hash, now=now) == 1


async def count(db: Reader, account_id: int) -> int:
    """How many browsers an account knows."""
    row = await db.row(COUNT, account_id=account_id)
    return int(row[0]) if row else 0


async def delete_of(tx: Writer, account_id: int) -> int:
    """Know none of an account's browsers any more; how many there were."""
    return await tx.run(DELETE_OF, account_id=account_id)


async def delete_unseen(tx: Writer, *, before: int) -> int:
    """Forget browsers that have not signed in since; how many."""
    return await tx.run(DELETE_UNSEEN, before=before)
