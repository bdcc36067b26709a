"""The judgement at the confirm: inside the transaction that is about to claim the time, who and what can be had."""

import msgspec

from cally import engine
from cally.bookings.offers import Offer, Participant
from cally.bookings.planned import Kept, Planned, with_planned
from cally.bookings.questions import calendars_stale, free_time_only, question
from cally.model.rules import Claim, HoldClaim, HostRules, Question, Refusal
from cally.model.teams import Decision, Resource
from cally.store import Reader

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
    if len(offer.participants) == 1 and await calendars_stale(db, offer.participants[0].host.id, now) and not for_host:
        return CALENDAR_STALE
    asked = await question(
        db, offer, duration_minutes=duration_minutes, now=now, window=(starts_at, ends_at), without=without
    )
    asked = with_planned(asked, offer, taken)
    if for_host:
        asked = free_time_only(asked, starts_at, ends_at)
    stay = offer.event_type.options.stay
    refused = engine.stay_refusal(asked, stay, starts_at) if stay and not for_host else engine.refusal(asked, starts_at)
    if refused is not None:
        return refused
    if len(offer.participants) == 1 and not offer.resources:
        return Assigned(hosts=offer.participants)
    found = _assigned(offer, asked, starts_at, kept)
    return msgspec.structs.replace(found, hosts=(*found.hosts, *await _welcome(db, offer, asked, starts_at, without)))


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
    refusals = engine.refusals_of_each(of_others, starts_at)
    return [one for one in others if refusals[one.host.slug] is None]


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


def _assigned(offer: Offer, asked: Question, starts_at: int, kept: Kept | None) -> Assigned:
    """One host of each circle and one resource of each group, among those who are free."""
    refusals = engine.refusals_of_each(asked, starts_at)
    free = [one for one in offer.participants if one.host.slug in refusals and refusals[one.host.slug] is None]
    hosts = [one for one in free if one.required or asked.event_type.assignment != "round_robin"]
    decisions = []
    for group in _groups(offer, asked):
        rotating = [one for one in free if not one.required and one.group == group]
        decision = _decide(rotating, asked, starts_at, kept, group)
        hosts.extend(one for one in rotating if one.host.id == decision.host_id)
        decisions.append(decision)
    return Assigned(hosts=tuple(hosts), resources=_resources(offer, refusals, kept), decisions=tuple(decisions))


def _groups(offer: Offer, asked: Question) -> list[str]:
    if asked.event_type.assignment != "round_robin":
        return []
    return list(dict.fromkeys(one.group for one in offer.participants if not one.required))


def _decide(rotating: list[Participant], asked: Question, starts_at: int, kept: Kept | None, group: str) -> Decision:
    """Whoever has the booking already, else who has guests at this very time already, else by turn."""
    own = [one for one in rotating if kept is not None and one.host.id in kept.hosts]
    if own:
        return Decision(host_id=own[0].host.id, decided_by="kept", group=group)
    joined = [one for one in rotating if _has_session(asked, one, starts_at)]
    if joined:
        return Decision(host_id=joined[0].host.id, decided_by="joined", group=group)
    return engine.choose([one.share for one in rotating if one.share is not None], group=group)


def _has_session(asked: Question, one: Participant, starts_at: int) -> bool:
    """Whether guests of a group meet this host then: the next one joins them (rule 58)."""
    if asked.event_type.seats == 1:
        return False
    rules: HostRules = next(host for host in asked.hosts if host.id == one.host.slug)
    claims: list[Claim | HoldClaim] = [*rules.bookings, *rules.holds]
    return any(claim.same_event_type and claim.starts_at == starts_at for claim in claims)


def _resources(offer: Offer, refusals: dict[str, Refusal | None], kept: Kept | None) -> tuple[Resource, ...]:
    """Of each group the one that the booking has, else the first free one: the same every time (rule 66)."""
    had = kept.resources if kept is not None else ()
    chosen: dict[str, Resource] = {}
    for needed in offer.resources:
        is_free = refusals[str(needed.resource.id)] is None
        if is_free and (needed.group not in chosen or needed.resource.id in had):
            chosen[needed.group] = needed.resource
    return tuple(chosen.values())
