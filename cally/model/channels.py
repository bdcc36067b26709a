"""Channels: where hosts and teams are told of bookings beside mail, what they are told there, and once a day."""

import msgspec

from cally.model.messages import MessageState

HOST_EVENTS = (
    "requested",
    "confirmed",
    "rescheduled",
    "cancelled",
    "declined",
    "reassigned",
    "clock_changed",
    "reminder",
    "bounced",
)


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """Once a day at `at_local` (`08:00`) on the clocks of `tz`, instead of each at once; chosen at `set_at`."""

    at_local: str
    tz: str
    set_at: int = 0


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where a host or a team is reached: any Apprise address, kept sealed; `shown_address` has its secrets masked.

    It is the team's if `team_id` says so. `events` are the kinds of messages it is told of, None for all that hosts
    are told; `event_types` narrow it down to those, none for all. One that is `for_guests` hears nothing of that:
    guests may choose to be reminded there, and its address has a place for their number.
    """

    id: int
    host_id: int | None
    name: str
    service: str
    shown_address: str
    address_sealed: bytes
    created_at: int
    team_id: int | None = None
    events: tuple[str, ...] | None = None
    event_types: tuple[int, ...] = ()
    for_guests: bool = False
    digest: Digest | None = None

    @property
    def owner_id(self) -> int:
        """The row of the host or team whose it is."""
        return self.team_id if self.team_id is not None else self.host_id or 0

    def hears(self, kind: str, event_type_id: int) -> bool:
        """Whether it is told of such a message about that event type."""
        wanted = HOST_EVENTS if self.events is None else self.events
        return not self.for_guests and kind in wanted and self.serves(event_type_id)

    def serves(self, event_type_id: int) -> bool:
        """Whether it is for that event type at all."""
        return not self.event_types or event_type_id in self.event_types


class DigestRun(msgspec.Struct, frozen=True, kw_only=True):
    """One day's digest on its way: `way_id` is the channel, or the host whose mail it is; `told_on` the local day."""

    id: int
    way_id: int
    told_on: str
    state: MessageState
    attempts: int
    answer: str
    created_at: int


class GuestReminder(msgspec.Struct, frozen=True, kw_only=True):
    """How a guest wants to be reminded: on which channel for guests, at which number (E.164)."""

    channel_id: int
    phone: str
