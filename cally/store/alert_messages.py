"""The SQL of what admins are told: messages about alerts, and their deliveries to channels and by mail."""

from cally.model.alerts import AlertDelivery, AlertMessage
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO alert_message (id, title, body, made_at)
VALUES (:id, :title, :body, :made_at)
"""
BY_ID = """
SELECT id, title, body, made_at
FROM alert_message
WHERE id = :id
"""
LATEST = """
SELECT id, title, body, made_at
FROM alert_message
ORDER BY id DESC
LIMIT :limit
"""
DELETE_OLD = """
DELETE FROM alert_message
WHERE made_at <= :before
"""
INSERT_DELIVERY = """
INSERT INTO alert_delivery (id, message_id, channel_id, letter_id, name, state)
VALUES (:id, :message_id, :channel_id, :letter_id, :name, 'waiting')
"""
DELIVERY = """
SELECT d.id, d.message_id, d.channel_id, d.letter_id, d.name, d.state, d.answer, m.made_at, d.sent_at
FROM alert_delivery d
JOIN alert_message m ON m.id = d.message_id
WHERE d.id = :id
"""
DELIVERIES = """
SELECT d.id, d.message_id, d.channel_id, d.letter_id,
       COALESCE(l.address, d.name),
       COALESCE(l.state, d.state),
       COALESCE(l.answer, d.answer),
       m.made_at,
       COALESCE(l.sent_at, d.sent_at)
FROM alert_delivery d
JOIN alert_message m ON m.id = d.message_id
LEFT JOIN letter l ON l.id = d.letter_id
WHERE d.message_id = :message_id
ORDER BY d.id
"""
UPDATE_DELIVERY = """
UPDATE alert_delivery
SET state = :state,
    attempts = attempts + 1,
    answer = :answer,
    sent_at = :sent_at
WHERE id = :id
"""
ATTEMPTS = """
SELECT attempts
FROM alert_delivery
WHERE id = :id
"""
STILL_OF_USE = """
SELECT count(*)
FROM alert_told t
JOIN alert a ON a.id = t.alert_id
WHERE t.message_id = :message_id
  AND (a.ended_at IS NULL OR t.telling = 'over')
"""
USELESS_LETTERS = """
SELECT d.letter_id
FROM alert_delivery d
JOIN letter l ON l.id = d.letter_id
WHERE l.state = 'waiting'
  AND EXISTS (SELECT 1 FROM alert_told t WHERE t.message_id = d.message_id)
  AND NOT EXISTS (
    SELECT 1
    FROM alert_told t
    JOIN alert a ON a.id = t.alert_id
    WHERE t.message_id = d.message_id
      AND (a.ended_at IS NULL OR t.telling = 'over')
  )
"""


async def insert(tx: Writer, message: AlertMessage) -> None:
    """Store a message."""
    await tx.run(INSERT, id=message.id, title=message.title, body=message.body, made_at=message.made_at)


async def by_id(db: Reader, id: int) -> AlertMessage | None:
    """The message of that row."""
    row = await db.row(BY_ID, id=id)
    return _message(row) if row else None


async def latest(db: Reader, *, limit: int) -> list[AlertMessage]:
    """What was told, the latest first."""
    return [_message(row) for row in await db.rows(LATEST, limit=limit)]


async def delete_old(tx: Writer, *, before: int) -> int:
    """Remove messages made by an instant, with their deliveries; how many."""
    return await tx.run(DELETE_OLD, before=before)


async def insert_delivery(
    tx: Writer, *, id: int, message_id: int, channel_id: int | None, letter_id: int | None, name: str
) -> None:
    """Store that a message is to go to a channel, or goes by a letter."""
    await tx.run(INSERT_DELIVERY, id=id, message_id=message_id, channel_id=channel_id, letter_id=letter_id, name=name)


async def delivery(db: Reader, id: int) -> AlertDelivery | None:
    """The delivery of that row, as it says itself."""
    row = await db.row(DELIVERY, id=id)
    return _delivery(row) if row else None


async def deliveries(db: Reader, message_id: int) -> list[AlertDelivery]:
    """Where a message goes; a letter says for itself how it went."""
    return [_delivery(row) for row in await db.rows(DELIVERIES, message_id=message_id)]


async def update_delivery(tx: Writer, id: int, *, state: str, answer: str, sent_at: int | None = None) -> None:
    """Note how a try went."""
    await tx.run(UPDATE_DELIVERY, id=id, state=state, answer=answer, sent_at=sent_at)


async def attempts(db: Reader, id: int) -> int:
    """How often a delivery was tried."""
    row = await db.row(ATTEMPTS, id=id)
    return int(row[0]) if row else 0


async def is_of_use(db: Reader, message_id: int) -> bool:
    """Whether a message says anything that still lasts, or that something is over."""
    row = await db.row(STILL_OF_USE, message_id=message_id)
    return row is not None and row[0] > 0


async def useless_letters(db: Reader) -> list[int]:
    """Letters that wait, and only speak of what is over."""
    return [int(row[0]) for row in await db.rows(USELESS_LETTERS)]


def _message(row: Row) -> AlertMessage:
    return AlertMessage(id=row[0], title=row[1], body=row[2], made_at=row[3])


def _delivery(row: Row) -> AlertDelivery:
    return AlertDelivery(
        id=row[0],
        message_id=row[1],
        channel_id=row[2],
        letter_id=row[3],
        name=row[4],
        state=row[5],
        answer=row[6],
        made_at=row[7],
        sent_at=row[8],
    )
