"""Webhooks, what they were sent and what was answered, as programs see them; secrets are told once and never again."""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally.model.webhook_events import WebhookEvent
from cally.model.webhooks import (
    BookingEventType,
    DeliveryState,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEventType,
    WebhookState,
)
from cally.notify.webhooks import Answered, request_of
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page


class WebhookChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change. `types` empty: every event; `event_types` are ids of event types, empty for all.

    `template` shapes what is posted: JSON with placeholders such as `{{data.guest.name}}`; empty for the event itself.
    `active` false pauses it, true switches it on again.
    """

    url: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    types: tuple[BookingEventType, ...] | UnsetType = UNSET
    event_types: tuple[str, ...] | UnsetType = UNSET
    template: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class WebhookWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to be told of what: of the token's host, of a `team` (slug) instead, or of the whole `instance`."""

    url: str
    name: str = ""
    types: tuple[BookingEventType, ...] = ()
    event_types: tuple[str, ...] = ()
    template: str = ""
    team: str | None = None
    instance: bool = False


class SecretWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`at_once`: the old secret ends now, instead of signing beside the new one for a day."""

    at_once: bool = False


class SamplesAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one type only, if it is named."""

    type: BookingEventType | None = None


class WebhookShown(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook; `shown_url` hides what may be secret in its address.

    `belongs_to` says of whose bookings it is told. `state`: `on`, `paused`, `failed` (switched off by Cally because
    nothing was taken for days) or `gone` (the receiver answered 410). `failures` are those since the last success.
    """

    id: str
    name: str
    shown_url: str
    belongs_to: Literal["host", "team", "instance"]
    team: str | None
    types: tuple[BookingEventType, ...]
    event_types: tuple[str, ...]
    template: str
    state: WebhookState
    failures: int
    failing_since: datetime | None
    old_secret_signs_until: datetime | None
    created_at: datetime
    updated_at: datetime


class WebhookMade(WebhookShown, frozen=True, kw_only=True):
    """A new webhook with its `secret`, which is told this once."""

    secret: str


class WebhooksShown(Page, frozen=True, kw_only=True):
    """Those that the token's account may change, oldest first."""

    webhooks: tuple[WebhookShown, ...]


class SecretShown(msgspec.Struct, frozen=True, kw_only=True):
    """The new secret, told this once."""

    secret: str
    old_secret_signs_until: datetime | None


class WebhookTried(msgspec.Struct, frozen=True, kw_only=True):
    """How the test went: `status` null when no answer came; `answer` in words, `body` begins what came back."""

    delivered: bool
    status: int | None
    answer: str
    body: str
    duration_ms: int


class SamplesShown(msgspec.Struct, frozen=True, kw_only=True):
    """One invented event of each type, as it would be posted without a template."""

    samples: tuple[WebhookEvent, ...]


class AttemptShown(msgspec.Struct, frozen=True, kw_only=True):
    """One request; `body` is the beginning of what came back."""

    at: datetime
    status: int | None
    answer: str
    body: str
    duration_ms: int


class DeliveryShown(msgspec.Struct, frozen=True, kw_only=True):
    """An event on its way; `id` is what its `webhook-id` ends with. `answer` is how the last attempt went."""

    id: str
    type: WebhookEventType
    state: DeliveryState
    attempts: int
    answer: str
    created_at: datetime
    ended_at: datetime | None
    next_attempt_at: datetime | None


class DeliveryWhole(DeliveryShown, frozen=True, kw_only=True):
    """With the request, its signature masked, and each answer, the latest first."""

    request_headers: dict[str, str]
    request_body: str
    tried: tuple[AttemptShown, ...]


class DeliveriesShown(Page, frozen=True, kw_only=True):
    """The latest first; kept for a month, at most a thousand."""

    deliveries: tuple[DeliveryShown, ...]


def webhook_shown(webhook: Webhook, team: str | None) -> WebhookShown:
    """A webhook; `team` is the slug of the team it belongs to."""
    return WebhookShown(
        id=str(webhook.id),
        name=webhook.name,
        shown_url=webhook.shown_url,
        belongs_to="host" if webhook.host_id is not None else "team" if webhook.team_id is not None else "instance",
        team=team,
        types=webhook.types,
        event_types=tuple(str(row) for row in webhook.event_types),
        template=webhook.template,
        state=webhook.state,
        failures=webhook.failures,
        failing_since=_instant(webhook.failing_since),
        old_secret_signs_until=_instant(webhook.former_until),
        created_at=instant(webhook.created_at),
        updated_at=instant(webhook.updated_at),
    )


def webhook_made(webhook: Webhook, team: str | None, secret: str) -> WebhookMade:
    """A new webhook with its secret."""
    return WebhookMade(**msgspec.structs.asdict(webhook_shown(webhook, team)), secret=secret)


def tried_shown(answered: Answered) -> WebhookTried:
    """How a test went."""
    return WebhookTried(
        delivered=answered.is_taken,
        status=answered.status,
        answer=answered.said,
        body=answered.body,
        duration_ms=answered.duration_ms,
    )


def delivery_shown(delivery: WebhookDelivery) -> DeliveryShown:
    """A delivery in a list."""
    return DeliveryShown(
        id=str(delivery.id),
        type=delivery.type,
        state=delivery.state,
        attempts=delivery.attempts,
        answer=delivery.answer,
        created_at=instant(delivery.created_at),
        ended_at=_instant(delivery.ended_at),
        next_attempt_at=_instant(delivery.next_attempt_at) if delivery.state == "waiting" else None,
    )


def delivery_whole(webhook: Webhook, delivery: WebhookDelivery, attempts: list[WebhookAttempt]) -> DeliveryWhole:
    """A delivery with all that is kept of it."""
    headers, body = request_of(webhook, delivery)
    tried = tuple(
        AttemptShown(
            at=instant(one.at), status=one.status, answer=one.answer, body=one.body, duration_ms=one.duration_ms
        )
        for one in attempts
    )
    shown = msgspec.structs.asdict(delivery_shown(delivery))
    return DeliveryWhole(**shown, request_headers=headers, request_body=body, tried=tried)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)
