"""The SQL of identities: which account somebody at an issuer is, found by issuer and subject and by nothing else."""

from cally.model.identities import Identity
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO identity (id, account_id, issuer, subject, email, created_at)
VALUES (:id, :account_id, :issuer, :subject, :email, :now)
"""
BY_SUBJECT = """
SELECT id, account_id, issuer, subject, email, created_at, last_used_at
FROM identity
WHERE issuer = :issuer
  AND subject = :subject
"""
LIST = """
SELECT id, account_id, issuer, subject, email, created_at, last_used_at
FROM identity
WHERE account_id = :account_id
ORDER BY id
"""
LIST_AT = """
SELECT id, account_id, issuer, subject, email, created_at, last_used_at
FROM identity
WHERE issuer = :issuer
ORDER BY id
"""
UPDATE_LAST_USED = """
UPDATE identity
SET last_used_at = :now
WHERE id = :id
"""
DELETE = """
DELETE FROM identity
WHERE id = :id
  AND account_id = :account_id
"""


async def insert(tx: Writer, *, id: int, account_id: int, issuer: str, subject: str, email: str, now: int) -> None:
    """Let somebody at an issuer be this account; raises `Duplicate` when they are another one already."""
    await tx.run(INSERT, id=id, account_id=account_id, issuer=issuer, subject=subject, email=email, now=now)


async def by_subject(db: Reader, *, issuer: str, subject: str) -> Identity | None:
    """Who somebody at an issuer is here."""
    row = await db.row(BY_SUBJECT, issuer=issuer, subject=subject)
    return _identity(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[Identity]:
    """An account's identities, oldest first."""
    return [_identity(row) for row in await db.rows(LIST, account_id=account_id)]


async def list_at(db: Reader, issuer: str) -> list[Identity]:
    """Everybody of an issuer who is somebody here, oldest first."""
    return [_identity(row) for row in await db.rows(LIST_AT, issuer=issuer)]


async def update_last_used(tx: Writer, id: int, *, now: int) -> None:
    """Note that somebody came in by it."""
    await tx.run(UPDATE_LAST_USED, id=id, now=now)


async def delete(tx: Writer, *, account_id: int, id: int) -> int:
    """Take an identity from an account; how many there were."""
    return await tx.run(DELETE, account_id=account_id, id=id)


def _identity(row: Row) -> Identity:
    return Identity(
        id=row[0],
        account_id=row[1],
        issuer=row[2],
        subject=row[3],
        email=row[4],
        created_at=row[5],
        last_used_at=row[6],
    )
