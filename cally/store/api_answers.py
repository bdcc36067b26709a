"""The SQL of what programs' POSTs were answered with, by the hash of who asked, where, and with which key."""

from typing import NamedTuple

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO api_answer (id, key_hash, request_hash, created_at)
VALUES (:id, :key_hash, :request_hash, :now)
"""
BY_KEY = """
SELECT id, request_hash, answer, created_at
FROM api_answer
WHERE key_hash = :key_hash
"""
KEEP = """
UPDATE api_answer
SET answer = :answer
WHERE id = :id
"""
LIST_ANSWERED = """
SELECT id, request_hash, answer, created_at
FROM api_answer
WHERE answer IS NOT NULL
"""
LOSE = """
UPDATE api_answer
SET answer = NULL
WHERE id = :id
"""
DELETE = """
DELETE FROM api_answer
WHERE id = :id
"""
FORGET = """
DELETE FROM api_answer
WHERE created_at < :before
"""


class Kept(NamedTuple):
    """A row: `answer` is sealed, None when what was asked for was done and its answer did not get here."""

    id: int
    request_hash: bytes
    answer: bytes | None
    created_at: int


async def insert(tx: Writer, id: int, *, key_hash: bytes, request_hash: bytes, now: int) -> None:
    """Take a key; raises `Duplicate` when it is taken."""
    await tx.run(INSERT, id=id, key_hash=key_hash, request_hash=request_hash, now=now)


async def by_key(db: Reader, key_hash: bytes) -> Kept | None:
    """What is known of a key."""
    row = await db.row(BY_KEY, key_hash=key_hash)
    return Kept(row[0], bytes(row[1]), None if row[2] is None else bytes(row[2]), row[3]) if row else None


async def list_answered(db: Reader) -> list[Kept]:
    """Every row whose answer is known."""
    return [Kept(row[0], bytes(row[1]), bytes(row[2]), row[3]) for row in await db.rows(LIST_ANSWERED)]


async def lose(tx: Writer, id: int) -> None:
    """Forget what was answered; the key stays taken."""
    await tx.run(LOSE, id=id)


async def keep(tx: Writer, id: int, answer: bytes) -> None:
    """Put the sealed answer to its key."""
    await tx.run(KEEP, id=id, answer=answer)


async def delete(tx: Writer, id: int) -> None:
    """Let a key be used anew."""
    await tx.run(DELETE, id=id)


async def forget(tx: Writer, *, before: int) -> int:
    """Drop what was kept before an instant; how many there were."""
    return await tx.run(FORGET, before=before)
