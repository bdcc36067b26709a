"""The SQL of failed sign-ins that count against the next ones."""

from cally.model.protection import SignInFailure
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO sign_in_failure (id, key_hash, kind, network, account_id, count, last_at)
VALUES (:id, :key_hash, :kind, :network, :account_id, :count, :last_at)
"""
UPDATE = """
UPDATE sign_in_failure
SET count = :count,
    last_at = :last_at
WHERE key_hash = :key_hash
"""
LIST = """
SELECT id, key_hash, kind, network, account_id, count, last_at
FROM sign_in_failure
WHERE last_at >= :since
ORDER BY last_at DESC
LIMIT :limit
"""
BY_ID = """
SELECT id, key_hash, kind, network, account_id, count, last_at
FROM sign_in_failure
WHERE id = :id
"""
IS_THERE = """
SELECT 1
FROM sign_in_failure
WHERE key_hash = :key_hash
"""
DELETE = """
DELETE FROM sign_in_failure
WHERE key_hash = :key_hash
"""
DELETE_OLD = """
DELETE FROM sign_in_failure
WHERE last_at < :before
"""


async def put(tx: Writer, failure: SignInFailure) -> None:
    """Keep the count of a key, in the place of the one before, whose number it keeps."""
    if await tx.run(UPDATE, key_hash=failure.key_hash, count=failure.count, last_at=failure.last_at):
        return
    await tx.run(
        INSERT,
        id=failure.id,
        key_hash=failure.key_hash,
        kind=failure.kind,
        network=failure.network,
        account_id=failure.account_id,
        count=failure.count,
        last_at=failure.last_at,
    )


async def list_since(db: Reader, since: int, *, limit: int) -> list[SignInFailure]:
    """Those that last failed at or after that instant, latest first."""
    return [_failure(row) for row in await db.rows(LIST, since=since, limit=limit)]


async def by_id(db: Reader, id: int) -> SignInFailure | None:
    """One by its number."""
    row = await db.row(BY_ID, id=id)
    return _failure(row) if row else None


async def is_there(db: Reader, key_hash: bytes) -> bool:
    """Whether failures are kept under this key."""
    return await db.row(IS_THERE, key_hash=key_hash) is not None


async def delete(tx: Writer, key_hash: bytes) -> int:
    """Forget what is kept under this key; how many there were."""
    return await tx.run(DELETE, key_hash=key_hash)


async def delete_old(tx: Writer, before: int) -> int:
    """Forget those that last failed before that instant."""
    return await tx.run(DELETE_OLD, before=before)


def _failure(row: Row) -> SignInFailure:
    return SignInFailure(
        id=row[0], key_hash=row[1], kind=row[2], network=row[3], account_id=row[4], count=row[5], last_at=row[6]
    )
