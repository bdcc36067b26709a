"""Why a time is offered or not: each host's own refusal with the facts behind it, told to one of the hosts (M2)."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from cally import engine
from cally.bookings.judging import CALENDAR_STALE, Assigned, judge
from cally.bookings.named import Claimed, claimed, standing_in_the_way
from cally.bookings.offers import Needed, Offer, Participant, offer_by_id
from cally.bookings.questions import STALE_AFTER_SECONDS, calendars_stale, question
from cally.errors import not_found
from cally.model.calendars import Calendar
from cally.model.facts import Facts
from cally.model.hosts import EventType
from cally.model.options import Stay
from cally.model.rules import DAY_MINUTES, HostRules, Interval, Question, Refusal
from cally.model.teams import Decision
from cally.store import Reader, calendars, event_types, teams

DAY_SECONDS = 86_400
NIGHT = "night"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A host or resource in an explanation: why not them, what is behind it, and what their day holds.

    `id` is a host's slug or a resource's number. `takes_part` is False for a host who is not asked, because a meeting
    of all can do without them. `obstacles` are those of the `claims` that stand in the way. Of hosts other than the
    one who is told, claims are known by their times alone. `stale` are the calendars that could not be read.
    """

    kind: Literal["host", "resource"]
    id: str
    name: str
    required: bool = True
    group: str = ""
    takes_part: bool = True
    is_barred: bool = False
    refusal: Refusal | None = None
    facts: Facts = Facts()
    holiday: str = ""
    openings: tuple[Interval, ...] = ()
    claims: tuple[Claimed, ...] = ()
    obstacles: tuple[Claimed, ...] = ()
    stale: tuple[Calendar, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a start is offered, and why or why not.

    `assigned` are the hosts who would be booked, the one who answers for it first, `decisions` say why they.
    `openings`, `claims` and `slots` are those of the `shown` stretch around it.
    """

    offer: Offer
    starts_at: int
    duration_minutes: int
    now: int
    shown: Interval
    refusal: Refusal | None
    parties: tuple[Party, ...]
    slots: tuple[int, ...]
    assigned: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def offered(self) -> bool:
        """Whether it can be booked."""
        return self.refusal is None

    @property
    def ends_at(self) -> int:
        """When the meeting would be over."""
        return self.starts_at + self.duration_minutes * 60

    @property
    def decisive(self) -> Party | None:
        """The host or resource whose refusal is the answer; None when it is offered, or refused to all alike."""
        named = self.refusal.host if self.refusal is not None else None
        return next((party for party in self.parties if party.id == named), None)


async def explained_to(db: Reader, event_type_id: int, host_id: int) -> Offer:
    """An event type that a host may be told about; raises `not_found`.

    It is their own, or a team's that they manage or take part in.
    """
    found = await offer_by_id(db, event_type_id)
    if await event_types.archived_at(db, event_type_id) is not None or not await _may_know(
        db, found.event_type, host_id
    ):
        raise not_found("event type")
    return found


async def list_explained(db: Reader, host_id: int) -> list[EventType]:
    """The event types that a host may be told about: their own, then those of their teams."""
    found = await event_types.list_of(db, host_id)
    for team in await teams.list_of_host(db, host_id):
        offered = await event_types.list_of(db, team.id)
        found.extend([one for one in offered if await _may_know(db, one, host_id)])
    return found


async def _may_know(db: Reader, event_type: EventType, host_id: int) -> bool:
    if event_type.host_id == host_id:
        return True
    if event_type.team_id is None:
        return False
    members = await teams.members(db, event_type.team_id)
    if any(one.host_id == host_id and one.manages for one in members):
        return True
    return any(share.host_id == host_id for share in await teams.assignable(db, event_type.id))


async def explain(
    db: Reader,
    offer: Offer,
    starts_at: int,
    *,
    duration_minutes: int,
    now: int,
    told: int,
    shown: Interval | None = None,
) -> Explanation:
    """Why a start is offered or not, judged as the confirm would judge it.

    `told` is the host who is told: of their own time they learn all, of their colleagues' only when and what kind.
    `shown` is the stretch whose openings, claims and slots are wanted; a day on either side when left out.
    """
    ends_at = starts_at + duration_minutes * 60
    shown = shown or (starts_at - DAY_SECONDS, ends_at + DAY_SECONDS)
    window = (min(shown[0], starts_at), max(shown[1], ends_at))
    verdict = await judge(db, offer, starts_at, duration_minutes=duration_minutes, now=now)
    asked = await question(db, offer, duration_minutes=duration_minutes, now=now, window=window)
    reading = _Reading(
        db=db, asked=asked, stay=offer.event_type.options.stay, starts_at=starts_at, shown=shown, told=told
    )
    parties = (
        *[await reading.host(one) for one in offer.participants],
        *[await reading.resource(one) for one in offer.resources],
    )
    assigned = verdict if isinstance(verdict, Assigned) else None
    return Explanation(
        offer=offer,
        starts_at=starts_at,
        duration_minutes=duration_minutes,
        now=now,
        shown=shown,
        refusal=_truest(verdict, parties) if isinstance(verdict, Refusal) else None,
        parties=parties,
        slots=tuple(start for start in _starts(offer, asked) if shown[0] <= start < shown[1]),
        assigned=tuple(one.host.slug for one in assigned.hosts) if assigned else (),
        decisions=assigned.decisions if assigned else (),
    )


def _truest(verdict: Refusal, parties: tuple[Party, ...]) -> Refusal:
    """The verdict; one that names a host, as that host's own refusal says it (a stale calendar looks closed)."""
    if len(parties) == 1 and verdict.code != "past":
        return parties[0].refusal or verdict
    named = next((party for party in parties if party.id == verdict.host), None)
    return named.refusal if named is not None and named.refusal is not None else verdict


def _starts(offer: Offer, asked: Question) -> Iterable[int]:
    stay = offer.event_type.options.stay
    return engine.slots(asked) if stay is None else engine.stays(asked, stay)


class _Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One question, and whom its answer is told."""

    db: Reader
    asked: Question
    stay: Stay | None
    starts_at: int
    shown: Interval
    told: int

    async def host(self, one: Participant) -> Party:
        """How a host stands."""
        rules = next((host for host in self.asked.hosts if host.id == one.host.slug), None)
        party = Party(
            kind="host",
            id=one.host.slug,
            name=one.host.name,
            required=one.required,
            group=one.group,
            takes_part=rules is not None,
            is_barred=one.is_barred,
        )
        if rules is None:
            return party
        refusal, facts = self._refusal(rules), Facts()
        stale: tuple[Calendar, ...] = ()
        if self.starts_at < self.asked.now:
            refusal = Refusal(code="past")
        elif await calendars_stale(self.db, one.host.id, self.asked.now):
            refusal = msgspec.structs.replace(CALENDAR_STALE, host=rules.id)
            stale = await self._stale(one.host.id)
        elif refusal is not None:
            facts = self._facts(rules, refusal)
        claims = await claimed(self.db, one.host.id, self._reach(facts), told=self.told)
        return msgspec.structs.replace(
            party,
            refusal=refusal,
            facts=facts,
            holiday=_holiday(one, facts),
            openings=engine.openings(msgspec.structs.replace(self.asked, window=self.shown, hosts=(rules,)))[rules.id],
            claims=tuple(claim for claim in claims if claim.meets(self.shown)),
            obstacles=standing_in_the_way(claims, facts.obstacles),
            stale=stale,
        )

    async def resource(self, needed: Needed) -> Party:
        """How a resource stands; its bookings are told by their times alone."""
        found = needed.resource
        rules = next(one for one in self.asked.resources if one.id == str(found.id))
        # a stay takes a resource at all hours
        rules = rules if self.stay is None else msgspec.structs.replace(rules, schedule=None)
        alone = msgspec.structs.replace(self.asked, hosts=(), resources=(rules,))
        refusal = engine.refusals_of_each(alone, self.starts_at)[rules.id]
        facts = Facts()
        if refusal is not None:
            facts = engine.resource_facts(self.asked, rules, self.starts_at, refusal)
        claims = await claimed(self.db, found.id, self._reach(facts), told=self.told)
        return Party(
            kind="resource",
            id=rules.id,
            name=found.name,
            group=needed.group,
            refusal=refusal,
            facts=facts,
            claims=tuple(claim for claim in claims if claim.meets(self.shown)),
            obstacles=standing_in_the_way(claims, facts.obstacles),
        )

    def _refusal(self, rules: HostRules) -> Refusal | None:
        alone = msgspec.structs.replace(self.asked, hosts=(rules,), resources=())
        if self.stay is not None:
            return engine.stay_refusal(alone, self.stay, self.starts_at)
        return engine.refusals_of_each(alone, self.starts_at)[rules.id]

    def _facts(self, rules: HostRules, refusal: Refusal) -> Facts:
        """What is behind a host's refusal; a stay has no grid, and of its nights the first closed one tells."""
        if self.stay is not None and refusal.code == "off_grid":
            return Facts()
        if refusal.rule != NIGHT or rules.schedule is None:
            return engine.host_facts(self.asked, rules, self.starts_at, refusal)
        nights = self.asked.event_type.duration_minutes // DAY_MINUTES + 1
        days = (engine.day_rule(rules.schedule, self.starts_at + night * DAY_SECONDS) for night in range(nights))
        return Facts(day_rule=next((day for day in days if not day.hours), None))

    def _reach(self, facts: Facts) -> Interval:
        """The stretch in which claims are looked up: what is shown, and whatever stands in the way."""
        return (
            min([self.shown[0], *(one.starts_at for one in facts.obstacles)]),
            max([self.shown[1], *(one.ends_at for one in facts.obstacles)]),
        )

    async def _stale(self, host_id: int) -> tuple[Calendar, ...]:
        if host_id != self.told:
            return ()
        oldest = self.asked.now - STALE_AFTER_SECONDS
        known = await calendars.list_of(self.db, host_id)
        return tuple(one for one in known if (one.last_read_at or one.created_at) < oldest)


def _holiday(one: Participant, facts: Facts) -> str:
    """The name of the public holiday that closes the day, as the host reads it."""
    rule, kept = facts.day_rule, one.schedule.public_holidays
    if rule is None or rule.kind != "holiday" or kept is None:
        return ""
    return next((day.label for day in kept.days if day.on == rule.on and not day.worked), "")
