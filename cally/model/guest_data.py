"""Everything that is kept about a guest, in the form that they can take along (documented in docs/privacy.md)."""

from typing import Literal

import msgspec

FORMAT = "cally-guest-data/1"


class ConsentKept(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed to, in which wording, and when (RFC 3339)."""

    text: str
    version: str
    given_at: str


class PersonKept(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody as they named themselves, or were named."""

    name: str
    email: str
    tz: str | None = None
    language: str | None = None


class AnswerKept(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and what was answered."""

    question: str
    answer: str


class BookingKept(msgspec.Struct, frozen=True, kw_only=True):
    """A booking. Who is there `as` a companion sees what is kept of themselves, not what its guest wrote."""

    uid: str
    as_: Literal["guest", "companion"] = msgspec.field(name="as")
    status: str
    title: str
    host: str
    starts_at: str
    ends_at: str
    made_at: str
    changed_at: str
    person: PersonKept
    companions: tuple[PersonKept, ...] = ()
    answers: tuple[AnswerKept, ...] = ()
    notes: str = ""
    place: str = ""
    reason: str = ""
    no_show: bool = False
    consent: ConsentKept | None = None
    reminder_phone: str = ""


class EntryKept(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a waitlist."""

    uid: str
    state: str
    title: str
    starts_at: str
    ends_at: str
    made_at: str
    person: PersonKept
    consent: ConsentKept | None = None


class MessageKept(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to this address: which kind of news of which booking or place in a waitlist, and what became of it."""

    about: str
    kind: str
    to: str
    state: str
    made_at: str
    sent_at: str | None


class AccessKept(msgspec.Struct, frozen=True, kw_only=True):
    """What was done as a guest, when, and from which network address."""

    at: str
    what: str
    about: str
    network_address: str


class GuestData(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `address` is the one that was asked for."""

    format: str
    address: str
    made_at: str
    bookings: tuple[BookingKept, ...]
    waitlist: tuple[EntryKept, ...]
    messages: tuple[MessageKept, ...]
    log: tuple[AccessKept, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not (self.bookings or self.waitlist)
