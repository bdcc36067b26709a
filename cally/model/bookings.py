"""Bookings and holds: the agreement, its terms as they were, and what stands in the way of one."""

from typing import Literal

import msgspec

from cally.model.hosts import Place
from cally.model.rules import Refusal
from cally.model.teams import Decision

Status = Literal["pending", "confirmed", "declined", "cancelled"]
LIVE: tuple[Status, ...] = ("pending", "confirmed")


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """The outside person who books; `tz` and `locale` are how they are spoken to."""

    name: str
    email: str
    tz: str
    locale: str = "en"


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """Someone the guest brings."""

    email: str
    name: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the guest wrote to a question, with the question's words as they were (rule 56)."""

    id: str
    label: str
    value: str


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The event type as it was when it was booked: editing it later changes nothing here (rule 56).

    A stay over several days has `nights`; its `duration_minutes` are those from the check-in that was booked first.
    `resources` are the names of what is taken with it, `room` that of the one people meet in.
    """

    title: str
    description: str
    duration_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    approval: bool
    place: Place | None
    seats: int = 1
    nights: int | None = None
    resources: tuple[str, ...] = ()
    room: str = ""


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement. `uid` never changes, `sequence` rises with each change that calendars must follow (RFC 5546).

    `starts_local` is the wall time meant (ISO, no offset) in `tz`, the schedule's zone (M5). `host_id` is the host who
    answers for it; `co_hosts` take part, `resources` are taken with it; `decisions` say why they (rule 61).
    `calendar_uid` is the UID that one from elsewhere has in calendars; empty where it is made of `uid`.
    """

    id: int
    uid: str
    sequence: int
    status: Status
    host_id: int
    event_type_id: int
    starts_at: int
    ends_at: int
    starts_local: str
    tz: str
    tzdata_version: str
    guest: Guest
    companions: tuple[Companion, ...]
    answers: tuple[Answer, ...]
    notes: str
    terms: Terms
    reason: str
    no_show: bool
    created_at: int
    updated_at: int
    co_hosts: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    decisions: tuple[Decision, ...] = ()
    series_id: int | None = None
    calendar_uid: str = ""

    @property
    def hosts(self) -> tuple[int, ...]:
        """All who take part, the one who answers for it first."""
        return (self.host_id, *self.co_hosts)

    @property
    def is_seat(self) -> bool:
        """Whether it is one guest's seat in a session that others may share."""
        return self.terms.seats > 1

    @property
    def seats_taken(self) -> int:
        """How many seats it takes: in a session the guest's own and one for each companion."""
        return 1 + len(self.companions) if self.is_seat else 1


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A slot kept for minutes while a guest types."""

    uid: str
    host_id: int
    event_type_id: int
    starts_at: int
    ends_at: int
    expires_at: int


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that a guest may pick."""

    starts_at: int
    ends_at: int
    seats_left: int


class BookingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a guest asks for. `answers` maps question ids to what was written; a stay has `nights`, not minutes.

    `consent` is `yes`, or the version of the text that the guest was shown and agreed to; empty without. `reminder` is
    the number of a channel for guests, on which they want to be reminded at `reminder_phone`; empty for by mail.
    """

    host: str
    event_type: str
    starts_at: int
    guest: Guest
    duration_minutes: int | None = None
    nights: int | None = None
    companions: tuple[Companion, ...] = ()
    answers: dict[str, str] = {}
    notes: str = ""
    place: int = 0
    guest_phone: str = ""
    hold: str | None = None
    consent: str = ""
    reminder: str = ""
    reminder_phone: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The expected "no": why the time cannot be had, and the nearest that can (starts, epoch seconds)."""

    refusal: Refusal
    alternatives: tuple[int, ...]


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """The expected "yes"; `created` is False when an idempotency key was answered with its earlier booking."""

    booking: Booking
    created: bool
