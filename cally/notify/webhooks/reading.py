"""What webhooks were sent, for pages and programs: each request as it leaves, its secret masked, and each answer."""

import msgspec

from cally.model.webhooks import Webhook, WebhookAttempt, WebhookDelivery
from cally.notify.webhooks import templates
from cally.store import Reader, Store, webhook_attempts, webhook_deliveries, webhooks

KEPT_SECONDS = 30 * 86_400
MOST_KEPT = 1_000
LARGEST_PAGE = 200
MASK = "••••"


class DeliveryOfBooking(msgspec.Struct, frozen=True, kw_only=True):
    """What one webhook was told of a booking."""

    webhook: Webhook
    delivery: WebhookDelivery


async def list_deliveries(
    db: Reader, webhook: Webhook, *, before: int | None = None, limit: int = 50
) -> list[WebhookDelivery]:
    """What a webhook was sent, the latest first; `before` is the id of the last one seen."""
    limit = max(1, min(limit, LARGEST_PAGE))
    return await webhook_deliveries.list_latest(db, webhook.id, before=before, limit=limit)


async def list_attempts(db: Reader, delivery: WebhookDelivery) -> list[WebhookAttempt]:
    """Each request of a delivery and what was answered, the latest first."""
    return await webhook_attempts.list_of(db, delivery.id)


async def count_deliveries(db: Reader, webhook: Webhook) -> dict[str, int]:
    """How many of those that are kept wait, were taken and failed."""
    return await webhook_deliveries.count_by_state(db, webhook.id)


async def list_of_booking(db: Reader, booking_id: int, *, host_id: int) -> list[DeliveryOfBooking]:
    """What a host's own webhooks were told of a booking, in order; those of others are not theirs to see."""
    known = {one.id: one for one in await webhooks.list_of_host(db, host_id)}
    return [
        DeliveryOfBooking(webhook=known[one.webhook_id], delivery=one)
        for one in await webhook_deliveries.list_of_booking(db, booking_id)
        if one.webhook_id in known
    ]


def request_of(webhook: Webhook, delivery: WebhookDelivery) -> tuple[dict[str, str], str]:
    """The headers of a delivery, without its signature, and its body as it leaves."""
    shown = {
        "POST": webhook.shown_url,
        "content-type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": "when it leaves",
        "webhook-signature": f"v1,{MASK}",
    }
    return shown, templates.filled(delivery.template, delivery.event)


async def sweep_webhooks(store: Store, now: int) -> int:
    """Forget former secrets whose day is over, and deliveries of a month ago, or beyond a webhook's last thousand."""
    async with store.write() as tx:
        await webhooks.forget_former(tx, now=now)
        return await webhook_deliveries.delete_old(tx, before=now - KEPT_SECONDS, most=MOST_KEPT)
