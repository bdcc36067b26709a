"""`booking.reminder_due`: planned with the guest's reminder, told at its time if the booking still stands as it was."""

from cally.model.bookings import Booking
from cally.model.ids import new_id
from cally.model.webhooks import BookingEventType
from cally.notify.webhooks.events import Change
from cally.notify.webhooks.planning import plan, wanting
from cally.store import Store, Writer, bookings, jobs, webhook_reminders
from cally.store.webhook_reminders import WebhookReminder

DUE_JOB = "webhook_due"
TYPE: BookingEventType = "booking.reminder_due"


async def plan_reminder(tx: Writer, booking: Booking, *, minutes: int, due_at: int, now: int) -> None:
    """Note that a reminder comes due, where a webhook wants to know; the event is made when it does.

    Only then it takes its place in the line of its booking, so that nothing else waits for it.
    """
    if not await wanting(tx, booking, TYPE):
        return
    row = new_id(now)
    await webhook_reminders.insert(
        tx, WebhookReminder(id=row, booking_id=booking.id, sequence=booking.sequence, minutes=minutes)
    )
    await jobs.insert(tx, kind=DUE_JOB, subject=row, due_at=due_at, now=now, owner=booking.host_id)


async def tell_of_reminder(store: Store, reminder_id: int, *, now: int) -> None:
    """Plan the event, unless the booking was moved, has ended or begun meanwhile; safe to repeat."""
    reminder = await webhook_reminders.by_id(store.reader, reminder_id)
    if reminder is None:
        return
    async with store.write() as tx:
        booking = await bookings.by_id(tx, reminder.booking_id)
        await webhook_reminders.delete(tx, reminder.id)
        stands = booking is not None and booking.status == "confirmed" and booking.sequence == reminder.sequence
        if booking is not None and stands and now < booking.starts_at:
            await plan(tx, booking, TYPE, now=now, change=Change(reminder_minutes=reminder.minutes))
