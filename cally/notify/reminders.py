"""Reminders and follow-ups as messages: their rows in the outbox, and whether each is still right when its time comes.

Which bookings need one soon is found by `bookings.reminding`, a day ahead; here they become messages that have their
time. `reminder_planned` is where others hook in who want to know.
"""

import hashlib

import msgspec

from cally.model.bookings import Booking
from cally.model.groups import GroupSnapshot, Seat
from cally.model.messages import Kind, Message, Recipient, Snapshot
from cally.model.reminders import FollowUp, Reminders
from cally.notify.deferring import FOLLOW_UP_SECONDS, Way, planned_at
from cally.notify.outbox import HASH_LENGTH, Mailing, mail_domain, mailings, plan_job
from cally.notify.webhooks.reminders import plan_reminder
from cally.store import Reader, Writer, bookings, event_types, message_settings, messages

BEGUN = "Not sent: the meeting had begun."
CHANGED = "Not sent: the booking has changed since, or does not stand."
UNWANTED = "Not sent: the host wants no such message any more."
NEARER = "Not sent: a later reminder says the same."
MISSED = "Not sent: the guest did not come."
TOO_LATE = "Not sent: the meeting was too long ago."


async def plan_timed(
    tx: Writer, snapshot: Snapshot, kind: Kind, recipients: frozenset[Recipient], *, due_at: int, now: int
) -> None:
    """Write a reminder or follow-up of a snapshot with `lead_minutes` for these recipients, each with its job.

    It leaves at `due_at`, or when its reader's quiet hours let it. Planning it again adds nothing: the Message-ID names
    booking, sequence, kind, minutes and recipient. Of a session its host is told once, not for each seat.
    """
    text = messages.snapshot_text(snapshot)
    for mailing in await mailings(tx, snapshot, kind):
        if mailing.recipient not in recipients:
            continue
        way = Way(recipient=mailing.recipient, medium=mailing.medium, channel_id=mailing.channel_id)
        leaves = await planned_at(tx, snapshot, kind, way, due_at=due_at, now=now)
        row = await messages.insert(
            tx,
            booking_id=snapshot.booking.id,
            kind=kind,
            sequence=snapshot.booking.sequence,
            recipient=mailing.recipient,
            medium=mailing.medium,
            address=mailing.address,
            channel_id=mailing.channel_id,
            message_id=timed_message_id(snapshot, kind, mailing),
            snapshot=text,
            now=now,
            due_at=leaves,
        )
        if row is not None:
            await plan_job(tx, snapshot, kind, mailing.medium, row, due_at=leaves, now=now)


async def reminder_planned(tx: Writer, snapshot: Snapshot, *, minutes: int, due_at: int, now: int) -> None:
    """Called once for each reminder of a guest, in the transaction that plans it, up to 25 hours before it is due.

    The place to hook in for whoever tells the world of it (`booking.reminder_due`): plan a row with a job at `due_at`,
    and look again then whether `snapshot.booking` is confirmed with the same `sequence`: it may move or be cancelled in
    between. `due_at` is `minutes` before the start, whatever quiet hours make of the mail. Not called for what is late.
    """
    await plan_reminder(tx, snapshot.booking, minutes=minutes, due_at=due_at, now=now)


def timed_message_id(snapshot: Snapshot, kind: Kind, mailing: Mailing) -> str:
    """`<uid.sequence.reminder-1440.recipient@domain>`: of the booking, not its series; of the session for its host."""
    booking = snapshot.booking
    name = f"{booking.uid}.{booking.sequence}" if snapshot.group is None else f"{snapshot.group.uid}.session"
    to = f"{mailing.medium} {mailing.channel_id or mailing.address}"
    recipient = hashlib.sha256(to.encode()).hexdigest()[:HASH_LENGTH]
    return f"<{name}.{kind}-{snapshot.lead_minutes}.{recipient}@{mail_domain(snapshot.host_email)}>"


async def reminders_for(db: Reader, event_type_id: int, host_id: int) -> Reminders:
    """When a host's meetings of an event type are reminded of: what it says itself, else what the host wants."""
    event_type = await event_types.by_id(db, event_type_id)
    if event_type is not None and event_type.options.reminders is not None:
        return event_type.options.reminders
    return (await message_settings.by_host(db, host_id)).reminders


async def follow_up_for(db: Reader, event_type_id: int) -> FollowUp | None:
    """What guests of an event type are sent after their meeting, if anything."""
    event_type = await event_types.by_id(db, event_type_id)
    return event_type.options.follow_up if event_type is not None else None


async def why_useless(db: Reader, message: Message, now: int) -> str:
    """Why a reminder or follow-up should not be sent now; empty when it should. The booking of now decides."""
    standing = await _standing(db, message)
    if not standing:
        return CHANGED
    booking = standing[0]
    if message.kind == "follow_up":
        return await _why_no_follow_up(db, message, booking, now)
    if now >= booking.starts_at:
        return BEGUN
    host_id = booking.host_id if message.recipient != "host" else message.snapshot.host_id or booking.host_id
    wanted = await reminders_for(db, booking.event_type_id, host_id)
    offsets = wanted.host_minutes if message.recipient == "host" else wanted.guest_minutes
    if message.snapshot.lead_minutes not in offsets:
        return UNWANTED
    return NEARER if await messages.has_nearer(db, message, now=now) else ""


async def as_of_now(db: Reader, message: Message) -> Message:
    """The message with who comes to its session now; others stay as they were planned."""
    group = message.snapshot.group
    if group is None:
        return message
    seats = tuple(
        Seat(name=one.guest.name, email=one.guest.email, taken=one.seats_taken) for one in await _standing(db, message)
    )
    taken = sum(seat.taken for seat in seats)
    counted: GroupSnapshot = msgspec.structs.replace(
        group, seats=seats, taken=taken, capacity=max(group.capacity, taken)
    )
    return msgspec.structs.replace(message, snapshot=msgspec.structs.replace(message.snapshot, group=counted))


async def _standing(db: Reader, message: Message) -> list[Booking]:
    """The booking as it is now, if it stands as the message says; of a session, the seats that do."""
    about = message.snapshot.booking
    if message.snapshot.group is not None:
        found = await bookings.list_of_slot(
            db, host_id=about.host_id, event_type_id=about.event_type_id, starts_at=about.starts_at
        )
        return [one for one in found if one.is_seat and one.status == "confirmed"]
    booking = await bookings.by_id(db, about.id)
    if booking is None or booking.status != "confirmed" or booking.sequence != about.sequence:
        return []
    return [booking]


async def _why_no_follow_up(db: Reader, message: Message, booking: Booking, now: int) -> str:
    if booking.no_show:
        return MISSED
    if await follow_up_for(db, booking.event_type_id) is None:
        return UNWANTED
    return TOO_LATE if now >= (message.due_at or booking.ends_at) + FOLLOW_UP_SECONDS else ""
