"""What a job is about: what it sends or does, to whom, because of what."""

import msgspec

from cally.model.accounts import Account
from cally.model.messages import Job
from cally.store import (
    Reader,
    accounts,
    alert_messages,
    digests,
    guest_requests,
    letters,
    messages,
    webhook_deliveries,
    webhooks,
)


class About(msgspec.Struct, frozen=True, kw_only=True):
    """`what` is the kind of message, letter or event, empty for what needs no more words than the job's kind.

    `to` is an address or the name of a channel, webhook or list of people; `title` and `starts_at` are the meeting's,
    `uid` its booking's; `of` is the name of the host or account for whom it is done. Empty where nothing is known.
    """

    what: str = ""
    to: str = ""
    title: str = ""
    starts_at: int | None = None
    uid: str = ""
    of: str = ""


NOTHING = About()


async def about(db: Reader, job: Job) -> About:
    """What is known of a job's subject; a few steps of the database, for the rows of one page."""
    owner = await accounts.by_id(db, job.owner) if job.owner else None
    found = await _of_kind(db, job)
    return msgspec.structs.replace(found, of=_name(owner))


async def _of_kind(db: Reader, job: Job) -> About:
    match job.kind:
        case "mail" | "channel":
            return await _message(db, job.subject)
        case "letter":
            letter = await letters.by_id(db, job.subject)
            return About(what=letter.kind, to=letter.address) if letter else NOTHING
        case "webhook":
            return await _webhook(db, job.subject)
        case "digest":
            return About(what="digest") if await digests.by_id(db, job.subject) else NOTHING
        case "alert":
            delivery = await alert_messages.delivery(db, job.subject)
            message = await alert_messages.by_id(db, delivery.message_id) if delivery else None
            return About(to=delivery.name, title=message.title) if delivery and message else NOTHING
        case "guest":
            asked = await guest_requests.by_id(db, job.subject)
            return About(what=asked.kind) if asked else NOTHING
    return NOTHING


async def _message(db: Reader, id: int) -> About:
    message = await messages.by_id(db, id)
    if message is None:
        return NOTHING
    booking = message.snapshot.booking
    return About(
        what=message.kind,
        to=message.address,
        title=booking.terms.title,
        starts_at=booking.starts_at,
        uid=booking.uid if message.booking_id is not None else "",
    )


async def _webhook(db: Reader, id: int) -> About:
    delivery = await webhook_deliveries.by_id(db, id)
    webhook = await webhooks.by_id(db, delivery.webhook_id) if delivery else None
    return About(what=delivery.type, to=webhook.name or webhook.shown_url) if delivery and webhook else NOTHING


def _name(account: Account | None) -> str:
    return account.name if account else ""
