"""Sessions: one instance of an event type with several seats, as its host knows it (rules 58, 59)."""

from typing import Literal

import msgspec

from cally.model.bookings import LIVE, Booking

Change = Literal["joined", "left", "asked", "none"]


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A guest's place in a session; `taken` counts them and whom they bring."""

    name: str
    email: str
    taken: int


class GroupSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it was when a message about it was caused: for its host's eyes (rule 59).

    `uid` and `sequence` name the one event in the host's calendar; `seats` are those of guests who are confirmed.
    """

    uid: str
    sequence: int
    capacity: int
    taken: int
    seats: tuple[Seat, ...]
    change: Change


class GroupSession(msgspec.Struct, frozen=True, kw_only=True):
    """One instance of an event type that several guests share; `sequence` rises with each change of who comes."""

    id: int
    uid: str
    host_id: int
    event_type_id: int
    starts_at: int
    ends_at: int
    sequence: int
    created_at: int


class Gathering(msgspec.Struct, frozen=True, kw_only=True):
    """A session with all bookings that were ever made for it, and how many seats its event type has."""

    session: GroupSession
    capacity: int
    bookings: tuple[Booking, ...]

    @property
    def live(self) -> tuple[Booking, ...]:
        """Those that stand, the first to come first."""
        return tuple(booking for booking in self.bookings if booking.status in LIVE)

    @property
    def taken(self) -> int:
        """How many seats are taken."""
        return sum(booking.seats_taken for booking in self.live)

    @property
    def title(self) -> str:
        """What it is called, in the words of the latest booking."""
        return self.bookings[-1].terms.title if self.bookings else ""
