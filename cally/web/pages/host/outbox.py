"""The outbox: every message with its state, what the other side answered, and ways to send one again."""

from typing import get_args

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.bookings import booking_by_uid, concerns
from cally.errors import CallyError, not_found
from cally.model.erased import ERASED_EMAIL
from cally.model.messages import Kind, Message, MessageState
from cally.notify import list_messages, message_by_id, resend, retry
from cally.notify.hints import meaning
from cally.web import forms
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.wording import Words, until

PAGE_SIZE = 50
STATES: tuple[MessageState, ...] = get_args(MessageState)
STATE_WORDS: dict[MessageState, str] = {
    "waiting": "Waiting",
    "sent": "Sent",
    "failed": "Failed",
    "obsolete": "Not needed any more",
}
TONES: dict[MessageState, str] = {"waiting": "warn", "sent": "ok", "failed": "danger", "obsolete": "quiet"}
KIND_WORDS: dict[Kind, str] = {
    "requested": "Request",
    "confirmed": "Confirmation",
    "declined": "Declined",
    "rescheduled": "New time",
    "cancelled": "Cancellation",
    "reassigned": "Another host",
    "clock_changed": "New clock time",
    "proposed": "Other times",
    "bounced": "Not delivered",
    "reminder": "Reminder",
    "follow_up": "Follow-up",
    "waitlist_joined": "On the waitlist",
    "waitlist_offered": "A place offered",
    "waitlist_over": "Waitlist closed",
}


class ShownMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message in words."""

    id: int
    href: str
    what: str
    about: str
    to: str
    medium: str
    state: str
    tone: str
    attempts: int
    answer: str
    hint: str
    at: str
    next: str
    may_retry: bool
    may_resend: bool
    host_id: int


def shown_message(message: Message, words: Words) -> ShownMessage:
    """The message in its host's words."""
    booking = message.snapshot.booking
    return ShownMessage(
        id=message.id,
        href=f"/app/bookings/{booking.uid}" if message.waitlist_id is None else "/app/waitlist",
        what=KIND_WORDS[message.kind],
        about=f"{booking.terms.title}, {words.moment(booking.starts_at)}",
        to=message.address,
        medium="Mail" if message.medium == "mail" else "Channel",
        state=STATE_WORDS[message.state],
        tone=TONES[message.state],
        attempts=message.attempts,
        answer=message.answer,
        hint=_hint(message),
        at=words.moment(message.sent_at or message.created_at),
        next=_next(message, words),
        host_id=booking.host_id,
        may_retry=message.state in {"failed", "waiting"} and not _has_time(message, words),
        may_resend=message.state == "sent" and message.address != ERASED_EMAIL,
    )


def _next(message: Message, words: Words) -> str:
    """When a reminder leaves that is planned ahead, or when what was refused is tried again."""
    again = message.next_attempt_at
    if again is None or again <= words.now:
        return ""
    if _has_time(message, words):
        return f"leaves {words.moment(again)}"
    return f"tried again {until(again, words.now)}" if message.attempts else ""


def _has_time(message: Message, words: Words) -> bool:
    """Whether it leaves later, whatever anybody presses."""
    return message.state == "waiting" and message.due_at is not None and message.due_at > words.now


def _hint(message: Message) -> str:
    """What a refusal means, while it is one."""
    found = meaning(message.answer) if message.state in {"failed", "waiting"} else None
    return found.sentence if found is not None else ""


@get("/app/outbox")
async def listing(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """The latest messages first; an admin sees everybody's on request."""
    asked = request.query_params
    state = next((known for known in STATES if known == asked.get("state")), None)
    everybody = desk.account.role == "admin" and asked.get("of") == "all"
    before = asked.get("before", "")
    found = await list_messages(
        desk.db,
        host_id=None if everybody else desk.host.id,
        state=state,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 20 else None,
        limit=PAGE_SIZE + 1,
    )
    return await desk.page(
        "pages/host/outbox.html",
        here="outbox",
        items=[shown_message(message, desk.words) for message in found[:PAGE_SIZE]],
        states=STATE_WORDS.items(),
        state=state or "",
        everybody=everybody,
        more=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
    )


@post("/app/outbox/{id:int}/retry", status_code=303)
async def try_again(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send a message again now."""
    await _require_own(desk, id)
    try:
        await retry(desk.store, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to("/app/outbox", of_error(error).sentence, kind="error")
    desk.doors.wake()
    return desk.back_to("/app/outbox", "It is being tried again now.")


@post("/app/outbox/{id:int}/resend", status_code=303)
async def send_again(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Send one message once more, to the same reader."""
    message, form = await _require_own(desk, id), await forms.read(request)
    back = f"/app/bookings/{message.snapshot.booking.uid}" if form.text("back") == "booking" else "/app/outbox"
    try:
        await resend(desk.store, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(back, of_error(error).sentence, kind="error")
    desk.doors.wake()
    return desk.back_to(back, f"It is being sent again to {message.address}.")


ROUTES = [listing, try_again, send_again]


async def _require_own(desk: Desk, id: int) -> Message:
    """The message, if it is about a booking that concerns whoever is at this desk."""
    message = await message_by_id(desk.db, id)
    if message is None:
        raise not_found("message")
    told = message.snapshot.booking
    booking = await booking_by_uid(desk.db, told.uid) or told
    if not (desk.account.role == "admin" or await concerns(desk.db, desk.account, booking)):
        raise not_found("message")
    return message
