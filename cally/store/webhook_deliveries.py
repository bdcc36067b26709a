"""The SQL of what webhooks are sent: each event on its way, in the line of its booking."""

from cally.model.webhooks import WebhookDelivery
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO webhook_delivery (id, webhook_id, booking_id, position, type, event, template, state, created_at, since)
VALUES (:id, :webhook_id, :booking_id, :position, :type, :event, :template, 'waiting', :now, :now)
"""
LAST_POSITION = """
SELECT max(position)
FROM webhook_delivery
WHERE webhook_id = :webhook_id
  AND booking_id = :booking_id
"""
FIRST_WAITING = """
SELECT id
FROM webhook_delivery
WHERE webhook_id = :webhook_id
  AND booking_id = :booking_id
  AND state = 'waiting'
ORDER BY position
LIMIT 1
"""
BY_ID = """
SELECT delivery.id, delivery.webhook_id, delivery.booking_id, delivery.position, delivery.type, delivery.event,
       delivery.template, delivery.state, delivery.attempts, delivery.answer, delivery.created_at, delivery.since,
       delivery.ended_at, job.due_at
FROM webhook_delivery AS delivery
LEFT JOIN job
  ON job.kind = 'webhook'
  AND job.subject = delivery.id
  AND job.state = 'waiting'
WHERE delivery.id = :id
"""
LATEST = """
SELECT delivery.id, delivery.webhook_id, delivery.booking_id, delivery.position, delivery.type, delivery.event,
       delivery.template, delivery.state, delivery.attempts, delivery.answer, delivery.created_at, delivery.since,
       delivery.ended_at, job.due_at
FROM webhook_delivery AS delivery
LEFT JOIN job
  ON job.kind = 'webhook'
  AND job.subject = delivery.id
  AND job.state = 'waiting'
WHERE delivery.webhook_id = :webhook_id
  AND delivery.id < :before
ORDER BY delivery.id DESC
LIMIT :limit
"""
OF_BOOKING = """
SELECT delivery.id, delivery.webhook_id, delivery.booking_id, delivery.position, delivery.type, delivery.event,
       delivery.template, delivery.state, delivery.attempts, delivery.answer, delivery.created_at, delivery.since,
       delivery.ended_at, job.due_at
FROM webhook_delivery AS delivery
LEFT JOIN job
  ON job.kind = 'webhook'
  AND job.subject = delivery.id
  AND job.state = 'waiting'
WHERE delivery.booking_id = :booking_id
ORDER BY delivery.webhook_id, delivery.position
"""
HEADS_OF = """
SELECT delivery.id
FROM webhook_delivery AS delivery
WHERE delivery.webhook_id = :webhook_id
  AND delivery.state = 'waiting'
  AND NOT EXISTS (
    SELECT 1
    FROM webhook_delivery AS earlier
    WHERE earlier.webhook_id = delivery.webhook_id
      AND earlier.booking_id = delivery.booking_id
      AND earlier.position < delivery.position
      AND earlier.state = 'waiting'
  )
"""
COUNTS = """
SELECT state, count(*)
FROM webhook_delivery
WHERE webhook_id = :webhook_id
GROUP BY state
"""
UPDATE = """
UPDATE webhook_delivery
SET state = :state,
    answer = :answer,
    attempts = attempts + :tried,
    ended_at = :ended_at
WHERE id = :id
"""
REQUEUE = """
UPDATE webhook_delivery
SET state = 'waiting',
    position = :position,
    template = :template,
    since = :now,
    ended_at = NULL
WHERE id = :id
"""
END_WAITING = """
UPDATE webhook_delivery
SET state = 'failed',
    answer = :answer,
    ended_at = :now
WHERE webhook_id = :webhook_id
  AND state = 'waiting'
"""
DELETE_JOBS = """
DELETE FROM job
WHERE kind = 'webhook'
  AND state <> 'running'
  AND subject IN (
    SELECT id
    FROM webhook_delivery
    WHERE webhook_id = :webhook_id
  )
"""
ERASE = """
UPDATE webhook_delivery
SET event = :event
WHERE id = :id
"""
DELETE_OLD = """
DELETE FROM webhook_delivery
WHERE ended_at < :before
"""
DELETE_BEYOND = """
DELETE FROM webhook_delivery
WHERE webhook_id = :webhook_id
  AND ended_at IS NOT NULL
  AND id <= (
    SELECT id
    FROM webhook_delivery
    WHERE webhook_id = :webhook_id
    ORDER BY id DESC
    LIMIT 1
    OFFSET :most
  )
"""
WEBHOOKS = """
SELECT id
FROM webhook
ORDER BY id
"""
NEVER = 2**62


async def insert(
    tx: Writer, *, id: int, webhook_id: int, booking_id: int | None, type: str, event: str, template: str, now: int
) -> bool:
    """Store an event for a webhook, behind the others of its booking; whether it is the first that waits there."""
    position = await _next_position(tx, webhook_id, booking_id)
    await tx.run(
        INSERT,
        id=id,
        webhook_id=webhook_id,
        booking_id=booking_id,
        position=position,
        type=type,
        event=event,
        template=template,
        now=now,
    )
    return booking_id is None or await first_waiting(tx, webhook_id, booking_id) == id


async def first_waiting(db: Reader, webhook_id: int, booking_id: int) -> int | None:
    """Whose turn it is in the line of a booking."""
    row = await db.row(FIRST_WAITING, webhook_id=webhook_id, booking_id=booking_id)
    return row[0] if row else None


async def by_id(db: Reader, id: int) -> WebhookDelivery | None:
    """The delivery of that row."""
    row = await db.row(BY_ID, id=id)
    return _delivery(row) if row else None


async def list_latest(
    db: Reader, webhook_id: int, *, before: int | None = None, limit: int = 50
) -> list[WebhookDelivery]:
    """What a webhook was sent, the latest first; `before` is the last one seen."""
    rows = await db.rows(LATEST, webhook_id=webhook_id, before=NEVER if before is None else before, limit=limit)
    return [_delivery(row) for row in rows]


async def list_of_booking(db: Reader, booking_id: int) -> list[WebhookDelivery]:
    """Everything that webhooks were told of a booking, in order."""
    return [_delivery(row) for row in await db.rows(OF_BOOKING, booking_id=booking_id)]


async def list_heads(db: Reader, webhook_id: int) -> list[int]:
    """The deliveries of a webhook whose turn it is."""
    return [row[0] for row in await db.rows(HEADS_OF, webhook_id=webhook_id)]


async def count_by_state(db: Reader, webhook_id: int) -> dict[str, int]:
    """How many of a webhook's wait, left and failed, of those that are kept."""
    return {row[0]: row[1] for row in await db.rows(COUNTS, webhook_id=webhook_id)}


async def update_waiting(tx: Writer, id: int, *, answer: str) -> None:
    """An attempt failed, and another one will follow."""
    await tx.run(UPDATE, id=id, state="waiting", answer=answer, tried=1, ended_at=None)


async def update_sent(tx: Writer, id: int, *, answer: str, now: int) -> None:
    """The receiver took it."""
    await tx.run(UPDATE, id=id, state="sent", answer=answer, tried=1, ended_at=now)


async def update_failed(tx: Writer, id: int, *, answer: str, now: int, tried: bool = True) -> None:
    """It is given up, after one more attempt or without."""
    await tx.run(UPDATE, id=id, state="failed", answer=answer, tried=int(tried), ended_at=now)


async def requeue(tx: Writer, delivery: WebhookDelivery, *, template: str, now: int) -> bool:
    """Send it once more, behind what waits in its line; whether its turn is now."""
    position = await _next_position(tx, delivery.webhook_id, delivery.booking_id)
    await tx.run(REQUEUE, id=delivery.id, position=position, template=template, now=now)
    line = delivery.booking_id
    return line is None or await first_waiting(tx, delivery.webhook_id, line) == delivery.id


async def end_waiting(tx: Writer, webhook_id: int, *, answer: str, now: int) -> int:
    """Give up everything that waits for a webhook; how many."""
    await delete_jobs(tx, webhook_id)
    return await tx.run(END_WAITING, webhook_id=webhook_id, answer=answer, now=now)


async def delete_jobs(tx: Writer, webhook_id: int) -> None:
    """Forget the work about a webhook; what runs at this moment ends by itself."""
    await tx.run(DELETE_JOBS, webhook_id=webhook_id)


async def erase(tx: Writer, id: int, *, event: str) -> None:
    """Write what an event says of a booking without its people."""
    await tx.run(ERASE, id=id, event=event)


async def delete_old(tx: Writer, *, before: int, most: int) -> int:
    """Forget what ended before an instant, and of each webhook all but the latest `most`; how many."""
    gone = await tx.run(DELETE_OLD, before=before)
    for row in await tx.rows(WEBHOOKS):
        gone += await tx.run(DELETE_BEYOND, webhook_id=row[0], most=most)
    return gone


async def _next_position(db: Reader, webhook_id: int, booking_id: int | None) -> int:
    row = await db.row(LAST_POSITION, webhook_id=webhook_id, booking_id=booking_id)
    return (row[0] or 0) + 1 if row else 1


def _delivery(row: Row) -> WebhookDelivery:
    return WebhookDelivery(
        id=row[0],
        webhook_id=row[1],
        booking_id=row[2],
        position=row[3],
        type=row[4],
        event=row[5],
        template=row[6],
        state=row[7],
        attempts=row[8],
        answer=row[9],
        created_at=row[10],
        since=row[11],
        ended_at=row[12],
        next_attempt_at=row[13],
    )
