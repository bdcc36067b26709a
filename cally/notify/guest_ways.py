"""The ways on which guests may choose to be reminded: those that the host allows, each with the guest's own number."""

import re

from cally.errors import invalid
from cally.model.channels import Channel, GuestReminder
from cally.model.hosts import EventType
from cally.model.messages import Message
from cally.notify.outbox import Mailing, plan_job
from cally.store import Reader, Writer, channels, messages

E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # ITU-T E.164: at most 15 digits, the country's first
DECORATION = re.compile(r"[ ().\-/\u00a0\u2011]+")
ABROAD = "00"


async def ways_for(db: Reader, event_type: EventType) -> list[Channel]:
    """The channels that guests of an event type may choose, by name; beside them there is always mail."""
    owner_id = event_type.team_id if event_type.team_id is not None else event_type.host_id
    found = await channels.list_of(db, owner_id)
    return sorted((one for one in found if one.for_guests and one.serves(event_type.id)), key=lambda one: one.name)


async def chosen_way(db: Reader, event_type: EventType, way: str, phone: str) -> GuestReminder | None:
    """What a guest chose: `way` is the number of a channel, or empty (`mail`) for mail, which is None.

    Raises `invalid` naming `reminder` or `reminder_phone`.
    """
    if way in {"", "mail"}:
        return None
    found = next((one for one in await ways_for(db, event_type) if str(one.id) == way), None)
    if found is None:
        raise invalid("reminder", "Please choose one of the ways on offer.")
    return GuestReminder(channel_id=found.id, phone=phone_number(phone, "reminder_phone"))


def phone_number(text: str, field: str) -> str:
    """A telephone number in E.164: `+491701234567`, however it was spaced. Raises `invalid` naming the field."""
    plain = DECORATION.sub("", text.strip()[:64])
    if plain.startswith(ABROAD):
        plain = f"+{plain.removeprefix(ABROAD)}"
    if not E164.fullmatch(plain):
        raise invalid(field, "Please give the number with its country, such as +49 170 1234567.")
    return plain


async def tell_by_mail(tx: Writer, message: Message, *, now: int) -> None:
    """Plan by mail what a guest's own channel did not take for good: nobody is to miss a meeting for a wrong number."""
    if (message.recipient, message.medium) != ("guest", "channel"):
        return
    mailing = Mailing(recipient="guest", medium="mail", address=message.snapshot.booking.guest.email)
    row = await messages.insert(
        tx,
        booking_id=message.booking_id,
        kind=message.kind,
        sequence=message.sequence,
        recipient=mailing.recipient,
        medium=mailing.medium,
        address=mailing.address,
        channel_id=None,
        message_id=message.message_id.replace("@", ".mail@", 1),
        snapshot=messages.snapshot_text(message.snapshot),
        now=now,
        due_at=message.due_at,
    )
    if row is not None:
        await plan_job(tx, message.snapshot, message.kind, "mail", row, due_at=now, now=now)
