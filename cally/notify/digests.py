"""Digests: once a day a channel, or a host's mail, is told what stands today and what has happened since."""

import asyncio
from datetime import date

import msgspec

from cally.engine.zones import DAY, EPOCH_ORDINAL, instant_of
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.channels import Channel, Digest, DigestRun
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.jobs import PATIENT
from cally.model.letters import Letter
from cally.model.messages import Message
from cally.notify.channels import clock_time, send
from cally.notify.digest_times import day_text, due_day, held_until
from cally.notify.failures import NotTaken, TryAgain
from cally.notify.letter_words import compose_letter
from cally.notify.links import host_link
from cally.notify.mail_settings import MailSettings, sender_address
from cally.notify.outbox import mail_domain
from cally.notify.patience import GIVE_UP_SECONDS, NO_SERVER, NO_SERVER_SECONDS, backoff
from cally.notify.rendering import chat_words, reader_of
from cally.notify.saying import short
from cally.notify.services import Said
from cally.notify.smtp import Conversation
from cally.notify.times import when
from cally.store import Reader, Store, audit, bookings, channels, digests, hosts, jobs, messages
from cally.vault import Vault

JOB = "digest"
KEPT_SECONDS = 30 * 86_400
MOST_MEETINGS = 50
MOST_NEWS = 200
NOTHING = "Not sent: there was nothing to tell."
OVER = "Not sent: its day was over."
GONE = "Not sent: it is not wanted any more."


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a digest says: today's meetings as `(time, what)`, a line for each thing that happened, and whose it is."""

    title: str
    today: tuple[tuple[str, str], ...]
    news: tuple[str, ...]
    held: tuple[int, ...]


async def mail_digest(db: Reader, host_id: int) -> Digest | None:
    """When a host's mail comes, if once a day."""
    return await digests.of_mail(db, host_id)


async def latest_digest(db: Reader, way_id: int) -> DigestRun | None:
    """The last digest of a channel, or of a host's mail."""
    return await digests.latest(db, way_id)


async def change_mail_digest(store: Store, host: Host, at: str, *, now: int, actor: Actor) -> None:
    """Have a host's mail come once a day at a local time, or (empty) at once. Raises `invalid`: `digest_at`."""
    at_local = clock_time(at, "digest_at") if at.strip() else ""
    async with store.write() as tx:
        known = await digests.of_mail(tx, host.id)
        if (known.at_local if known else "") == at_local:
            return
        if at_local:
            await digests.put_mail(tx, host.id, Digest(at_local=at_local, tz=host.tz, set_at=now))
        else:
            await digests.delete_mail(tx, host.id)
        tag, subject = f"{actor.kind}:mail-digest:change", f"host:{host.id}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, at=at_local or "at once")


async def turn_digests(store: Store, now: int) -> int:
    """Plan every digest that is due, each day's once, whatever clocks do; how many. Old ones are forgotten."""
    ways = [(one.id, one.digest) for one in await channels.list_with_digest(store.reader)]
    ways += await digests.list_mail(store.reader)
    due = [(way_id, day) for way_id, digest in ways if digest and (day := due_day(digest, now)) is not None]
    wanted = [
        (way_id, day_text(day))
        for way_id, day in due
        if await digests.of_day(store.reader, way_id=way_id, told_on=day_text(day)) is None
    ]
    if not wanted:
        return 0
    planned = 0
    async with store.write() as tx:
        await digests.delete_old(tx, before=now - KEPT_SECONDS)
        for way_id, told_on in wanted:
            row = new_id(now)
            if await digests.insert(tx, id=row, way_id=way_id, told_on=told_on, now=now):
                await jobs.insert(tx, kind=JOB, subject=row, due_at=now, now=now, priority=PATIENT)
                planned += 1
    return planned


async def deliver_digest(
    store: Store,
    vault: Vault,
    *,
    mail: MailSettings | None,
    public_url: str,
    digest_id: int,
    now: int,
    allowed: tuple[str, ...] = (),
) -> None:
    """Send the digest of that row, unless it was sent, its day is over, or there is nothing to tell; safe to repeat.

    Raises `TryAgain` while it is still to be sent. What it tells counts as told with it.
    """
    run = await digests.by_id(store.reader, digest_id)
    if run is None or run.state != "waiting":
        return
    channel = await channels.by_id(store.reader, run.way_id)
    host = await hosts.by_id(store.reader, run.way_id if channel is None else channel.host_id or 0)
    digest = channel.digest if channel is not None else await digests.of_mail(store.reader, run.way_id)
    if digest is None or (channel is None and host is None):
        await _end(store, run, GONE)
        return
    day = _day(digest, run.told_on)
    told = await _told(store.reader, run, channel, host, digest, day, public_url)
    if now >= day[1] or not (told.today or told.news):
        await _end(store, run, OVER if now >= day[1] else NOTHING)
        return
    try:
        if channel is not None:
            answer = await send(vault, channel, _said(told, public_url), allowed=allowed)
        else:
            answer = await _post(mail, host, run, told, public_url, now)
    except NotTaken as failure:
        await _keep_refusal(store, run, failure, now)
        return
    async with store.write() as tx:
        await digests.update(tx, run.id, state="sent", answer=answer, sent_at=now)
        for row in told.held:
            await messages.update_sent(tx, row, answer=f"Told in the digest of {run.told_on}.", now=now)


async def _end(store: Store, run: DigestRun, why: str) -> None:
    async with store.write() as tx:
        await digests.update(tx, run.id, state="obsolete", answer=why, counted=False)


async def _keep_refusal(store: Store, run: DigestRun, failure: NotTaken, now: int) -> None:
    final = failure.permanent or now - run.created_at >= GIVE_UP_SECONDS
    async with store.write() as tx:
        await digests.update(tx, run.id, state="failed" if final else "waiting", answer=failure.answer)
    if not final:
        raise TryAgain(backoff(run.attempts), failure.answer)


async def _told(
    db: Reader,
    run: DigestRun,
    channel: Channel | None,
    host: Host | None,
    digest: Digest,
    day: tuple[int, int],
    public_url: str,
) -> Told:
    locale, noon = host.locale if host is not None else "en", (day[0] + day[1]) // 2
    today = await _meetings(db, channel, run.way_id, day)
    waiting = await _waiting(db, run, channel, host, digest, day[1])
    news = tuple(_line(message, public_url) for message in waiting)
    count = "No meeting" if not today else "One meeting" if len(today) == 1 else f"{len(today)} meetings"
    return Told(
        title=f"{count} on {when(noon, noon, tz=digest.tz, locale=locale).date}",
        today=tuple((when(one.starts_at, one.ends_at, tz=digest.tz, locale=locale).time, _what(one)) for one in today),
        news=news,
        held=tuple(message.id for message in waiting),
    )


async def _meetings(db: Reader, channel: Channel | None, way_id: int, day: tuple[int, int]) -> list[Booking]:
    """What begins on that day, confirmed, earliest first; on a channel only of the event types that it is for."""
    if channel is not None and channel.team_id is not None:
        found = await bookings.list_of_team(db, channel.team_id, from_at=day[0], limit=MOST_MEETINGS)
    else:
        host_id = way_id if channel is None else channel.owner_id
        found = await bookings.list_by_start(
            db,
            host_id=host_id,
            from_at=day[0],
            to_at=day[1],
            status="confirmed",
            q=None,
            after=(0, 0),
            limit=MOST_MEETINGS,
        )
    mine = [one for one in found if channel is None or channel.serves(one.event_type_id)]
    return [one for one in mine if one.status == "confirmed" and day[0] <= one.starts_at < day[1]]


async def _waiting(
    db: Reader, run: DigestRun, channel: Channel | None, host: Host | None, digest: Digest, before: int
) -> list[Message]:
    """What waits for this digest or an earlier one, but what a later message has said already."""
    address = "" if channel is not None or host is None else host.email
    rows = await digests.list_held(
        db, channel_id=channel.id if channel is not None else None, address=address, limit=MOST_NEWS
    )
    found = [message for row in rows if (message := await messages.by_id(db, row)) is not None]
    kept = []
    for message in found:
        until = held_until(digest, message.snapshot, message.kind, caused_at=message.created_at)
        if until is None or until >= before or until > run.created_at or message.state != "waiting":
            continue
        others = await messages.siblings(db, message)
        if not any(other.state == "sent" and other.sequence > message.sequence for other in others):
            kept.append(message)
    return kept


def _line(message: Message, public_url: str) -> str:
    """The message in one line: its subject."""
    reader = reader_of(message.snapshot, "host", message.address)
    link = host_link(public_url, message)
    return chat_words(message.snapshot, message.kind, reader, public_url=public_url, link=link)[0]


def _what(booking: Booking) -> str:
    return f"{booking.terms.title}, {booking.guest.name}"


def _said(told: Told, public_url: str) -> Said:
    lines = [f"{time}  {what}" for time, what in told.today]
    if told.news:
        lines += ["", "What has happened:", *(f"· {one}" for one in told.news)]
    link = f"{public_url}/app/bookings"
    return Said(title=told.title, body="\n".join([*lines, "", link]).strip(), short=short(_brief(told), link))


def _brief(told: Told) -> str:
    first = f", from {told.today[0][0]}" if told.today else ""
    return f"{told.title}{first}; {len(told.news)} news since the last one." if told.news else f"{told.title}{first}."


async def _post(
    mail: MailSettings | None, host: Host | None, run: DigestRun, told: Told, public_url: str, now: int
) -> str:
    if mail is None or host is None:
        raise TryAgain(NO_SERVER_SECONDS, NO_SERVER, counted=False)
    sender = sender_address(mail, public_url)
    letter = Letter(
        id=run.id,
        account_id=host.id,
        kind="digest",
        address=host.email,
        message_id=f"<digest.{run.id}.{run.told_on}@{mail_domain(host.email)}>",
        facts={
            "name": host.name,
            "tz": host.tz,
            "locale": host.locale,
            "what": told.title,
            "today": "\n".join(f"{time}\t{what}" for time, what in told.today),
            "lines": "\n".join(told.news),
        },
        secret_sealed=None,
        expires_at=None,
        state="waiting",
        attempts=run.attempts,
        answer="",
        created_at=run.created_at,
        sent_at=None,
    )
    try:
        written = await asyncio.to_thread(
            compose_letter, letter, secret="", sender=sender, public_url=public_url, now=now
        )
    except CallyError as error:
        raise NotTaken(error.sentence, permanent=True) from error
    conversation = Conversation(mail, written.sender.rpartition("@")[2])
    return await conversation.send(
        written.sender, written.recipient, written.content, international=written.international
    )


def _day(digest: Digest, told_on: str) -> tuple[int, int]:
    """The local day as `[from, to)`."""
    day = date.fromisoformat(told_on).toordinal() - EPOCH_ORDINAL
    return instant_of(digest.tz, day * DAY), instant_of(digest.tz, (day + 1) * DAY)
