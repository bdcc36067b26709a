"""Webhooks: where programs are told of bookings, each event on its way there, and what was answered."""

from typing import Literal, get_args

import msgspec

BookingEventType = Literal[
    "booking.requested",
    "booking.confirmed",
    "booking.declined",
    "booking.rescheduled",
    "booking.cancelled",
    "booking.no_show",
    "booking.reminder_due",
]
TYPES: tuple[BookingEventType, ...] = get_args(BookingEventType)
WebhookEventType = BookingEventType | Literal["test"]
WebhookState = Literal["on", "paused", "failed", "gone"]
DeliveryState = Literal["waiting", "sent", "failed", "obsolete"]


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is told of bookings: of a host, of a team, or (both None) of all on this server.

    `types` are the events it wants; `event_types` the ids of the only event types, empty for all. Address and secrets
    are sealed; the former secret signs as well until `former_until`. `failures` counts attempts that failed since the
    last that did not, the first at `failing_since`; while it `rests_until`, nothing is sent. `failed`: switched off by
    us, `gone`: unsubscribed by the receiver.
    """

    id: int
    host_id: int | None
    team_id: int | None
    name: str
    shown_url: str
    url_sealed: bytes
    secret_sealed: bytes
    former_sealed: bytes | None
    former_until: int | None
    types: tuple[BookingEventType, ...]
    event_types: tuple[int, ...]
    template: str
    state: WebhookState
    failures: int
    failing_since: int | None
    rests_until: int | None
    created_at: int
    updated_at: int


class WebhookDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one webhook. `event` is the JSON that it says before `template` (if any) shapes it.

    It is tried from `since` on, after those of the same booking with a lower `position`. `answer` is how the last
    attempt went, in words; `ended_at` is when nothing more was to be done.
    """

    id: int
    webhook_id: int
    booking_id: int | None
    position: int
    type: WebhookEventType
    event: str
    template: str
    state: DeliveryState
    attempts: int
    answer: str
    created_at: int
    since: int
    ended_at: int | None
    next_attempt_at: int | None = None

    @property
    def message_id(self) -> str:
        """What `webhook-id` says: the same for every attempt, so that receivers can drop a second copy."""
        return f"msg_{self.id}"


class WebhookAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request: `status` is None where no answer came; `answer` says it in words, `body` begins what was said."""

    id: int
    delivery_id: int
    at: int
    status: int | None
    answer: str
    body: str
    duration_ms: int
