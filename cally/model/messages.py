"""Messages: one notification to one recipient, its way and its answer; channels a host is reached on; jobs."""

from typing import Literal

import msgspec

from cally.model.bookings import Booking

Kind = Literal["requested", "confirmed", "declined", "rescheduled", "cancelled"]
Recipient = Literal["guest", "companion", "host"]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a message speaks of, as it was when it was caused: later changes do not rewrite it."""

    booking: Booking
    host_name: str
    host_email: str
    host_tz: str
    host_locale: str
    host_slug: str
    event_type_slug: str
    previous_starts_at: int | None = None
    by: Literal["guest", "host"] = "guest"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox. `answer` is what the SMTP server or the channel said last.

    `address` is the mail address, or the channel's name; `message_id` is the RFC 5322 Message-ID, stable over retries.
    """

    id: int
    booking_id: int
    kind: Kind
    sequence: int
    recipient: Recipient
    medium: Literal["mail", "channel"]
    address: str
    channel_id: int | None
    message_id: str
    snapshot: Snapshot
    state: Literal["waiting", "sent", "failed", "obsolete"]
    attempts: int
    answer: str
    created_at: int
    sent_at: int | None


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where a host is reached beside mail: any Apprise address, kept sealed."""

    id: int
    host_id: int
    name: str
    address_sealed: bytes
    created_at: int


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work due at an instant; `subject` is the row it is about."""

    id: int
    kind: str
    subject: int
    due_at: int
    attempts: int


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when, from where. `tag` is `subject:object:action`."""

    id: int
    at: int
    actor: str
    account_id: int | None
    address: str
    tag: str
    subject: str
    facts: dict[str, str | int | None]
