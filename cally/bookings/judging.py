"""The judgement at the confirm: inside the transaction that is about to claim the time, who and what can be had."""

from collections.abc import Iterable

import msgspec

from cally import engine
from cally.bookings.claims import session
from cally.bookings.offers import Needed, Offer, Participant
from cally.bookings.planned import Kept, Planned, with_planned
from cally.bookings.questions import calendars_stale, free_time_only, question
from cally.bookings.turns import as_counted
from cally.model.options import Stay
from cally.model.rules import Claim, HoldClaim, Question, Refusal
from cally.model.teams import Decision, Resource
from cally.store import Reader, occupancy

CALENDAR_STALE = Refusal(code="busy", rule="calendar_stale")


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what a booking takes: hosts, the one who answers for it first, and one resource of each group."""

    hosts: tuple[Participant, ...]
    resources: tuple[Resource, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def first(self) -> Participant:
        """The host who answers for the booking."""
        return self.hosts[0]

    @property
    def owners(self) -> tuple[int, ...]:
        """Whose time is claimed."""
        return (*(one.host.id for one in self.hosts), *(resource.id for resource in self.resources))


async def judge(
    db: Reader,
    offer: Offer,
    starts_at: int,
    *,
    duration_minutes: int,
    now: int,
    without: frozenset[str] = frozenset(),
    for_host: bool = False,
    kept: Kept | None = None,
    taken: tuple[Planned, ...] = (),
) -> Refusal | Assigned:
    """Why this start cannot be had, or who and what is taken by it.

    Guests are judged by every rule; a host's own act (`for_host`) only by what already claims the time. Claims named
    in `without` (the guest's own hold, the booking that moves) do not stand in the way (rules 43, 50). `kept` is the
    booking whose hosts and resources are preferred where the choice is free (rule 63); `taken` counts as if it were
    booked.
    """
    ends_at = starts_at + duration_minutes * 60
    asked = await question(
        db, offer, duration_minutes=duration_minutes, now=now, window=(starts_at, ends_at), without=without
    )
    asked = with_planned(asked, offer, taken)
    judged = free_time_only(asked, starts_at, ends_at, closed=_barred(offer)) if for_host else asked
    stay = offer.event_type.options.stay if not for_host else None
    refused = engine.stay_refusal(judged, stay, starts_at) if stay else engine.refusal(judged, starts_at)
    if refused is not None:
        alone = len(offer.participants) == 1 and not for_host  # a host whose calendars are stale is closed
        return CALENDAR_STALE if alone and await calendars_stale(db, offer.participants[0].host.id, now) else refused
    takes_turns = offer.event_type.rules.assignment == "round_robin"  # also alone: what one is given counts
    if len(offer.participants) == 1 and not offer.resources and not takes_turns:
        return Assigned(hosts=offer.participants)
    if stay is not None:  # its nights are open, its hours need not be
        judged = free_time_only(asked, starts_at, ends_at)
    welcome = await _welcome(db, offer, asked, starts_at, without)
    return await _assigned(db, offer, asked, judged, starts_at, kept, welcome)


def _barred(offer: Offer) -> frozenset[str]:
    """Those of whom another one can take the turn."""
    return frozenset(one.host.slug for one in offer.participants if one.is_barred and not one.required)


async def _welcome(
    db: Reader, offer: Offer, asked: Question, starts_at: int, without: frozenset[str]
) -> list[Participant]:
    """Those of a meeting of all who do not have to be there, and can (rule 64)."""
    if asked.event_type.assignment != "collective":
        return []
    others = [one for one in offer.participants if not one.required]
    if not others:
        return []
    alone = msgspec.structs.replace(
        offer, participants=tuple(msgspec.structs.replace(one, required=True) for one in others), resources=()
    )
    minutes = asked.event_type.duration_minutes
    of_others = await question(db, alone, duration_minutes=minutes, now=asked.now, window=asked.window, without=without)
    stay = offer.event_type.options.stay
    refusals = _of_stay(of_others, stay, starts_at) if stay else engine.refusals_of_each(of_others, starts_at)
    return [one for one in others if refusals[one.host.slug] is None]


def _of_stay(asked: Question, stay: Stay, starts_at: int) -> dict[str, Refusal | None]:
    return {
        host.id: engine.stay_refusal(msgspec.structs.replace(asked, hosts=(host,)), stay, starts_at)
        for host in asked.hosts
    }


async def refusal(
    db: Reader,
    offer: Offer,
    starts_at: int,
    *,
    duration_minutes: int,
    now: int,
    without: frozenset[str] = frozenset(),
    for_host: bool = False,
) -> Refusal | None:
    """Why this start cannot be had, or None; as `judge` has it."""
    found = await judge(
        db, offer, starts_at, duration_minutes=duration_minutes, now=now, without=without, for_host=for_host
    )
    return found if isinstance(found, Refusal) else None


async def _assigned(
    db: Reader,
    offer: Offer,
    asked: Question,
    judged: Question,
    starts_at: int,
    kept: Kept | None,
    welcome: list[Participant],
) -> Refusal | Assigned:
    """One host of each circle and one resource of each group, among those who are free.

    `judged` is what decides who is free; of several, those go first who would be so by `asked`, the rules for guests.
    """
    offer = await as_counted(db, offer)
    refusals = engine.refusals_of_each(judged, starts_at)
    willing = refusals if judged is asked else engine.refusals_of_each(asked, starts_at)
    free = [one for one in offer.participants if one.host.slug in refusals and refusals[one.host.slug] is None]
    hosts = [one for one in free if one.required or asked.event_type.assignment != "round_robin"]
    decisions = []
    for group in _groups(offer, asked):
        rotating = [one for one in free if not one.required and one.group == group]
        if not rotating:  # whoever was free takes no turns any more
            return Refusal(code="closed")
        decision = _decide(rotating, judged, starts_at, kept, group, willing)
        hosts.extend(one for one in rotating if one.host.id == decision.host_id)
        decisions.append(decision)
    free_things = _free_resources(offer, judged, starts_at, refusals, await _beside(db, offer, hosts, starts_at))
    taken = _resources(free_things, kept)
    if len(taken) < len({needed.group for needed in offer.resources}):
        return Refusal(code="booked")
    return Assigned(hosts=(*hosts, *welcome), resources=taken, decisions=tuple(decisions))


def _groups(offer: Offer, asked: Question) -> list[str]:
    if asked.event_type.assignment != "round_robin":
        return []
    return list(dict.fromkeys(one.group for one in offer.participants if not one.required))


def _decide(
    rotating: list[Participant],
    asked: Question,
    starts_at: int,
    kept: Kept | None,
    group: str,
    willing: dict[str, Refusal | None],
) -> Decision:
    """Whoever has the booking already, else who has guests at this very time already, else by turn."""
    own = [one for one in rotating if kept is not None and one.host.id in kept.hosts]
    joined = [one for one in rotating if _has_session(asked, one, starts_at)]
    at_hours = [one for one in rotating if willing[one.host.slug] is None]
    found = (own or joined or at_hours or rotating)[0]
    if (own or joined) and _is_booked_then(asked, found, starts_at):
        return Decision(host_id=found.host.id, decided_by="joined", group=group)
    if own:
        return Decision(host_id=found.host.id, decided_by="kept", group=group)
    by_turn = joined or at_hours or rotating
    return engine.choose([one.share for one in by_turn if one.share is not None], group=group)


def _has_session(asked: Question, one: Participant, starts_at: int) -> bool:
    """Whether guests of a group meet this host then, or are about to: the next one joins them (rule 58)."""
    rules = next(host for host in asked.hosts if host.id == one.host.slug)
    return asked.event_type.seats > 1 and _begins([*rules.bookings, *rules.holds], starts_at)


def _is_booked_then(asked: Question, one: Participant, starts_at: int) -> bool:
    """Whether another booking of a session has taken this host's turn; a hold takes none."""
    rules = next(host for host in asked.hosts if host.id == one.host.slug)
    return _begins(rules.bookings, starts_at)


def _begins(claims: Iterable[Claim | HoldClaim], starts_at: int) -> bool:
    return any(claim.same_event_type and claim.starts_at == starts_at for claim in claims)


async def _beside(db: Reader, offer: Offer, hosts: list[Participant], starts_at: int) -> frozenset[int]:
    """What is taken with the session that these hosts have then: its next guest comes to the same room (rule 58)."""
    name = session(offer.event_type.id, starts_at, offer.event_type.rules.seats)
    if name is None or not offer.resources:
        return frozenset()
    return frozenset().union(*[await occupancy.list_beside(db, one.host.id, name) for one in hosts])


def _free_resources(
    offer: Offer, judged: Question, starts_at: int, refusals: dict[str, Refusal | None], beside: frozenset[int]
) -> list[Needed]:
    """What can be had, that of the own session first; what another host's guests share is not for these."""
    shared = {one.id for one in judged.resources if _begins([*one.bookings, *one.holds], starts_at)}
    found = [
        needed
        for needed in offer.resources
        if refusals[str(needed.resource.id)] is None
        and (needed.resource.id in beside or str(needed.resource.id) not in shared)
    ]
    return sorted(found, key=lambda needed: needed.resource.id not in beside)


def _resources(free: list[Needed], kept: Kept | None) -> tuple[Resource, ...]:
    """Of each group the one that the booking has, else the first free one: the same every time (rule 66)."""
    had = kept.resources if kept is not None else ()
    chosen: dict[str, Resource] = {}
    for needed in free:
        if needed.group not in chosen or needed.resource.id in had:
            chosen[needed.group] = needed.resource
    return tuple(chosen.values())
