"""Delivering one message of the outbox: once, in order, while it is of use, and with the answer kept.

While mail flows every step of a booking is told, in its order. When messages have waited, only the last word goes: an
older one that was overtaken is obsolete, and an end takes an invitation back only from those who may have one.
"""

import asyncio

from cally.errors import CallyError
from cally.model.messages import Kind, Message
from cally.model.wordings import Wording
from cally.notify.around import Surroundings, surroundings
from cally.notify.bounced import tell_of_bounce
from cally.notify.channels import send
from cally.notify.compose import Mail, compose, is_unasked
from cally.notify.day_words import Beside
from cally.notify.deferring import Way, leaving_at
from cally.notify.digest_times import held_for
from cally.notify.failures import NotTaken, TryAgain
from cally.notify.guest_ways import tell_by_mail
from cally.notify.mail_settings import MailSettings, sender_address
from cally.notify.outbox import ASIDE
from cally.notify.patience import GIVE_UP_SECONDS, NO_SERVER, NO_SERVER_SECONDS, backoff
from cally.notify.reminders import as_of_now, why_useless
from cally.notify.rendering import chat_words, reader_of
from cally.notify.saying import link_of, said
from cally.notify.smtp import Conversation
from cally.notify.stopping import is_stopped
from cally.notify.wordings import wording_for
from cally.store import Reader, Store, Writer, channels, jobs, messages
from cally.store.messages import Sibling
from cally.vault import Vault

STOPPED = "Not sent: they want no more reminders."
QUIET = "It waits for quiet hours to end."
OVERTAKEN_SECONDS = 60
IN_ORDER_SECONDS = 1
RANK: dict[Kind, int] = {
    "requested": 0,
    "confirmed": 1,
    "rescheduled": 1,
    "reassigned": 1,
    "clock_changed": 1,
    "proposed": 0,
    "bounced": 0,
    "reminder": 1,
    "follow_up": 3,
    "waitlist_joined": 0,
    "waitlist_offered": 1,
    "waitlist_over": 2,
    "declined": 2,
    "cancelled": 2,
}

LATE_SECONDS: dict[Kind, int] = {"waitlist_over": 86_400}  # that no time came free is worth knowing a little later, too
INVITING: frozenset[Kind] = frozenset({"confirmed", "rescheduled", "reassigned", "clock_changed"})


async def deliver(
    store: Store,
    vault: Vault,
    *,
    mail: MailSettings | None,
    public_url: str,
    message_id: int,
    now: int,
    allowed: tuple[str, ...] = (),
) -> None:
    """Send the message of that row, unless it was sent or is of no use any more; safe to repeat.

    Raises `TryAgain` while it is still to be sent. At least once: only after an answer that was lost can a second copy
    leave, and it has the same Message-ID (TRUST fact 8).
    """
    message = await messages.by_id(store.reader, message_id)
    if message is None or message.state != "waiting":
        return
    if message.due_at is not None and now < message.due_at:
        raise TryAgain(message.due_at - now, "Its time has not come.", counted=False)
    others = await _others(store.reader, message)
    useless = await _of_no_use(store.reader, message, others, now)
    if is_unasked(message) and await is_stopped(store.reader, vault, message):
        useless = STOPPED
    if useless:
        await _drop(store, message, useless)
        return
    held = await held_for(store.reader, message, now)
    if held is not None:
        raise TryAgain(held, "It goes with the digest.", counted=False)
    await _keep_quiet(store, message, now)
    if message.medium == "mail" and mail is None:
        async with store.write() as tx:
            await messages.update_answer(tx, message.id, answer=NO_SERVER)
        raise TryAgain(NO_SERVER_SECONDS, NO_SERVER, counted=False)
    if message.kind not in ASIDE and any(_goes_first(other, message, now) for other in others):
        raise TryAgain(_in_order(message, now), "An earlier message about this booking goes first.", counted=False)
    message = await as_of_now(store.reader, message)
    await _send(store, vault, message, mail, public_url, others, now, allowed)


async def why_of_no_use(db: Reader, message: Message, now: int) -> str:
    """Why a message should not be sent now, the first time or again; empty when it should."""
    return await _of_no_use(db, message, await _others(db, message), now)


async def _of_no_use(db: Reader, message: Message, others: list[Sibling], now: int) -> str:
    return await why_useless(db, message, now) if message.kind in ASIDE else _useless(message, others, now)


async def _others(db: Reader, message: Message) -> list[Sibling]:
    return [other for other in await messages.siblings(db, message) if other.kind not in ASIDE]


async def _keep_quiet(store: Store, message: Message, now: int) -> None:
    """Raise `TryAgain` for the end of its reader's quiet hours, if it can wait for that (rule 77)."""
    way = Way(recipient=message.recipient, medium=message.medium, channel_id=message.channel_id)
    leaves = await leaving_at(store.reader, message.snapshot, message.kind, way, now=now)
    if leaves > now:
        async with store.write() as tx:
            await messages.update_answer(tx, message.id, answer=QUIET)
        raise TryAgain(leaves - now, QUIET, counted=False)


async def _send(
    store: Store,
    vault: Vault,
    message: Message,
    mail: MailSettings | None,
    public_url: str,
    others: list[Sibling],
    now: int,
    allowed: tuple[str, ...],
) -> None:
    try:
        if mail is not None and message.medium == "mail":
            answer = await _post(store, vault, message, mail, public_url, _invited(message, others), now)
        else:
            answer = await _say(store, vault, message, public_url, allowed)
    except NotTaken as failure:
        await _keep_refusal(store, message, failure, now)
    else:
        async with store.write() as tx:
            await messages.update_sent(tx, message.id, answer=answer, now=now)


async def _post(
    store: Store, vault: Vault, message: Message, mail: MailSettings, public_url: str, invited: bool, now: int
) -> str:
    sender = sender_address(mail, public_url)
    around = await surroundings(store.reader, vault, message, public_url)
    wording = await wording_for(store.reader, message)
    written = await asyncio.to_thread(_compose, message, vault, sender, public_url, invited, now, around, wording)
    conversation = Conversation(mail, written.sender.rpartition("@")[2])
    return await conversation.send(
        written.sender, written.recipient, written.content, international=written.international
    )


def _compose(
    message: Message,
    vault: Vault,
    sender: str,
    public_url: str,
    invited: bool,
    now: int,
    around: Surroundings | None,
    wording: Wording | None,
) -> Mail:
    try:
        return compose(
            message,
            vault,
            sender=sender,
            public_url=public_url,
            invited=invited,
            now=now,
            around=around,
            wording=wording,
        )
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error


async def _say(store: Store, vault: Vault, message: Message, public_url: str, allowed: tuple[str, ...]) -> str:
    channel = await channels.by_id(store.reader, message.channel_id or 0)
    if channel is None:
        raise NotTaken("The channel was removed.", permanent=True)
    reader = reader_of(message.snapshot, message.recipient, message.address)
    link = link_of(vault, public_url, message)
    around = await surroundings(store.reader, vault, message, public_url)
    beside = Beside(around=around.words(reader.locale) if around is not None else None)
    title, body = chat_words(
        message.snapshot,
        message.kind,
        reader,
        public_url=public_url,
        link=link,
        wording=await wording_for(store.reader, message),
        beside=beside,
    )
    words = said(message, channel, reader, title, body, link)
    return await send(vault, channel, words, allowed=allowed, phone=message.address)


async def _keep_refusal(store: Store, message: Message, failure: NotTaken, now: int) -> None:
    final = failure.permanent or now - (message.due_at or message.created_at) >= GIVE_UP_SECONDS
    async with store.write() as tx:
        await messages.update_refused(tx, message.id, answer=failure.answer, final=final)
        if final:
            await tell_of_bounce(tx, message, failure.answer, now=now)
            await tell_by_mail(tx, message, now=now)
    if not final:
        raise TryAgain(backoff(message.attempts), failure.answer)


async def _drop(store: Store, message: Message, why: str) -> None:
    async with store.write() as tx:
        begun = await _begun_before(tx, message)
        await messages.update_obsolete(tx, message.id, answer=why, attempts=max(begun, message.attempts))


async def _begun_before(tx: Writer, message: Message) -> int:
    """How often sending was begun before the run that found it useless."""
    return max(0, (await jobs.attempts(tx, kind=message.medium, subject=message.id) or 0) - 1)


def _useless(message: Message, others: list[Sibling], now: int) -> str:
    """Why sending it now would do no good; empty when it would."""
    if now >= message.snapshot.last_start + LATE_SECONDS.get(message.kind, 0):
        return "Not sent: the meeting had begun."
    waiting = message.snapshot.waiting
    if waiting is not None and waiting.expires_at is not None and now >= waiting.expires_at:
        return "Not sent: the offer was over."
    later = [other for other in others if _order(other) > _order(message) and _covers(other, message)]
    if any(other.state == "sent" for other in later) or (later and now - message.created_at >= OVERTAKEN_SECONDS):
        return "Not sent: a later message says what counts now."
    return ""


def _goes_first(other: Sibling, message: Message, now: int) -> bool:
    """An earlier one goes first while it is young; of a whole series, always before what is said of a part.

    A calendar that does not know a series yet could do nothing with a change of one of its dates.
    """
    young = now - other.created_at < OVERTAKEN_SECONDS
    of_whole = other.whole and not message.snapshot.is_whole_series
    return other.state == "waiting" and _order(other) < _order(message) and (young or of_whole)


def _in_order(message: Message, now: int) -> int:
    """Seconds until it is worth looking again: soon at first; a series may keep quiet for hours."""
    return IN_ORDER_SECONDS if now - message.created_at < OVERTAKEN_SECONDS else OVERTAKEN_SECONDS


def _covers(other: Sibling, message: Message) -> bool:
    """Whether the other says all that this one would: the same booking, or the whole series."""
    return other.whole or (other.booking_id == message.booking_id and not message.snapshot.is_whole_series)


def _invited(message: Message, others: list[Sibling]) -> bool:
    """Whether an invitation has left, or may have: one whose sending was begun counts, for answers get lost.

    News of a clock bring one only where a booking stood already.
    """
    earlier = [other for other in others if other.kind in INVITING and _order(other) < _order(message)]
    stood = any(other.kind != "clock_changed" for other in earlier)
    return stood and any(other.state == "sent" or other.attempts > 0 for other in earlier)


def _order(message: Message | Sibling) -> tuple[int, int]:
    """Messages about a booking in the order of what happened; instants do not tell within one second."""
    return message.sequence, RANK[message.kind]
