"""What a host offers in a window, before it is counted out start by start: the grid, and what blocks it."""

from collections.abc import Iterable
from itertools import chain

import msgspec

from cally.engine.bounds import allowed, bounds
from cally.engine.caps import full
from cally.engine.claims import forbidden, joinable, lies_in, live_claims, sessions
from cally.engine.grid import Piece, kept, on_grid, pieces, starts, step_of
from cally.engine.intervals import intersection, merged, outside
from cally.engine.openings import Opening, host_openings
from cally.model.rules import EventTypeRules, HostRules, Interval, Question, ScheduleRules


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What hours alone say: openings, the grid laid out in them, and starts that notice and horizon close."""

    openings: list[Opening]
    laid: list[Piece]
    closed: list[Interval]


Plans = dict[ScheduleRules | tuple[Interval, ...], Plan]
"""Hours → plan: hosts of one question who keep the same hours share a plan, and with it the grid."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Starts on the grid `laid`, but for those that the plan closes or something of the host's own blocks (not merged).

    `joined` are starts of sessions that may be joined all the same.
    """

    laid: list[Piece]
    closed: list[Interval]
    blocked: list[Interval]
    joined: list[int]


def offer(question: Question, host: HostRules, window: Interval, last_day: int | None, plans: Plans) -> Offer:
    """What a host offers; `last_day` ends a horizon of open days, which is of no use to a plan that is shared."""
    rules = question.event_type
    plan = _plan(question, host, window, last_day, plans)
    if not plan.openings:
        return Offer(laid=[], closed=[], blocked=[], joined=[])
    claims = live_claims(host, question.now)
    claimed = forbidden(rules, host.busy, claims)
    laid = plan.laid if rules.grid == "opening" else pieces(rules, plan.openings, window, merged(claimed))
    over = full(rules, host, claims, window)
    seated, joined = sessions(rules, claims), []
    if seated:
        closed = merged(plan.closed + over)
        joined = [start for start in joinable(seated, claimed) if not lies_in(start, closed)]
        joined = _on_offer(rules, joined, plan.openings, window, laid)
    return Offer(laid=laid, closed=plan.closed, blocked=claimed + over, joined=joined)


def starts_of(rules: EventTypeRules, one: Offer) -> list[int]:
    """The starts on offer; sorted, unique."""
    found = starts(one.laid, merged(one.blocked + one.closed), step_of(rules))
    return sorted({*found, *one.joined}) if one.joined else found


def any_of(offers: Iterable[Offer]) -> list[Offer]:
    """The same starts by fewer offers: on one grid, what does not block everybody blocks nobody."""
    found: dict[int, Offer] = {}
    others: list[Offer] = []
    for one in offers:
        same = found.get(id(one.laid))
        if one.joined:
            others.append(one)
        elif not one.laid:
            continue
        elif same is None:
            found[id(one.laid)] = one
        elif same.blocked:
            blocked = intersection(merged(same.blocked), merged(one.blocked))
            found[id(one.laid)] = msgspec.structs.replace(one, blocked=blocked)
    return [*found.values(), *others]


def starts_of_all(rules: EventTypeRules, offers: list[Offer]) -> list[int]:
    """The starts that every offer has; sorted. None of the offers has starts to join."""
    blocked = merged(interval for one in offers for interval in chain(one.blocked, one.closed))
    step = step_of(rules)
    first, *others = {id(one.laid): one.laid for one in offers}.values()
    found = starts(first, blocked, step)
    for laid in others:
        found = kept(found, laid, step)
    return found


def _plan(question: Question, host: HostRules, window: Interval, last_day: int | None, plans: Plans) -> Plan:
    hours = host.open if host.schedule is None else host.schedule
    if hours not in plans:
        rules, within = question.event_type, (window[0], window[1] + 1)
        has_room = window[1] - window[0] >= rules.duration_minutes * 60
        openings = host_openings(host, window) if has_room else []
        plans[hours] = Plan(
            openings=openings,
            laid=pieces(rules, openings, window, []) if openings and rules.grid == "opening" else [],
            closed=outside(allowed(bounds(question, host, last_day), within), within),
        )
    return plans[hours]


def _on_offer(
    rules: EventTypeRules, joined: list[int], openings: list[Opening], window: Interval, laid: list[Piece]
) -> list[int]:
    """Those sessions that lie in an opening and, unless the grid moves with claims, on the grid."""
    duration = rules.duration_minutes * 60
    inside = [start for start in joined if window[0] <= start <= window[1] - duration]
    if rules.grid == "opening":
        return [start for start in inside if on_grid(laid, start, step_of(rules))]
    return [start for start in inside if any(o[0] <= start and start + duration <= o[1] for o in openings)]
