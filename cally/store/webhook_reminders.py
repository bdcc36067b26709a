"""The SQL of reminders that webhooks are told of when they are due."""

import msgspec

from cally.store.driver import Reader, Writer

INSERT = """
INSERT INTO webhook_reminder (id, booking_id, sequence, minutes)
VALUES (:id, :booking_id, :sequence, :minutes)
"""
BY_ID = """
SELECT id, booking_id, sequence, minutes
FROM webhook_reminder
WHERE id = :id
"""
DELETE = """
DELETE FROM webhook_reminder
WHERE id = :id
"""


class WebhookReminder(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as it was when its reminder was planned, and how many minutes before its start that is due."""

    id: int
    booking_id: int
    sequence: int
    minutes: int


async def insert(tx: Writer, reminder: WebhookReminder) -> None:
    """Note a reminder to come."""
    await tx.run(
        INSERT,
        id=reminder.id,
        booking_id=reminder.booking_id,
        sequence=reminder.sequence,
        minutes=reminder.minutes,
    )


async def by_id(db: Reader, id: int) -> WebhookReminder | None:
    """The reminder of that row."""
    row = await db.row(BY_ID, id=id)
    return WebhookReminder(id=row[0], booking_id=row[1], sequence=row[2], minutes=row[3]) if row else None


async def delete(tx: Writer, id: int) -> None:
    """It has come."""
    await tx.run(DELETE, id=id)
