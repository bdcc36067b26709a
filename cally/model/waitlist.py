"""The waitlist: who waits for a time that is taken, who was offered it, until when (rule 60)."""

from typing import Literal

import msgspec

from cally.model.bookings import Guest

WaitState = Literal["waiting", "offered", "accepted", "missed", "left", "over"]
ACTIVE: tuple[WaitState, ...] = ("waiting", "offered")


class WaitlistEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A guest who waits for one slot. Ids are in the order of coming, which is the order of offers.

    `invited`: the host offered the time unasked. `hold_uid` and `expires_at` are of the offer, `booking_id` of what
    came of it.
    """

    id: int
    uid: str
    host_id: int
    event_type_id: int
    starts_at: int
    ends_at: int
    guest: Guest
    state: WaitState
    invited: bool
    hold_uid: str | None
    expires_at: int | None
    booking_id: int | None
    created_at: int
    updated_at: int

    @property
    def duration_minutes(self) -> int:
        """The length of the slot."""
        return (self.ends_at - self.starts_at) // 60


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What a message about an entry says: the place in the line, or until when the offer stands (epoch seconds)."""

    uid: str
    position: int = 0
    expires_at: int | None = None
    invited: bool = False


class FullSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A slot that is taken by bookings of its own event type alone: whoever wants it may wait."""

    starts_at: int
    ends_at: int
