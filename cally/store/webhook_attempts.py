"""The SQL of attempts: each request of a delivery, and what its receiver answered."""

from cally.model.ids import new_id
from cally.model.webhooks import WebhookAttempt
from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO webhook_attempt (id, delivery_id, at, status, answer, body, duration_ms)
VALUES (:id, :delivery_id, :at, :status, :answer, :body, :duration_ms)
"""
LIST = """
SELECT id, delivery_id, at, status, answer, body, duration_ms
FROM webhook_attempt
WHERE delivery_id = :delivery_id
ORDER BY id DESC
LIMIT :limit
"""
FORGET_BODIES = """
UPDATE webhook_attempt
SET body = ''
WHERE delivery_id = :delivery_id
"""


async def insert(
    tx: Writer, delivery_id: int, *, at: int, status: int | None, answer: str, body: str, duration_ms: int
) -> None:
    """Keep how a request was answered."""
    await tx.run(
        INSERT,
        id=new_id(at),
        delivery_id=delivery_id,
        at=at,
        status=status,
        answer=answer,
        body=body,
        duration_ms=duration_ms,
    )


async def list_of(db: Reader, delivery_id: int, *, limit: int = 100) -> list[WebhookAttempt]:
    """The requests of a delivery, the latest first."""
    return [
        WebhookAttempt(
            id=row[0], delivery_id=row[1], at=row[2], status=row[3], answer=row[4], body=row[5], duration_ms=row[6]
        )
        for row in await db.rows(LIST, delivery_id=delivery_id, limit=limit)
    ]


async def forget_bodies(tx: Writer, delivery_id: int) -> None:
    """Drop what receivers sent back, for it may name people."""
    await tx.run(FORGET_BODIES, delivery_id=delivery_id)
