"""Sending one delivery: at least once, in the order of its booking, tried for a day, each answer kept.

While a receiver is in trouble, one delivery at a time finds out whether it is back; the others wait.
"""

import secrets

from cally.model.webhooks import Webhook, WebhookDelivery
from cally.notify.failures import TryAgain
from cally.notify.webhooks import templates
from cally.notify.webhooks.planning import go_on
from cally.notify.webhooks.posting import Answered, post
from cally.notify.webhooks.switching_off import is_hopeless, switch_off, unsubscribe
from cally.store import Reader, Store, Writer, accounts, webhook_attempts, webhook_deliveries, webhooks
from cally.vault import Vault

TRIED_SECONDS = 86_400
PAUSED_SECONDS = 3_600
TURN_SECONDS = 2
MOST_JITTER_SECONDS = 5
FIRST_BACKOFF_SECONDS = 10
LONGEST_BACKOFF_SECONDS = 3_600
OFF = "Not sent: the webhook is switched off."

_random = secrets.SystemRandom()
_finding_out: set[int] = set()  # webhooks in trouble that are being asked at this moment


async def deliver_webhook(
    store: Store, vault: Vault, *, delivery_id: int, now: int, allowed: tuple[str, ...] = ()
) -> None:
    """Send the delivery of that row, unless it was sent or is of no use any more; safe to repeat.

    Raises `TryAgain` while it is still to be sent. Only after an answer that was lost can a second copy leave, and it
    has the same `webhook-id`.
    """
    delivery = await webhook_deliveries.by_id(store.reader, delivery_id)
    webhook = await webhooks.by_id(store.reader, delivery.webhook_id) if delivery else None
    if delivery is None or webhook is None or delivery.state != "waiting":
        return
    if webhook.state in {"failed", "gone"} or await _is_locked_out(store.reader, webhook):
        async with store.write() as tx:
            await webhook_deliveries.update_failed(tx, delivery.id, answer=OFF, now=now, tried=False)
        return
    _require_turn(webhook, now)
    in_trouble = webhook.failures > 0
    if in_trouble:
        _finding_out.add(webhook.id)
    try:
        body = templates.filled(delivery.template, delivery.event).encode()
        answered = await post(vault, webhook, delivery.message_id, body, now=now, allowed=allowed)
    finally:
        if in_trouble:
            _finding_out.discard(webhook.id)
    wait = await _keep(store, delivery, answered, now)
    if wait is not None:
        raise TryAgain(wait, answered.said)


async def _is_locked_out(db: Reader, webhook: Webhook) -> bool:
    """Whether it belongs to a host whose account is disabled, who is to hear no more."""
    owner = await accounts.by_id(db, webhook.host_id) if webhook.host_id is not None else None
    return owner is not None and owner.disabled_at is not None


def _require_turn(webhook: Webhook, now: int) -> None:
    if webhook.state == "paused":
        raise TryAgain(PAUSED_SECONDS, "The webhook is paused.", counted=False)
    rest = (webhook.rests_until or 0) - now
    if 0 < rest <= 2 * LONGEST_BACKOFF_SECONDS:  # further ahead it was planned by a clock that was set back since
        late = round(_random.uniform(0, MOST_JITTER_SECONDS))  # so that a long queue does not come back as one
        raise TryAgain(rest + late, "Its receiver is in trouble; it is left alone for a while.", counted=False)
    if webhook.failures and webhook.id in _finding_out:
        wait = round(_random.uniform(TURN_SECONDS, TURN_SECONDS + MOST_JITTER_SECONDS))
        raise TryAgain(wait, "Another delivery finds out whether its receiver is back.", counted=False)


async def _keep(store: Store, delivery: WebhookDelivery, answered: Answered, now: int) -> int | None:
    """Note how it went and what follows from it; seconds until it is tried again, None when it has ended."""
    async with store.write() as tx:
        fresh = await webhook_deliveries.by_id(tx, delivery.id)
        webhook = await webhooks.by_id(tx, delivery.webhook_id)
        if fresh is None or webhook is None:
            return None
        await webhook_attempts.insert(
            tx,
            delivery.id,
            at=now,
            status=answered.status,
            answer=answered.said,
            body=answered.body if fresh.event == delivery.event else "",  # else somebody was erased meanwhile
            duration_ms=answered.duration_ms,
        )
        if fresh.state != "waiting":
            return None
        if answered.is_taken:
            await webhook_deliveries.update_sent(tx, delivery.id, answer=answered.said, now=now)
            await webhooks.note_success(tx, webhook.id)
            await go_on(tx, webhook, delivery.booking_id, now=now)
            return None
        return await _keep_refusal(tx, webhook, fresh, answered, now)


async def _keep_refusal(
    tx: Writer, webhook: Webhook, delivery: WebhookDelivery, answered: Answered, now: int
) -> int | None:
    wait = max(_backoff(delivery.attempts), answered.retry_after)
    rest = max(_backoff(webhook.failures), answered.retry_after)
    await webhooks.note_failure(tx, webhook.id, now=now, rests_until=now + rest if answered.is_down else None)
    failing_since = webhook.failing_since if webhook.failing_since is not None else now
    if answered.is_gone or is_hopeless(webhook.failures + 1, failing_since, now):
        await webhook_deliveries.update_failed(tx, delivery.id, answer=answered.said, now=now)
        await (unsubscribe if answered.is_gone else switch_off)(tx, webhook, now=now)
        return None
    if now - delivery.since >= TRIED_SECONDS:
        await webhook_deliveries.update_failed(tx, delivery.id, answer=answered.said, now=now)
        await go_on(tx, webhook, delivery.booking_id, now=now)
        return None
    await webhook_deliveries.update_waiting(tx, delivery.id, answer=answered.said)
    return max(wait, rest) if answered.is_down else wait


def _backoff(failures: int) -> int:
    """Seconds to wait after so many failures: doubling, with jitter so that a queue does not come back as one."""
    seconds = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS << min(failures, 12))
    return round(seconds * _random.uniform(0.8, 1.2))
