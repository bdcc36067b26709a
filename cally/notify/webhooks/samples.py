"""Sample events, one of each type: for programs that are being connected, for tests, and for templates."""

from functools import lru_cache
from typing import Any, Literal

import msgspec

from cally.model.bookings import Answer, Companion, Guest
from cally.model.hosts import Place
from cally.model.webhook_events import EventBooking, EventHost, WebhookEvent, at
from cally.model.webhooks import TYPES, WebhookEventType

STARTS_AT = 1_790_064_000  # 2026-09-22 08:00 UTC
BOOKED_AT = STARTS_AT - 86_400
MINUTES = 30
PathKind = Literal["text", "record"]

_GUEST = Guest(name="Gil Sample", email="gil@example.org", tz="America/New_York", locale="en")
_BOOKING = EventBooking(
    uid="aaaaaaaaaaaaaaaaaaaaaaaaaa",
    sequence=0,
    status="confirmed",
    starts_at=at(STARTS_AT),
    ends_at=at(STARTS_AT + MINUTES * 60),
    duration_minutes=MINUTES,
    nights=None,
    hosts=(EventHost(slug="ada", name="Ada Sample"),),
    team=None,
    title="Intro call",
    event_type="intro",
    place=Place(kind="link", detail="https://meet.example.org/sample"),
    resources=(),
    guest=_GUEST,
    companions=(Companion(email="dora@example.org", name="Dora Sample"),),
    answers=(Answer(id="topic", label="What is it about?", value="A sample"),),
    notes="This booking is a sample.",
    reason="",
    no_show=False,
    created_at=at(BOOKED_AT),
    updated_at=at(BOOKED_AT),
)
_CHANGES: dict[WebhookEventType, dict[str, Any]] = {
    "booking.requested": {"status": "pending"},
    "booking.declined": {"status": "declined", "reason": "That day is full."},
    "booking.rescheduled": {
        "sequence": 1,
        "starts_at": at(STARTS_AT + 3_600),
        "ends_at": at(STARTS_AT + 3_600 + MINUTES * 60),
        "previous_starts_at": at(STARTS_AT),
        "updated_at": at(BOOKED_AT + 600),
    },
    "booking.cancelled": {
        "sequence": 1,
        "status": "cancelled",
        "reason": "Something came up.",
        "updated_at": at(BOOKED_AT + 600),
    },
    "booking.reminder_due": {"reminder_minutes": 1_440},
    "booking.no_show": {"no_show": True, "updated_at": at(STARTS_AT + 900)},
}


def sample(type: WebhookEventType, created_at: int = BOOKED_AT) -> WebhookEvent:
    """An invented event of a type; every text in it is plainly a sample."""
    data = msgspec.structs.replace(_BOOKING, **_CHANGES.get(type, {}))
    return WebhookEvent(type=type, created_at=at(created_at), data=data)


def samples() -> tuple[WebhookEvent, ...]:
    """One of each type that a webhook can be told of."""
    return tuple(sample(one) for one in TYPES)


@lru_cache(maxsize=1)
def known_paths() -> dict[str, PathKind]:
    """What a template may name: every path of an event, members of lists as `0`, and whether it is a text or more."""
    full = msgspec.structs.replace(
        sample("booking.rescheduled"),
        data=msgspec.structs.replace(
            sample("booking.rescheduled").data, previous_hosts=_BOOKING.hosts, resources=("Room",), team="team"
        ),
    )
    found: dict[str, PathKind] = {}
    _walk(msgspec.to_builtins(full), "", found)
    return found


def _walk(value: Any, path: str, found: dict[str, PathKind]) -> None:
    inner: list[tuple[str, Any]] = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list | tuple):
        inner = [("0", one) for one in value[:1]]
    if path:
        found[path] = "record" if isinstance(value, dict | list | tuple) else "text"
    for name, one in inner:
        _walk(one, f"{path}.{name}" if path else name, found)
