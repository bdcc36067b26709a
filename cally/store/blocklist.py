"""The SQL of the blocklist: who may not book."""

from cally.model.protection import BlocklistEntry
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO blocklist_entry (id, host_id, kind, value, note, created_at, expires_at)
VALUES (:id, :host_id, :kind, :value, :note, :created_at, :expires_at)
"""
LIST = """
SELECT id, host_id, kind, value, note, created_at, expires_at
FROM blocklist_entry
WHERE expires_at IS NULL
   OR expires_at > :now
ORDER BY kind, value
"""
BY_ID = """
SELECT id, host_id, kind, value, note, created_at, expires_at
FROM blocklist_entry
WHERE id = :id
"""
DELETE = """
DELETE FROM blocklist_entry
WHERE id = :id
"""
DELETE_VALUE = """
DELETE FROM blocklist_entry
WHERE value = :value
  AND host_id IS :host_id
"""
DELETE_EXPIRED = """
DELETE FROM blocklist_entry
WHERE expires_at <= :now
"""


async def put(tx: Writer, entry: BlocklistEntry) -> None:
    """Keep an entry, in the place of an earlier one for the same."""
    await tx.run(DELETE_VALUE, value=entry.value, host_id=entry.host_id)
    await tx.run(
        INSERT,
        id=entry.id,
        host_id=entry.host_id,
        kind=entry.kind,
        value=entry.value,
        note=entry.note,
        created_at=entry.created_at,
        expires_at=entry.expires_at,
    )


async def list_all(db: Reader, now: int) -> list[BlocklistEntry]:
    """Every entry that counts now."""
    return [_entry(row) for row in await db.rows(LIST, now=now)]


async def by_id(db: Reader, id: int) -> BlocklistEntry | None:
    """One by its number."""
    row = await db.row(BY_ID, id=id)
    return _entry(row) if row else None


async def delete(tx: Writer, id: int) -> int:
    """Take one off the list; how many there were."""
    return await tx.run(DELETE, id=id)


async def delete_expired(tx: Writer, now: int) -> int:
    """Forget those whose time is over."""
    return await tx.run(DELETE_EXPIRED, now=now)


def _entry(row: Row) -> BlocklistEntry:
    return BlocklistEntry(
        id=row[0], host_id=row[1], kind=row[2], value=row[3], note=row[4], created_at=row[5], expires_at=row[6]
    )
