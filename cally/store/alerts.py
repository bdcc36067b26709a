"""The SQL of alerts: which checks are not well since when, and what people know of it."""

from cally.model.alerts import Alert, Telling
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO alert (id, check_name, status, detail, began_at, since, well_since, told_status, told_at, ended_at)
VALUES (:id, :check_name, :status, :detail, :began_at, :since, :well_since, :told_status, :told_at, :ended_at)
"""
UPDATE = """
UPDATE alert
SET status = :status,
    detail = :detail,
    began_at = :began_at,
    since = :since,
    well_since = :well_since,
    told_status = :told_status,
    told_at = :told_at,
    ended_at = :ended_at
WHERE id = :id
"""
DELETE = """
DELETE FROM alert
WHERE id = :id
"""
LASTING = """
SELECT id, check_name, status, detail, began_at, since, well_since, told_status, told_at, ended_at
FROM alert
WHERE ended_at IS NULL
ORDER BY began_at, id
"""
ENDED = """
SELECT id, check_name, status, detail, began_at, since, well_since, told_status, told_at, ended_at
FROM alert
WHERE ended_at IS NOT NULL
ORDER BY ended_at DESC
LIMIT :limit
"""
COUNT_SINCE = """
SELECT count(*)
FROM alert
WHERE check_name = :check_name
  AND ended_at > :since
"""
INSERT_TOLD = """
INSERT INTO alert_told (message_id, alert_id, telling)
VALUES (:message_id, :alert_id, :telling)
"""
DELETE_OLD = """
DELETE FROM alert
WHERE ended_at <= :before
"""


async def put(tx: Writer, alert: Alert) -> None:
    """Keep how an alert stands, whether it is new or known."""
    values = {
        "id": alert.id,
        "status": alert.status,
        "detail": alert.detail,
        "began_at": alert.began_at,
        "since": alert.since,
        "well_since": alert.well_since,
        "told_status": alert.told_status,
        "told_at": alert.told_at,
        "ended_at": alert.ended_at,
    }
    if not await tx.run(UPDATE, **values):
        await tx.run(INSERT, check_name=alert.check, **values)


async def delete(tx: Writer, id: int) -> None:
    """Forget an alert of which nobody was told."""
    await tx.run(DELETE, id=id)


async def lasting(db: Reader) -> list[Alert]:
    """What is not well now, the longest first."""
    return [_alert(row) for row in await db.rows(LASTING)]


async def ended(db: Reader, *, limit: int) -> list[Alert]:
    """What is over, the latest first."""
    return [_alert(row) for row in await db.rows(ENDED, limit=limit)]


async def count_ended(db: Reader, check: str, *, since: int) -> int:
    """How many alerts of a check came to their end after an instant."""
    row = await db.row(COUNT_SINCE, check_name=check, since=since)
    return int(row[0]) if row else 0


async def insert_told(tx: Writer, *, message_id: int, alert_id: int, telling: Telling) -> None:
    """Note that a message tells of an alert."""
    await tx.run(INSERT_TOLD, message_id=message_id, alert_id=alert_id, telling=telling)


async def delete_old(tx: Writer, *, before: int) -> int:
    """Remove alerts that were over by an instant; how many."""
    return await tx.run(DELETE_OLD, before=before)


def _alert(row: Row) -> Alert:
    return Alert(
        id=row[0],
        check=row[1],
        status=row[2],
        detail=row[3],
        began_at=row[4],
        since=row[5],
        well_since=row[6],
        told_status=row[7],
        told_at=row[8],
        ended_at=row[9],
    )
