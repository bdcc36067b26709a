"""Looking at the outbox, and waking what waits in it."""

from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.messages import Message, MessageState
from cally.notify.outbox import plan_job
from cally.store import Reader, Store, audit, jobs, letters, messages

LARGEST_PAGE = 200


async def list_messages(
    db: Reader,
    *,
    host_id: int | None = None,
    state: MessageState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Message]:
    """The outbox, latest first, of one host or all; `before` is the id of the last message already seen."""
    size = max(1, min(limit, LARGEST_PAGE))
    return await messages.list_latest(db, host_id=host_id, state=state, before=before, limit=size)


async def message_by_id(db: Reader, id: int) -> Message | None:
    """The message of that row; whose it is, the door must judge."""
    return await messages.by_id(db, id)


async def messages_of(db: Reader, booking_id: int) -> list[Message]:
    """All messages about a booking, in the order they were caused, with what became of each."""
    return await messages.list_of(db, booking_id)


async def count_messages(db: Reader, state: MessageState) -> int:
    """How many messages are in a state."""
    return await messages.count(db, state)


async def retry(store: Store, id: int, now: int, *, actor: Actor) -> None:
    """Try a failed or waiting message now. Raises `not_found`, or `conflict` for one that was sent or is obsolete."""
    async with store.write() as tx:
        message = await messages.by_id(tx, id)
        if message is None:
            raise not_found("message")
        if not await messages.update_waiting(tx, id):
            raise CallyError("conflict", f"This message is {message.state}; it is not sent again.", state=message.state)
        if await jobs.attempts(tx, kind=message.medium, subject=id) is None:
            await plan_job(tx, message.snapshot, message.kind, message.medium, id, due_at=now, now=now)
        await jobs.revive(tx, kind=message.medium, subject=id, now=now)
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:message:retry", subject=f"message:{id}")


async def resume_waiting(store: Store, now: int) -> int:
    """Try all waiting mail now, because a mail server was set up or mended; how many were not due yet."""
    async with store.write() as tx:
        return await messages.hurry_waiting_mail(tx, now=now) + await letters.hurry_waiting(tx, now=now)
