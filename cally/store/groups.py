"""The SQL of sessions that several guests share."""

from cally.model.groups import GroupSession
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO group_session (id, uid, host_id, event_type_id, starts_at, ends_at, sequence, created_at)
VALUES (:id, :uid, :host_id, :event_type_id, :starts_at, :ends_at, :sequence, :created_at)
"""
BY_UID = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, sequence, created_at
FROM group_session
WHERE uid = :uid
"""
BY_SLOT = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, sequence, created_at
FROM group_session
WHERE host_id = :host_id
  AND event_type_id = :event_type_id
  AND starts_at = :starts_at
"""
LIST = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, sequence, created_at
FROM group_session
WHERE host_id = :host_id
  AND starts_at < :to_at
  AND ends_at > :from_at
ORDER BY starts_at, id
LIMIT :limit
"""
RAISE_SEQUENCE = """
UPDATE group_session
SET sequence = sequence + 1
WHERE id = :id
"""


async def insert(tx: Writer, session: GroupSession) -> None:
    """Store a session that somebody has a seat in for the first time."""
    await tx.run(
        INSERT,
        id=session.id,
        uid=session.uid,
        host_id=session.host_id,
        event_type_id=session.event_type_id,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        sequence=session.sequence,
        created_at=session.created_at,
    )


async def by_uid(db: Reader, uid: str) -> GroupSession | None:
    """The session of that permanent name."""
    row = await db.row(BY_UID, uid=uid)
    return _session(row) if row else None


async def by_slot(db: Reader, *, host_id: int, event_type_id: int, starts_at: int) -> GroupSession | None:
    """The one session that a host has of an event type at a start."""
    row = await db.row(BY_SLOT, host_id=host_id, event_type_id=event_type_id, starts_at=starts_at)
    return _session(row) if row else None


async def list_between(db: Reader, host_id: int, from_at: int, to_at: int, *, limit: int) -> list[GroupSession]:
    """A host's sessions that touch `[from_at, to_at)`, earliest first, those that everybody has left included."""
    rows = await db.rows(LIST, host_id=host_id, from_at=from_at, to_at=to_at, limit=limit)
    return [_session(row) for row in rows]


async def raise_sequence(tx: Writer, id: int) -> None:
    """Who comes to a session has changed once more."""
    await tx.run(RAISE_SEQUENCE, id=id)


def _session(row: Row) -> GroupSession:
    return GroupSession(
        id=row[0],
        uid=row[1],
        host_id=row[2],
        event_type_id=row[3],
        starts_at=row[4],
        ends_at=row[5],
        sequence=row[6],
        created_at=row[7],
    )
