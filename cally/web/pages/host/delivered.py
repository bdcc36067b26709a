"""What a host's webhooks were told of a booking, in words."""

import msgspec

from cally.model.webhooks import DeliveryState
from cally.notify.webhooks import DeliveryOfBooking
from cally.web.pages.host.wording import Words, until

STATE_WORDS: dict[DeliveryState, str] = {
    "waiting": "Waiting",
    "sent": "Sent",
    "failed": "Failed",
    "obsolete": "Not needed any more",
}
TONES: dict[DeliveryState, str] = {"waiting": "warn", "sent": "ok", "failed": "danger", "obsolete": "quiet"}


class ShownDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery in words."""

    what: str
    to: str
    state: str
    tone: str
    attempts: int
    answer: str
    at: str
    next: str


def shown_delivery(one: DeliveryOfBooking, words: Words) -> ShownDelivery:
    """The delivery as its host reads it; the address is masked as on the webhook's own page."""
    delivery, again = one.delivery, one.delivery.next_attempt_at
    return ShownDelivery(
        what=delivery.type,
        to=one.webhook.shown_url,
        state=STATE_WORDS[delivery.state],
        tone=TONES[delivery.state],
        attempts=delivery.attempts,
        answer=delivery.answer,
        at=words.moment(delivery.ended_at or delivery.created_at),
        next=f"tried again {until(again, words.now)}" if again and again > words.now and delivery.attempts else "",
    )
