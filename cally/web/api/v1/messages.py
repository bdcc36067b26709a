"""Messages: what was sent to whom about a host's bookings, what the other side answered, and sending one again."""

from datetime import datetime

import msgspec

from cally.bookings import booking_by_uid, concerns
from cally.errors import not_found
from cally.model.messages import Kind, Medium, Message, MessageState, Recipient
from cally.notify import list_messages as latest
from cally.notify import message_by_id, messages_of, resend
from cally.notify.hints import meaning
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, cut, page, position

noun = Noun("Messages")
READ = "bookings:read"
WRITE = "bookings:write"


class MessagesAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page, the latest first; of one `state`, or about one `booking`."""

    state: MessageState | None = None
    booking: str | None = None


class MessageShown(msgspec.Struct, frozen=True, kw_only=True):
    """`address` is a mail address, or a channel's name; `answer` is what the other side said last, in its own words.

    `hint` says what a refusal means and what to do about it, `hint_code` names it for programs; both are null without
    one. `next_attempt_at` is null when nothing more is tried by itself.
    """

    id: str
    kind: Kind
    recipient: Recipient
    medium: Medium
    address: str
    booking: str | None
    state: MessageState
    attempts: int
    answer: str
    hint_code: str | None
    hint: str | None
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None


class MessagesShown(Page, frozen=True, kw_only=True):
    """A host's messages, the latest first."""

    messages: tuple[MessageShown, ...]


@noun.does("GET", "/messages", scope=READ, query=MessagesAsked, answers={200: MessagesShown}, refuses=("not_found",))
async def list_messages(call: Call) -> Answer:
    """List what was sent about a host's bookings."""
    asked: MessagesAsked = call.query
    db, host_id = call.doors.store.reader, call.token_holder.account.id
    if asked.booking is not None:
        about = await _about(call, asked.booking)
        wanted = [one for one in about if asked.state in {None, one.state}]
        found, more = page(wanted, asked, lambda one: (one.id,), latest_first=True)
    else:
        before = position(asked.cursor, int)[0] if asked.cursor is not None else None
        listed = await latest(db, host_id=host_id, state=asked.state, before=before, limit=asked.limit + 1)
        found, more = cut(listed, asked.limit, lambda one: (one.id,))
    return answer(MessagesShown(messages=tuple(map(shown, found)), next_cursor=more))


@noun.does("GET", "/messages/{id}", scope=READ, answers={200: MessageShown}, refuses=("not_found",))
async def read_message(call: Call) -> Answer:
    """Read one message: where it stands, and what was answered."""
    return answer(shown(await _own(call)))


@noun.does(
    "POST",
    "/messages/{id}/resend",
    scope=WRITE,
    answers={200: MessageShown},
    refuses=("not_found", "conflict", "rate_limited"),
)
async def resend_message(call: Call) -> Answer:
    """Send one message again, to the same reader.

    One that was sent gets a copy, which is answered; one that failed or waits is tried now. 429 `rate_limited` after
    three times within an hour, 409 `conflict` where it is of no use any more.
    """
    message = await _own(call)
    made = await resend(call.doors.store, message.id, now=call.now, actor=call.token_holder.actor())
    call.doors.wake()
    return answer(shown(made))


def shown(message: Message) -> MessageShown:
    """A message as programs read it."""
    found = meaning(message.answer) if message.state in {"failed", "waiting"} else None
    return MessageShown(
        id=str(message.id),
        kind=message.kind,
        recipient=message.recipient,
        medium=message.medium,
        address=message.address,
        booking=message.snapshot.booking.uid if message.booking_id is not None else None,
        state=message.state,
        attempts=message.attempts,
        answer=message.answer,
        hint_code=found.name if found is not None else None,
        hint=found.sentence if found is not None else None,
        created_at=instant(message.created_at),
        sent_at=None if message.sent_at is None else instant(message.sent_at),
        next_attempt_at=None if message.next_attempt_at is None else instant(message.next_attempt_at),
    )


async def _about(call: Call, uid: str) -> list[Message]:
    db, account = call.doors.store.reader, call.token_holder.account
    booking = await booking_by_uid(db, uid)
    if booking is None or not await concerns(db, account, booking):
        raise not_found("booking")
    return await messages_of(db, booking.id)


async def _own(call: Call) -> Message:
    """The message in the path, if it is about a booking that concerns the caller."""
    db, account = call.doors.store.reader, call.token_holder.account
    message = await message_by_id(db, call.id())
    if message is None:
        raise not_found("message")
    booking = await booking_by_uid(db, message.snapshot.booking.uid)
    if not await concerns(db, account, booking or message.snapshot.booking):
        raise not_found("message")
    return message
