"""The SQL of how guests want to be reminded, where that is not by mail."""

from cally.model.channels import GuestReminder
from cally.store.driver import Reader, Writer

PUT = """
INSERT INTO guest_reminder (booking_id, channel_id, phone)
VALUES (:booking_id, :channel_id, :phone)
ON CONFLICT (booking_id) DO UPDATE
SET channel_id = excluded.channel_id,
    phone = excluded.phone
"""
OF_BOOKING = """
SELECT channel_id, phone
FROM guest_reminder
WHERE booking_id = :booking_id
"""
DELETE_OF_BOOKING = """
DELETE FROM guest_reminder
WHERE booking_id = :booking_id
"""


async def put(tx: Writer, booking_id: int, wanted: GuestReminder) -> None:
    """Keep how the guest of a booking wants to be reminded."""
    await tx.run(PUT, booking_id=booking_id, channel_id=wanted.channel_id, phone=wanted.phone)


async def of_booking(db: Reader, booking_id: int) -> GuestReminder | None:
    """How the guest of a booking wants to be reminded; None: by mail."""
    row = await db.row(OF_BOOKING, booking_id=booking_id)
    return GuestReminder(channel_id=row[0], phone=row[1]) if row else None


async def delete_of_booking(tx: Writer, booking_id: int) -> None:
    """Forget the number."""
    await tx.run(DELETE_OF_BOOKING, booking_id=booking_id)
