"""The SQL of whoever wants no more reminders from a host; known by the fingerprint of their address alone."""

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO reminder_stop (host_id, fingerprint, stopped_at)
VALUES (:host_id, :fingerprint, :now)
ON CONFLICT DO NOTHING
"""
DELETE = """
DELETE FROM reminder_stop
WHERE host_id = :host_id
  AND fingerprint = :fingerprint
"""
IS_STOPPED = """
SELECT 1
FROM reminder_stop
WHERE host_id = :host_id
  AND fingerprint = :fingerprint
"""


async def insert(tx: Writer, *, host_id: int, fingerprint: bytes, now: int) -> bool:
    """Send them no more reminders of this host; False when that was so already."""
    return await tx.run(INSERT, host_id=host_id, fingerprint=fingerprint, now=now) == 1


async def delete(tx: Writer, *, host_id: int, fingerprint: bytes) -> bool:
    """Send them reminders again; False when they were sent all along."""
    return await tx.run(DELETE, host_id=host_id, fingerprint=fingerprint) == 1


async def is_stopped(db: Reader, *, host_id: int, fingerprint: bytes) -> bool:
    """Whether they want no reminders of this host."""
    return await db.row(IS_STOPPED, host_id=host_id, fingerprint=fingerprint) is not None
