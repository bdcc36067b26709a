"""The SQL of visits: when an admin worked at a host's desk, and whether the host has read of it."""

from cally.model.accounts import DeskVisit
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO desk_visit (id, host_id, account_id, name, reason, started_at, until_at)
VALUES (:id, :host_id, :account_id, :name, :reason, :started_at, :until_at)
"""
LIST_OF_HOST = """
SELECT id, host_id, account_id, name, reason, started_at, until_at, ended_at, seen_at
FROM desk_visit
WHERE host_id = :host_id
ORDER BY started_at DESC, id DESC
LIMIT :limit
"""
LIST_UNSEEN = """
SELECT id, host_id, account_id, name, reason, started_at, until_at, ended_at, seen_at
FROM desk_visit
WHERE host_id = :host_id
  AND seen_at IS NULL
ORDER BY started_at, id
LIMIT :limit
"""
END = """
UPDATE desk_visit
SET ended_at = :now
WHERE host_id = :host_id
  AND account_id = :account_id
  AND ended_at IS NULL
  AND until_at > :now
"""
SEE = """
UPDATE desk_visit
SET seen_at = :now
WHERE host_id = :host_id
  AND seen_at IS NULL
"""


async def insert(tx: Writer, visit: DeskVisit) -> None:
    """Note that an admin begins to work at a host's desk."""
    await tx.run(
        INSERT,
        id=visit.id,
        host_id=visit.host_id,
        account_id=visit.account_id,
        name=visit.name,
        reason=visit.reason,
        started_at=visit.started_at,
        until_at=visit.until_at,
    )


async def list_of_host(db: Reader, host_id: int, *, limit: int, unseen: bool = False) -> list[DeskVisit]:
    """The latest visits to a host's desk, last one first; or those the host has not read of, first one first."""
    rows = await db.rows(LIST_UNSEEN if unseen else LIST_OF_HOST, host_id=host_id, limit=limit)
    return [_visit(row) for row in rows]


async def end(tx: Writer, *, host_id: int, account_id: int, now: int) -> int:
    """Note that an admin's visit under way ends before its time."""
    return await tx.run(END, host_id=host_id, account_id=account_id, now=now)


async def see(tx: Writer, host_id: int, *, now: int) -> int:
    """Note that a host has read of all visits; how many were new."""
    return await tx.run(SEE, host_id=host_id, now=now)


def _visit(row: Row) -> DeskVisit:
    return DeskVisit(
        id=row[0],
        host_id=row[1],
        account_id=row[2],
        name=row[3],
        reason=row[4],
        started_at=row[5],
        until_at=row[6],
        ended_at=row[7],
        seen_at=row[8],
    )
