"""The SQL of recovery codes: their hashes, each gone when it is used."""

from collections.abc import Iterable

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO recovery_code (account_id, code_hash, created_at)
VALUES (:account_id, :code_hash, :now)
"""
COUNT = """
SELECT count(*)
FROM recovery_code
WHERE account_id = :account_id
"""
CONSUME = """
DELETE FROM recovery_code
WHERE account_id = :account_id
  AND code_hash = :code_hash
"""
DELETE_OF = """
DELETE FROM recovery_code
WHERE account_id = :account_id
"""


async def replace(tx: Writer, account_id: int, code_hashes: Iterable[bytes], *, now: int) -> None:
    """These codes work from now on, and no earlier ones."""
    await tx.run(DELETE_OF, account_id=account_id)
    for code_hash in code_hashes:
        await tx.run(INSERT, account_id=account_id, code_hash=code_hash, now=now)


async def count(db: Reader, account_id: int) -> int:
    """How many codes an account has left."""
    row = await db.row(COUNT, account_id=account_id)
    return int(row[0]) if row else 0


async def consume(tx: Writer, account_id: int, code_hash: bytes) -> bool:
    """Use a code up; False when it was used before or never was."""
    return await tx.run(CONSUME, account_id=account_id, code_hash=code_hash) == 1


async def delete_of(tx: Writer, account_id: int) -> int:
    """Make every code of an account worthless; how many there were."""
    return await tx.run(DELETE_OF, account_id=account_id)
