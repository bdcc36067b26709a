"""Sending one message again, because somebody asks for it: not too often, and noted."""

import msgspec

from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.erased import ERASED_EMAIL
from cally.model.messages import Message
from cally.notify.deliver import why_of_no_use
from cally.notify.outbox import plan_job
from cally.notify.reading import retry
from cally.store import Store, Writer, audit, messages

MOST_AGAIN = 3
WINDOW_SECONDS = 3_600


async def resend(store: Store, id: int, *, now: int, actor: Actor) -> Message:
    """Send a message once more; the row that does it.

    One that was sent gets a copy with a Message-ID of its own, lest mail programs take it for the first; one that
    failed or waits is tried now. Raises `not_found`; `conflict` where it makes no sense any more; `rate_limited` with
    `retry_after` after three times within an hour.
    """
    message = await messages.by_id(store.reader, id)
    if message is None:
        raise not_found("message")
    if message.state in {"failed", "waiting"}:
        await retry(store, id, now, actor=actor)
        return msgspec.structs.replace(message, state="waiting")
    async with store.write() as tx:
        await _require_use(tx, message, now)
        await _require_patience(tx, message, now)
        row = await _copy(tx, message, now)
        await audit.insert(
            tx, now=now, actor=actor, tag=f"{actor.kind}:message:resend", subject=f"message:{id}", copy=str(row)
        )
        made = await messages.by_id(tx, row)
    if made is None:
        raise not_found("message")
    return made


async def _require_use(tx: Writer, message: Message, now: int) -> None:
    """What would be dropped on its way is refused at once, by the same judgement."""
    if message.address == ERASED_EMAIL:
        raise CallyError("conflict", "Whom it was for has been erased.", state=message.state)
    if message.state == "obsolete":
        raise CallyError("conflict", "This message is not needed any more; it is not sent again.", state=message.state)
    why = await why_of_no_use(tx, message, now)
    if why:
        raise CallyError("conflict", f"It is not sent again: {why.removeprefix('Not sent: ')}", state=message.state)


async def _require_patience(tx: Writer, message: Message, now: int) -> None:
    alike = [one for one in await _of_same(tx, message) if one.created_at > now - WINDOW_SECONDS]
    if len(alike) >= MOST_AGAIN:
        wait = min(one.created_at for one in alike) + WINDOW_SECONDS - now
        sentence = f"It was sent {MOST_AGAIN} times within an hour; please wait before it is sent again."
        raise CallyError("rate_limited", sentence, retry_after=max(1, wait))


async def _of_same(tx: Writer, message: Message) -> list[Message]:
    """What says the same to the same reader, copies included."""
    stem = message.message_id.partition("@")[0].partition(".again")[0]
    if message.booking_id is None:
        return [message]
    found = await messages.list_of(tx, message.booking_id)
    return [one for one in found if one.message_id.partition("@")[0].partition(".again")[0] == stem]


async def _copy(tx: Writer, message: Message, now: int) -> int:
    stem, at, domain = message.message_id.partition("@")
    first = stem.partition(".again")[0]
    row = await messages.insert(
        tx,
        booking_id=message.booking_id,
        waitlist_id=message.waitlist_id,
        series_id=message.snapshot.series.id if message.snapshot.is_whole_series and message.snapshot.series else None,
        kind=message.kind,
        sequence=message.sequence,
        recipient=message.recipient,
        medium=message.medium,
        address=message.address,
        channel_id=message.channel_id,
        message_id=f"{first}.again-{now}{at}{domain}",
        snapshot=messages.snapshot_text(message.snapshot),
        now=now,
    )
    if row is None:  # a second click within the same second
        raise CallyError("rate_limited", "It is being sent again just now.", retry_after=1)
    await plan_job(tx, message.snapshot, message.kind, message.medium, row, due_at=now, now=now)
    return row
