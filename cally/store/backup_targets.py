"""The SQL of the places that backups are kept at; secrets are sealed before they come here."""

from cally.model.backups import BackupTarget
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO backup_target (id, address, secret_sealed, enabled, created_at)
VALUES (:id, :address, :secret_sealed, :enabled, :created_at)
"""
BY_ID = """
SELECT id, address, secret_sealed, enabled, created_at, used_at, fault
FROM backup_target
WHERE id = :id
"""
LIST = """
SELECT id, address, secret_sealed, enabled, created_at, used_at, fault
FROM backup_target
ORDER BY address, id
"""
UPDATE_ENABLED = """
UPDATE backup_target
SET enabled = :enabled
WHERE id = :id
"""
UPDATE_SEALED = """
UPDATE backup_target
SET secret_sealed = :secret_sealed
WHERE id = :id
"""
UPDATE_FAULT = """
UPDATE backup_target
SET used_at = :now,
    fault = :fault
WHERE id = :id
"""
DELETE = """
DELETE FROM backup_target
WHERE id = :id
"""


async def insert(tx: Writer, target: BackupTarget) -> None:
    """One more place; raises `Duplicate` when the address is there already."""
    await tx.run(
        INSERT,
        id=target.id,
        address=target.address,
        secret_sealed=target.secret_sealed,
        enabled=int(target.enabled),
        created_at=target.created_at,
    )


async def by_id(db: Reader, id: int) -> BackupTarget | None:
    """The place of that row."""
    row = await db.row(BY_ID, id=id)
    return _target(row) if row else None


async def list_all(db: Reader) -> list[BackupTarget]:
    """Every place, the server's own folder first."""
    return [_target(row) for row in await db.rows(LIST)]


async def update_enabled(tx: Writer, id: int, *, enabled: bool) -> None:
    """Use it from now on, or no more."""
    await tx.run(UPDATE_ENABLED, id=id, enabled=int(enabled))


async def update_secret(tx: Writer, id: int, secret_sealed: bytes | None) -> None:
    """Keep other secrets for it."""
    await tx.run(UPDATE_SEALED, id=id, secret_sealed=secret_sealed)


async def update_fault(tx: Writer, id: int, *, fault: str, now: int) -> None:
    """How its use at `now` went; an empty fault means well."""
    await tx.run(UPDATE_FAULT, id=id, fault=fault, now=now)


async def delete(tx: Writer, id: int) -> int:
    """Forget a place and what is known of its backups, which stay where they are."""
    return await tx.run(DELETE, id=id)


def _target(row: Row) -> BackupTarget:
    return BackupTarget(
        id=row[0],
        address=row[1],
        secret_sealed=row[2],
        enabled=bool(row[3]),
        created_at=row[4],
        used_at=row[5],
        fault=row[6],
    )
