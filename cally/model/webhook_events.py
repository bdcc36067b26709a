"""What a webhook says of a booking: its record, in the names of the API, and the same without its people."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from cally.model.bookings import Answer, Companion, Guest
from cally.model.erased import ERASED_EMAIL, ERASED_NAME
from cally.model.hosts import Place
from cally.model.webhooks import WebhookEventType

NOBODY = Companion(email=ERASED_EMAIL)


class EventHost(msgspec.Struct, frozen=True, kw_only=True):
    """A host who takes part."""

    slug: str
    name: str


class EventBooking(msgspec.Struct, frozen=True, kw_only=True):
    """The booking as it was after the change; the fields that the API has mean the same there.

    `team` is the slug of the team whose event type it is. `previous_starts_at` is there for what was moved,
    `previous_hosts` where others take part now, `reminder_minutes` where a reminder is due so long before the start.
    """

    uid: str
    sequence: int
    status: Literal["pending", "confirmed", "declined", "cancelled"]
    starts_at: datetime
    ends_at: datetime
    duration_minutes: int
    nights: int | None
    hosts: tuple[EventHost, ...]
    team: str | None
    title: str
    event_type: str | None
    place: Place | None
    resources: tuple[str, ...]
    guest: Guest
    companions: tuple[Companion, ...]
    answers: tuple[Answer, ...]
    notes: str
    reason: str
    no_show: bool
    created_at: datetime
    updated_at: datetime
    series: str | None = None
    previous_starts_at: datetime | None = None
    previous_hosts: tuple[EventHost, ...] | None = None
    reminder_minutes: int | None = None


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What is posted, unless a template shapes it."""

    type: WebhookEventType
    created_at: datetime
    data: EventBooking


_event = msgspec.json.Decoder(WebhookEvent)


def event_text(event: WebhookEvent) -> str:
    """The event as JSON."""
    return msgspec.json.encode(event).decode()


def event_from_text(text: str) -> WebhookEvent:
    """The event that `event_text` wrote."""
    return _event.decode(text)


def at(seconds: int) -> datetime:
    """Epoch seconds as the record has them."""
    return datetime.fromtimestamp(seconds, UTC)


def erased_event(event: WebhookEvent, addresses: frozenset[str] | None, *, own: bool) -> WebhookEvent:
    """The event without whoever has one of the addresses; `own`: it is their booking, from which everybody goes."""
    data = event.data
    if not own:
        left = tuple(NOBODY if one.email in (addresses or ()) else one for one in data.companions)
        return msgspec.structs.replace(event, data=msgspec.structs.replace(data, companions=left))
    place = data.place
    if place is not None and place.kind == "guest_phone":
        place = msgspec.structs.replace(place, detail="")
    nobody = Guest(name=ERASED_NAME, email=ERASED_EMAIL, tz="UTC", locale="en")
    data = msgspec.structs.replace(
        data,
        guest=nobody,
        companions=(NOBODY,) * len(data.companions),
        answers=(),
        notes="",
        reason="",
        place=place,
    )
    return msgspec.structs.replace(event, data=data)
