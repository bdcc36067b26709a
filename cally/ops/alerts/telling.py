"""Telling admins: one message for everything that changed at once, planned with the change and sent by the worker."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

from cally.errors import CallyError
from cally.model.accounts import Account
from cally.model.alerts import Alert, AlertChannel, AlertMessage, AlertRules, Telling
from cally.model.ids import new_id
from cally.model.jobs import AWAITED
from cally.notify import MailSettings, TryAgain, post_at_once, write_letter
from cally.notify.failures import NotTaken
from cally.notify.patience import backoff
from cally.ops.alerts import wording
from cally.ops.alerts.channels import send_to
from cally.store import Reader, Store, Writer, accounts, alert_channels, alert_messages, alerts, jobs, letters
from cally.vault import Vault

JOB = "alert"
GIVE_UP_SECONDS = 86_400
STALE_SECONDS = 2 * 86_400
IT_IS_OVER = "Not sent: it was over before it could be."

Told = Sequence[tuple[Alert, Telling]]

log = logging.getLogger("cally.alerts")


class Audience(NamedTuple):
    """Who hears of alerts at this moment; admins only when mail is wanted."""

    channels: list[AlertChannel]
    admins: list[Account]


async def audience(db: Reader, rules: AlertRules) -> Audience:
    """Every alert channel, and every admin who can sign in."""
    known = await accounts.list_all(db) if rules.by_mail else []
    admins = [one for one in known if one.role == "admin" and one.disabled_at is None]
    return Audience(await alert_channels.list_all(db), admins)


def written(told: Told, others: Sequence[Alert], *, public_url: str, now: int) -> AlertMessage:
    """The message about what changed; `others` are what is wrong besides and known already."""
    title = wording.title(told, public_url=public_url)
    body = wording.body(told, others, public_url=public_url, now=now)
    return AlertMessage(id=new_id(now), title=title, body=body, made_at=now)


async def plan(tx: Writer, message: AlertMessage, told: Told, to: Audience, *, has_server: bool) -> None:
    """Keep a message and plan its way to everybody, in the transaction of what it tells; wake the worker afterwards.

    Mail is written only where there is a server for it. Mail that waits and speaks only of what is over never leaves.
    """
    now = message.made_at
    await alert_messages.insert(tx, message)
    for alert, telling in told:
        await alerts.insert_told(tx, message_id=message.id, alert_id=alert.id, telling=telling)
    for useless in await alert_messages.useless_letters(tx):
        await letters.update_obsolete(tx, useless, answer=IT_IS_OVER)
    for channel in to.channels:
        row = new_id(now)
        await alert_messages.insert_delivery(
            tx, id=row, message_id=message.id, channel_id=channel.id, letter_id=None, name=channel.name
        )
        await jobs.insert(tx, kind=JOB, subject=row, due_at=now, now=now, priority=AWAITED)
    for admin in to.admins if has_server else ():
        letter = await write_letter(
            tx, None, account=admin, kind="alert", now=now, facts=_facts(message), expires_at=now + STALE_SECONDS
        )
        await alert_messages.insert_delivery(
            tx, id=new_id(now), message_id=message.id, channel_id=None, letter_id=letter, name=admin.email
        )


async def deliver_alert(store: Store, vault: Vault, delivery_id: int, *, now: int, allowed: tuple[str, ...]) -> None:
    """Say a message on its channel, unless that was done or all of it is over; safe to repeat.

    Raises `TryAgain` while it is still to be said. At least once: an answer that was lost can make a second copy.
    """
    delivery = await alert_messages.delivery(store.reader, delivery_id)
    if delivery is None or delivery.state != "waiting" or delivery.channel_id is None:
        return
    message = await alert_messages.by_id(store.reader, delivery.message_id)
    channel = await alert_channels.by_id(store.reader, delivery.channel_id)
    if message is None or channel is None:
        return
    if not await alert_messages.is_of_use(store.reader, message.id):
        await _note(store, delivery.id, "obsolete", IT_IS_OVER)
        return
    try:
        answer = await send_to(vault, channel, message.title, message.body, allowed=allowed)
    except NotTaken as failure:
        final = failure.permanent or now - message.made_at >= GIVE_UP_SECONDS
        attempts = await alert_messages.attempts(store.reader, delivery.id)
        await _note(store, delivery.id, "failed" if final else "waiting", failure.answer)
        if final:
            log.warning("The alert channel “%s” did not take a message: %s", channel.name, failure.answer)
            return
        raise TryAgain(backoff(attempts), failure.answer) from failure
    await _note(store, delivery.id, "sent", answer, sent_at=now)


async def tell_at_once(
    db: Reader,
    vault: Vault,
    message: AlertMessage,
    to: Audience,
    *,
    mail: MailSettings | None,
    public_url: str,
    allowed: tuple[str, ...],
) -> int:
    """Tell everybody without the database, which cannot be written to; tried once. How many were reached."""
    ways = [send_to(vault, channel, message.title, message.body, allowed=allowed) for channel in to.channels]
    if mail is not None:
        facts = _facts(message)
        ways += [
            post_at_once(
                db, mail=mail, public_url=public_url, account=admin, kind="alert", facts=facts, now=message.made_at
            )
            for admin in to.admins
        ]
    answers = await asyncio.gather(*ways, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, NotTaken | CallyError):
            log.warning("An alert could not be told at once: %s", answer)
        elif isinstance(answer, BaseException):
            log.error("An alert could not be told at once.", exc_info=answer)
    return sum(isinstance(answer, str) for answer in answers)


def _facts(message: AlertMessage) -> dict[str, str]:
    return {"what": message.title, "lines": message.body}


async def _note(store: Store, delivery_id: int, state: str, answer: str, *, sent_at: int | None = None) -> None:
    async with store.write() as tx:
        await alert_messages.update_delivery(tx, delivery_id, state=state, answer=answer, sent_at=sent_at)
