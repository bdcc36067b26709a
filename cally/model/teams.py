"""Hosts together: teams, who of them can be assigned, how one was chosen, and the resources they share."""

from typing import Literal

import msgspec

from cally.model.rules import ScheduleRules

CREDIT_UNIT = 1_000


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """Hosts who share event types at `/team/{slug}`."""

    id: int
    slug: str
    name: str
    about: str = ""


class TeamMember(msgspec.Struct, frozen=True, kw_only=True):
    """A host's place in a team; who `manages` may change it."""

    team_id: int
    host_id: int
    manages: bool


class TeamInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """A host who is asked to join a team and has not answered; until then they take no part in it.

    `by_id` is the account that asked, None when it is gone.
    """

    team_id: int
    host_id: int
    manages: bool
    by_id: int | None
    created_at: int


class Assignable(msgspec.Struct, frozen=True, kw_only=True):
    """A host who can be assigned to an event type of a team, by the schedule they named for it (rules 61, 64, 65).

    `weight` is their share against the others', `assigned` how many bookings they were given and still have, `credit`
    what they are treated as having had besides, in thousandths of a booking.
    """

    host_id: int
    schedule_id: int
    required: bool = False
    group: str = ""
    weight: int = 100
    assigned: int = 0
    credit: int = 0
    last_assigned_at: int | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A free host as the choice saw them."""

    host_id: int
    weight: int
    assigned: int
    credit: int
    last_assigned_at: int | None


DecidedBy = Literal["only_one_free", "least_booked", "longest_since", "first_in_order", "joined", "kept", "by_hand"]


UNCOUNTED: frozenset[DecidedBy] = frozenset({"joined"})  # the session's turn was taken by its first guest


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Who was chosen of a group, what decided, and who else was free (rule 61)."""

    host_id: int
    decided_by: DecidedBy
    group: str = ""
    candidates: tuple[Candidate, ...] = ()


ResourceKind = Literal["room", "thing"]


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A room or a thing that is booked along with a host; `hours` None means it can always be had (X25).

    `host_id` is its keeper, who made it; `shared` lets every host use it. People meet in a room.
    """

    id: int
    host_id: int
    name: str
    note: str = ""
    hours: ScheduleRules | None = None
    shared: bool = True
    kind: ResourceKind = "room"


class ResourceBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which nobody can have a resource, and why; its time is a claim of the same uid."""

    uid: str
    resource_id: int
    note: str
    starts_at: int
    ends_at: int


class NeededResource(msgspec.Struct, frozen=True, kw_only=True):
    """One resource that will do for a `group`; of each group an event type needs the first free one (rule 66)."""

    resource_id: int
    group: str
    position: int
