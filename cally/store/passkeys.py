"""The SQL of passkeys: public halves, found by the id that the device gave them, and listed for whom they belong to."""

from cally.model.second_factors import Passkey
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO passkey (id, account_id, credential_id, public_key, sign_count, site, name, created_at)
VALUES (:id, :account_id, :credential_id, :public_key, :sign_count, :site, :name, :created_at)
"""
BY_CREDENTIAL = """
SELECT id, account_id, credential_id, public_key, sign_count, site, name, created_at, last_used_at
FROM passkey
WHERE credential_id = :credential_id
"""
LIST_OF = """
SELECT id, account_id, credential_id, public_key, sign_count, site, name, created_at, last_used_at
FROM passkey
WHERE account_id = :account_id
ORDER BY id
"""
UPDATE_USED = """
UPDATE passkey
SET sign_count = :sign_count,
    last_used_at = :now
WHERE id = :id
"""
UPDATE_NAME = """
UPDATE passkey
SET name = :name
WHERE id = :id
  AND account_id = :account_id
"""
DELETE = """
DELETE FROM passkey
WHERE id = :id
  AND account_id = :account_id
"""
DELETE_OF = """
DELETE FROM passkey
WHERE account_id = :account_id
"""


async def insert(tx: Writer, passkey: Passkey) -> None:
    """Store a passkey that has not been used yet; raises `Duplicate` when its credential is known."""
    await tx.run(
        INSERT,
        id=passkey.id,
        account_id=passkey.account_id,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        site=passkey.site,
        name=passkey.name,
        created_at=passkey.created_at,
    )


async def by_credential(db: Reader, credential_id: bytes) -> Passkey | None:
    """The passkey that a device knows by this id."""
    row = await db.row(BY_CREDENTIAL, credential_id=credential_id)
    return _passkey(row) if row else None


async def list_of(db: Reader, account_id: int) -> list[Passkey]:
    """An account's passkeys, oldest first."""
    return [_passkey(row) for row in await db.rows(LIST_OF, account_id=account_id)]


async def update_used(tx: Writer, id: int, *, sign_count: int, now: int) -> None:
    """Note that a passkey was used, and how often its device says it was."""
    await tx.run(UPDATE_USED, id=id, sign_count=sign_count, now=now)


async def update_name(tx: Writer, *, account_id: int, id: int, name: str) -> bool:
    """Call an account's passkey something else; False when it has no such one."""
    return await tx.run(UPDATE_NAME, account_id=account_id, id=id, name=name) == 1


async def delete(tx: Writer, *, account_id: int, id: int) -> bool:
    """Make an account's passkey worthless; False when it has no such one."""
    return await tx.run(DELETE, account_id=account_id, id=id) == 1


async def delete_of(tx: Writer, account_id: int) -> int:
    """Make every passkey of an account worthless; how many there were."""
    return await tx.run(DELETE_OF, account_id=account_id)


def _passkey(row: Row) -> Passkey:
    return Passkey(
        id=row[0],
        account_id=row[1],
        credential_id=row[2],
        public_key=row[3],
        sign_count=row[4],
        site=row[5],
        name=row[6],
        created_at=row[7],
        last_used_at=row[8],
    )
