"""The shapes of resources: what programs send and are shown."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally.web.api.instants import Instant
from cally.web.api.v1.pages import Page
from cally.web.api.v1.public import HostShown
from cally.web.api.v1.schedule_shapes import Dates, OverrideGiven, PatternGiven, TravelGiven, WeeklyGiven


class ResourceHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a resource can be had, in the words of a schedule."""

    tz: str
    weekly: tuple[WeeklyGiven, ...] = ()
    patterns: tuple[PatternGiven, ...] = ()
    overrides: tuple[OverrideGiven, ...] = ()
    holidays: tuple[date, ...] = ()
    time_off: tuple[Dates, ...] = ()
    travel: tuple[TravelGiven, ...] = ()


class ResourceChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change. `hours` take the place of those there were; `null` means it can always be had."""

    name: str | UnsetType = UNSET
    kind: Literal["room", "thing"] | UnsetType = UNSET
    note: str | UnsetType = UNSET
    hours: ResourceHours | UnsetType | None = UNSET
    shared: bool | UnsetType = UNSET


class ResourceWanted(ResourceChanges, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new resource in the caller's keeping: a room that every host may use, unless it says otherwise."""

    name: str


class ResourceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A room or a thing. Its keeper and admins may change it; `shared` lets every host use it."""

    id: str
    name: str
    kind: Literal["room", "thing"]
    note: str
    hours: ResourceHours | None
    shared: bool
    keeper: HostShown


class ResourcesShown(Page, frozen=True, kw_only=True):
    """The resources that a host may use, by name."""

    resources: tuple[ResourceShown, ...]


class UsesAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dates to look at, in the host's zone; both are included, at most 100 of them."""

    from_on: Annotated[date, msgspec.Meta(description="First date.")] = msgspec.field(name="from")
    to_on: Annotated[date, msgspec.Meta(description="Last date, included.")] = msgspec.field(name="to")


class UseShown(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which a resource cannot be had: by a booking, a hold, or a block (its `note` says why).

    `booking` is the uid of one in which the caller takes part; of others `by` alone, the host's name, is told.
    """

    kind: Literal["booking", "hold", "block"]
    starts_at: datetime
    ends_at: datetime
    by: str
    booking: str | None
    block: str | None
    note: str


class UsesShown(msgspec.Struct, frozen=True, kw_only=True):
    """What takes a resource, by start."""

    uses: tuple[UseShown, ...]


class BlockWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch in which nobody is to have it; `note` says why."""

    starts_at: Instant
    ends_at: Instant
    note: str = ""


class BlockShown(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which nobody can have it."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    note: str
