"""Trying a webhook out, and sending again what was sent before."""

from cally.errors import CallyError, not_found
from cally.model.accounts import Actor
from cally.model.ids import new_id
from cally.model.webhook_events import event_text
from cally.model.webhooks import Webhook, WebhookDelivery
from cally.notify.webhooks import templates
from cally.notify.webhooks.planning import make_due
from cally.notify.webhooks.posting import Answered, post
from cally.notify.webhooks.samples import sample
from cally.store import Reader, Store, Writer, audit, webhook_attempts, webhook_deliveries, webhooks
from cally.vault import Vault


async def test_webhook(
    store: Store, vault: Vault, webhook: Webhook, *, now: int, allowed: tuple[str, ...], actor: Actor
) -> Answered:
    """Send an invented booking as a `test` event at once, whatever state the webhook is in; what came of it.

    It is in the log like everything else, is tried once, and neither counts as a failure nor mends one.
    """
    row, event = new_id(now), event_text(sample("test", now))
    body = templates.filled(webhook.template, event).encode()
    answered = await post(vault, webhook, f"msg_{row}", body, now=now, allowed=allowed)
    async with store.write() as tx:
        if await webhooks.by_id(tx, webhook.id) is None:
            raise not_found("webhook")
        await webhook_deliveries.insert(
            tx,
            id=row,
            webhook_id=webhook.id,
            booking_id=None,
            type="test",
            event=event,
            template=webhook.template,
            now=now,
        )
        ended = webhook_deliveries.update_sent if answered.is_taken else webhook_deliveries.update_failed
        await ended(tx, row, answer=answered.said, now=now)
        await webhook_attempts.insert(
            tx,
            row,
            at=now,
            status=answered.status,
            answer=answered.said,
            body=answered.body,
            duration_ms=answered.duration_ms,
        )
        await _record(tx, webhook, "test", now, actor)
    return answered


async def replay(store: Store, webhook: Webhook, delivery_id: int, *, now: int, actor: Actor) -> WebhookDelivery:
    """Send a delivery once more, shaped by the template of today, with the same `webhook-id`; one that waits: now.

    Raises `not_found` when this webhook has no such delivery, `conflict` while it is paused or off.
    """
    if webhook.state != "on":
        raise CallyError("conflict", "This webhook is off; switch it on first.", state=webhook.state)
    async with store.write() as tx:
        delivery = await delivery_of(tx, webhook, delivery_id)
        is_next = True
        if delivery.state != "waiting":
            is_next = await webhook_deliveries.requeue(tx, delivery, template=webhook.template, now=now)
        elif delivery.booking_id is not None:
            first = await webhook_deliveries.first_waiting(tx, webhook.id, delivery.booking_id)
            is_next = first == delivery.id
        await webhooks.end_rest(tx, webhook.id)
        if is_next:
            await make_due(tx, webhook, delivery.id, now=now)
        await _record(tx, webhook, "replay", now, actor)
    return await delivery_of(store.reader, webhook, delivery_id)


async def delivery_of(db: Reader, webhook: Webhook, delivery_id: int) -> WebhookDelivery:
    """A delivery of this webhook; raises `not_found`."""
    delivery = await webhook_deliveries.by_id(db, delivery_id)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise not_found("delivery")
    return delivery


async def _record(tx: Writer, webhook: Webhook, action: str, now: int, actor: Actor) -> None:
    tag, subject = f"{actor.kind}:webhook:{action}", f"webhook:{webhook.id}"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, name=webhook.name)
