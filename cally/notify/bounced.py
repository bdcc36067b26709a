"""A mail that did not arrive: its host is told once, by what other ways there are, with what the refusal means."""

import msgspec

from cally.model.messages import Bounce, Message
from cally.notify.hints import REFUSED, meaning
from cally.notify.outbox import mailings, message_id, plan_job
from cally.store import Writer, messages


async def tell_of_bounce(tx: Writer, message: Message, answer: str, *, now: int) -> None:
    """Plan the word to the host that a mail about a booking was refused for good.

    Where it was the host's own mail, only their channels are left to say so. One change of a booking has one such word,
    however many of its mails come back.
    """
    if message.medium != "mail" or message.kind == "bounced" or message.booking_id is None:
        return
    hint = (meaning(answer) or REFUSED).sentence
    snapshot = msgspec.structs.replace(
        message.snapshot,
        group=None,
        bounced=Bounce(kind=message.kind, recipient=message.recipient, hint=hint),
    )
    text = messages.snapshot_text(snapshot)
    for mailing in await mailings(tx, snapshot, "bounced", host_alone=True):
        if message.recipient == "host" and mailing.medium == "mail":
            continue
        row = await messages.insert(
            tx,
            booking_id=message.booking_id,
            series_id=None,
            kind="bounced",
            sequence=message.sequence,
            recipient="host",
            medium=mailing.medium,
            address=mailing.address,
            channel_id=mailing.channel_id,
            message_id=message_id(snapshot, "bounced", mailing),
            snapshot=text,
            now=now,
        )
        if row is not None:
            await plan_job(tx, snapshot, "bounced", mailing.medium, row, due_at=now, now=now)
