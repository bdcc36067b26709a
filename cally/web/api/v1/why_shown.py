"""An explanation as programs see it: the refusal, the facts behind it, what stands in the way (M2)."""

from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally.bookings import Claimed, Explanation, Party
from cally.model.facts import DayRule, DayRuleKind
from cally.model.fields import clock_text
from cally.model.rules import Cap, Refusal, RefusalCode
from cally.web.api.instants import instant
from cally.web.api.v1.event_types import CapGiven
from cally.web.api.v1.refused import Alternative


class RefusalShown(msgspec.Struct, frozen=True, kw_only=True):
    """Why not. `host` is the slug of the host, or the id of the resource, whose refusal it is."""

    code: RefusalCode
    host: str | UnsetType = UNSET
    until: datetime | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    cap: CapGiven | UnsetType = UNSET


class ClaimShown(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the way; its names are told to the host whose time it is, and to nobody else."""

    kind: Literal["booking", "hold", "busy", "block"]
    starts_at: datetime
    ends_at: datetime
    buffer_before_minutes: int
    buffer_after_minutes: int
    expires_at: datetime | UnsetType = UNSET
    uid: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    guest: str | UnsetType = UNSET
    calendar: str | UnsetType = UNSET


class DayRuleShown(msgspec.Struct, frozen=True, kw_only=True):
    """What decides the hours of that date, which is read on the clock of `tz`."""

    kind: DayRuleKind
    on: date
    tz: str
    hours: tuple[tuple[str, str], ...]
    from_on: date | None = msgspec.field(name="from", default=None)
    to_on: date | None = msgspec.field(name="to", default=None)
    holiday: str = ""
    travel: bool = False


class CapUseShown(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the cap is taken, in bookings or minutes as it counts, from one date to the other."""

    counts: Literal["event_type", "host"]
    used: int
    from_on: date = msgspec.field(name="from")
    to_on: date = msgspec.field(name="to")


class FactsShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is behind a refusal; which of it is there depends on the code."""

    bookable_until: datetime | UnsetType = UNSET
    bookable_from: date | UnsetType = UNSET
    first_on: date | UnsetType = UNSET
    last_on: date | UnsetType = UNSET
    day: DayRuleShown | UnsetType = UNSET
    opening: tuple[datetime, datetime] | UnsetType = UNSET
    before: datetime | UnsetType = UNSET
    after: datetime | UnsetType = UNSET
    seats_taken: int | UnsetType = UNSET
    cap_use: CapUseShown | UnsetType = UNSET
    calendars_not_read: tuple[str, ...] | UnsetType = UNSET


class PartyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host (`id` is the slug) or a resource, and how it stands; who does not take part is not asked."""

    id: str
    name: str
    required: bool
    group: str
    takes_part: bool
    free: bool
    refusal: RefusalShown | None
    facts: FactsShown
    in_the_way: tuple[ClaimShown, ...]


class WhyShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a start is offered, and why or why not; `assigned` are the slugs of the hosts who would be booked."""

    offered: bool
    starts_at: datetime
    ends_at: datetime
    refusal: RefusalShown | None
    hosts: tuple[PartyShown, ...]
    resources: tuple[PartyShown, ...]
    assigned: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


def shown_explanation(told: Explanation, alternatives: tuple[int, ...]) -> WhyShown:
    """The explanation, with the nearest starts that can be had instead."""
    lasts = told.duration_minutes * 60
    return WhyShown(
        offered=told.offered,
        starts_at=instant(told.starts_at),
        ends_at=instant(told.ends_at),
        refusal=_refusal(told.refusal),
        hosts=tuple(_party(party) for party in told.parties if party.kind == "host"),
        resources=tuple(_party(party) for party in told.parties if party.kind == "resource"),
        assigned=told.assigned,
        alternatives=tuple(Alternative(starts_at=instant(at), ends_at=instant(at + lasts)) for at in alternatives),
    )


def _party(party: Party) -> PartyShown:
    return PartyShown(
        id=party.id,
        name=party.name,
        required=party.required,
        group=party.group,
        takes_part=party.takes_part,
        free=party.takes_part and party.refusal is None,
        refusal=_refusal(party.refusal),
        facts=_facts(party),
        in_the_way=tuple(_claim(claim) for claim in party.obstacles),
    )


def _refusal(refusal: Refusal | None) -> RefusalShown | None:
    if refusal is None:
        return None
    return RefusalShown(
        code=refusal.code,
        host=refusal.host or UNSET,
        until=_moment(refusal.until),
        rule=refusal.rule or UNSET,
        cap=_cap(refusal.cap) if refusal.cap is not None else UNSET,
    )


def _facts(party: Party) -> FactsShown:
    facts, use = party.facts, party.facts.cap_use
    return FactsShown(
        bookable_until=_moment(facts.bookable_until),
        bookable_from=facts.bookable_from or UNSET,
        first_on=facts.first_on or UNSET,
        last_on=facts.last_on or UNSET,
        day=_day(facts.day_rule, party.holiday) if facts.day_rule is not None else UNSET,
        opening=(instant(facts.opening[0]), instant(facts.opening[1])) if facts.opening is not None else UNSET,
        before=_moment(facts.before),
        after=_moment(facts.after),
        seats_taken=facts.seats_taken if facts.seats_taken is not None else UNSET,
        cap_use=CapUseShown(counts=use.scope, used=use.used, from_on=use.from_on, to_on=use.to_on) if use else UNSET,
        calendars_not_read=tuple(calendar.name for calendar in party.stale) or UNSET,
    )


def _day(rule: DayRule, holiday: str) -> DayRuleShown:
    return DayRuleShown(
        kind=rule.kind,
        on=rule.on,
        tz=rule.tz,
        hours=tuple((clock_text(window.from_minute), clock_text(window.to_minute)) for window in rule.hours),
        from_on=rule.first_on,
        to_on=rule.last_on,
        holiday=holiday,
        travel=rule.is_travel,
    )


def _claim(claim: Claimed) -> ClaimShown:
    return ClaimShown(
        kind=claim.kind,
        starts_at=instant(claim.starts_at),
        ends_at=instant(claim.ends_at),
        buffer_before_minutes=claim.buffer_before_minutes,
        buffer_after_minutes=claim.buffer_after_minutes,
        expires_at=_moment(claim.expires_at),
        uid=claim.uid or UNSET,
        title=claim.title or UNSET,
        guest=claim.guest or UNSET,
        calendar=claim.calendar or UNSET,
    )


def _cap(cap: Cap) -> CapGiven:
    return CapGiven(per=cap.per, bookings=cap.bookings, minutes=cap.minutes)


def _moment(at: int | None) -> datetime | UnsetType:
    return instant(at) if at is not None else UNSET
