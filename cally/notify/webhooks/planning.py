"""Planning what webhooks are sent: rows and jobs in the transaction of the change itself."""

from cally.model.bookings import Booking
from cally.model.ids import new_id
from cally.model.messages import Kind
from cally.model.webhook_events import erased_event, event_from_text, event_text
from cally.model.webhooks import BookingEventType, Webhook
from cally.notify.webhooks.events import NO_CHANGE, Change, event_of
from cally.store import Writer, event_types, jobs, webhook_attempts, webhook_deliveries, webhooks

JOB = "webhook"
# What programs are told where people get a message of a kind; of the rest they hear nothing.
TOLD: dict[Kind, BookingEventType] = {
    "requested": "booking.requested",
    "confirmed": "booking.confirmed",
    "declined": "booking.declined",
    "rescheduled": "booking.rescheduled",
    "reassigned": "booking.rescheduled",
    "clock_changed": "booking.rescheduled",
    "cancelled": "booking.cancelled",
}


async def plan_for_message(
    tx: Writer,
    booking: Booking,
    kind: Kind,
    *,
    now: int,
    previous_starts_at: int | None = None,
    earlier: Booking | None = None,
) -> None:
    """Tell webhooks what people are told by messages of a kind; `earlier` is the booking before it was moved."""
    if kind not in TOLD:
        return
    was = previous_starts_at if previous_starts_at is not None or earlier is None else earlier.starts_at
    change = Change(previous_starts_at=was, previous_hosts=earlier.hosts if earlier else ())
    await plan(tx, booking, TOLD[kind], now=now, change=change)


async def plan(tx: Writer, booking: Booking, type: BookingEventType, *, now: int, change: Change = NO_CHANGE) -> None:
    """Write an event and its job for every webhook that wants it: of its hosts, those it had, its team, the instance.

    Only the first that waits in the line of a booking has a job; each makes the one of the next when it has ended.
    """
    told = await wanting(tx, booking, type, change.previous_hosts)
    if not told:
        return
    event = event_text(await event_of(tx, booking, type, now=now, change=change))
    for webhook in told:
        row = new_id(now)
        is_first = await webhook_deliveries.insert(
            tx,
            id=row,
            webhook_id=webhook.id,
            booking_id=booking.id,
            type=type,
            event=event,
            template=webhook.template,
            now=now,
        )
        if is_first:
            await jobs.insert(tx, kind=JOB, subject=row, due_at=now, now=now, owner=owner(webhook))


def owner(webhook: Webhook) -> int:
    """In whose turn its work is done: its host's, else its own, so that no one keeps the others waiting."""
    return webhook.host_id if webhook.host_id is not None else webhook.id


async def go_on(tx: Writer, webhook: Webhook, booking_id: int | None, *, now: int) -> None:
    """Let the next in the line of a booking be sent, after one has ended."""
    following = None if booking_id is None else await webhook_deliveries.first_waiting(tx, webhook.id, booking_id)
    if following is not None:
        await make_due(tx, webhook, following, now=now)


async def make_due(tx: Writer, webhook: Webhook, delivery_id: int, *, now: int) -> None:
    """Have a delivery sent now, whether work about it was planned before or not; one that runs is left alone."""
    if await jobs.attempts(tx, kind=JOB, subject=delivery_id) is None:
        await jobs.insert(tx, kind=JOB, subject=delivery_id, due_at=now, now=now, owner=owner(webhook))
    else:
        await jobs.revive(tx, kind=JOB, subject=delivery_id, now=now)


async def erase(tx: Writer, booking_id: int, addresses: frozenset[str] | None, *, own: bool) -> int:
    """Take people out of all that webhooks were told of a booking, or will be; how many events (rule 81).

    `addresses` and `own` as for messages. What waits is sent all the same: that a booking is over names nobody.
    """
    found = await webhook_deliveries.list_of_booking(tx, booking_id)
    for delivery in found:
        left = erased_event(event_from_text(delivery.event), addresses, own=own)
        await webhook_deliveries.erase(tx, delivery.id, event=event_text(left))
        await webhook_attempts.forget_bodies(tx, delivery.id)
    return len(found)


async def wanting(
    tx: Writer, booking: Booking, type: BookingEventType, previous_hosts: tuple[int, ...] = ()
) -> list[Webhook]:
    """The webhooks that want to be told of an event of a booking."""
    event_type = await event_types.by_id(tx, booking.event_type_id)
    team_id = event_type.team_id if event_type else None
    found = await webhooks.list_concerned(tx, (*booking.hosts, *previous_hosts), team_id)
    return [one for one in found if _wants(one, booking, type)]


def _wants(webhook: Webhook, booking: Booking, type: BookingEventType) -> bool:
    fits = not webhook.event_types or booking.event_type_id in webhook.event_types
    return webhook.state == "on" and type in webhook.types and fits
