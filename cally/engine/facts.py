"""The facts behind a refusal: which hours, which claim, which grid, how full the cap, until when (M2)."""

from cally.engine.caps import cap_use
from cally.engine.claims import Claims, forbidden, live_claims, without_session
from cally.engine.grid import Piece, pieces, step_of
from cally.engine.host import claimed_starts, last_open_day
from cally.engine.intervals import merged
from cally.engine.openings import host_openings, zone_of
from cally.engine.recurrence import pattern_days
from cally.engine.zones import DAY, day_date, day_number, day_start, local_day
from cally.model.facts import DayRule, DayRuleKind, Facts, Obstacle
from cally.model.rules import (
    DAYS,
    Claim,
    EventTypeRules,
    HoldClaim,
    HostRules,
    Interval,
    Question,
    Refusal,
    ResourceRules,
    ScheduleRules,
)

CLAIMED = frozenset({"busy", "booked", "buffer", "held"})


def host_facts(question: Question, host: HostRules, start: int, refusal: Refusal) -> Facts:
    """What is behind a host's own refusal of a start."""
    rules = question.event_type
    if refusal.code == "too_soon":
        return _too_soon(question, host, start)
    if refusal.code == "too_far":
        return _too_far(question, host, start)
    if refusal.code == "closed":
        return Facts(day_rule=_host_day_rule(host, start), opening=_opening_at(host, start))
    if refusal.code == "off_grid":
        return _off_grid(question, host, start)
    if refusal.code == "cap_reached":
        return Facts(cap_use=cap_use(rules, host, live_claims(host, question.now), start))
    return _claimed(question, host, start) if refusal.code in CLAIMED else Facts()


def resource_facts(question: Question, resource: ResourceRules, start: int, refusal: Refusal) -> Facts:
    """What is behind a resource's refusal of a start."""
    if refusal.code == "closed" and resource.schedule is not None:
        return Facts(day_rule=day_rule(resource.schedule, start))
    return _claimed(question, resource, start)


def day_rule(rules: ScheduleRules, at: int) -> DayRule:
    """What decides the hours of the date that an instant lies on: time off, override, holiday, or the week."""
    tz, day = _date_of(rules, at)
    on, is_travel = day_date(day), tz != rules.tz
    away = next((days for days in rules.time_off if days[0] <= on <= days[1]), None)
    if away is not None:
        return DayRule(kind="time_off", on=on, tz=tz, first_on=away[0], last_on=away[1], is_travel=is_travel)
    instead = [override for override in rules.overrides if override.on == on]
    if instead:
        hours = tuple(window for override in instead for window in override.hours)
        return DayRule(kind="override", on=on, tz=tz, hours=hours, is_travel=is_travel)
    if on in rules.holidays:
        return DayRule(kind="holiday", on=on, tz=tz, is_travel=is_travel)
    extra = [pattern.hours for pattern in rules.patterns if day in pattern_days(pattern, rules.tz, day, day)]
    weekly = [entry.hours for entry in rules.weekly if DAYS[on.weekday()] in entry.days]
    kind: DayRuleKind = "pattern" if extra else "weekly" if weekly else "none"
    return DayRule(kind=kind, on=on, tz=tz, hours=(*weekly, *extra), is_travel=is_travel)


def _date_of(rules: ScheduleRules, at: int) -> tuple[str, int]:
    """The zone and the day of an instant: a date that is spent away is read on the clock there (rule 14)."""
    for journey in rules.travel:
        day = local_day(journey.tz, at)
        if day_number(journey.from_on) <= day <= day_number(journey.to_on):
            return journey.tz, day
    return rules.tz, local_day(rules.tz, at)


def _host_day_rule(host: HostRules, start: int) -> DayRule:
    if host.schedule is not None:
        return day_rule(host.schedule, start)
    return DayRule(kind="open", on=day_date(local_day(zone_of(host), start)), tz=zone_of(host))


def _opening_at(host: HostRules, start: int) -> Interval | None:
    """The opening in which a start lies, when the meeting would last longer than it."""
    return next((o[:2] for o in host_openings(host, (start, start + 1)) if o[0] <= start < o[1]), None)


def _too_soon(question: Question, host: HostRules, start: int) -> Facts:
    """The last moment at which this start could be had; before the horizon's first date there is none."""
    rules, tz = question.event_type, zone_of(host)
    if start < question.now + rules.notice_minutes * 60:
        return Facts(bookable_until=start - rules.notice_minutes * 60)
    day = local_day(tz, start)
    if rules.notice_days and day < local_day(tz, question.now) + rules.notice_days:
        first_too_late = day - rules.notice_days + 1
        return Facts(bookable_until=day_start(tz, first_too_late, start - (rules.notice_days + 3) * DAY))
    return Facts(first_on=rules.horizon.from_on if rules.horizon else None)


def _too_far(question: Question, host: HostRules, start: int) -> Facts:
    horizon, tz = question.event_type.horizon, zone_of(host)
    if horizon is None or horizon.kind == "range":
        return Facts(last_on=horizon.to_on if horizon else None)
    days = horizon.days or 0
    if horizon.kind == "rolling":
        last = local_day(tz, question.now) + days
        return Facts(last_on=day_date(last), bookable_from=day_date(local_day(tz, start) - days))
    reached = last_open_day(question, host, start + question.event_type.duration_minutes * 60 + DAY)
    return Facts(last_on=day_date(reached) if reached is not None else None)


def _off_grid(question: Question, host: HostRules, start: int) -> Facts:
    """The grid's nearest starts on either side, in the opening that the start lies in."""
    rules = question.event_type
    end = start + rules.duration_minutes * 60
    opening = next((o for o in host_openings(host, (start, end)) if o[0] <= start and o[1] >= end), None)
    if opening is None:
        return Facts()
    claims = live_claims(host, question.now)
    claimed = claimed_starts(rules, host, claims) if rules.grid == "optimised" else []
    laid = pieces(rules, [opening], (start - DAY, end + DAY), claimed)
    step = step_of(rules)
    return Facts(opening=opening[:2], before=_before(laid, start, step), after=_after(laid, start, step))


def _before(laid: list[Piece], start: int, step: int) -> int | None:
    lasts = ((since, min(until, start) - 1, anchor) for since, until, anchor in laid)
    return max((at for since, last, anchor in lasts if (at := last - (last - anchor) % step) >= since), default=None)


def _after(laid: list[Piece], start: int, step: int) -> int | None:
    firsts = ((max(since, start + 1), until, anchor) for since, until, anchor in laid)
    return min((at for since, until, anchor in firsts if (at := since + (anchor - since) % step) < until), default=None)


def _claimed(question: Question, owner: HostRules | ResourceRules, start: int) -> Facts:
    """All that a start meets; where it meets nothing, all that it comes too close to."""
    rules = question.event_type
    asked = (start, start + rules.duration_minutes * 60)
    claims = live_claims(owner, question.now)
    others = without_session(rules, claims, start)
    busy = merged(interval for interval in owner.busy if interval[0] < interval[1])
    found = [
        *[
            Obstacle(kind="busy", starts_at=since, ends_at=until)
            for since, until in busy
            if _meet((since, until), asked)
        ],
        *[_obstacle(claim) for claim in others if _meet((claim.starts_at, claim.ends_at), asked)],
    ]
    near = found or list(_too_close(rules, busy, others, start))
    return Facts(obstacles=tuple(near), seats_taken=_seats_taken(rules, claims, asked))


def _too_close(rules: EventTypeRules, busy: list[Interval], claims: Claims, start: int) -> list[Obstacle]:
    found = []
    for interval in busy:
        if _is_forbidden(forbidden(rules, [interval], []), start):
            is_before = interval[1] <= start
            gap = rules.buffer_before_minutes if is_before else rules.buffer_after_minutes
            found.append(Obstacle(kind="busy", starts_at=interval[0], ends_at=interval[1], gap_minutes=gap))
    for claim in claims:
        if _is_forbidden(forbidden(rules, [], [claim]), start):
            is_before = claim.ends_at <= start
            own = rules.buffer_before_minutes if is_before else rules.buffer_after_minutes
            theirs = claim.buffer_after_minutes if is_before else claim.buffer_before_minutes
            found.append(_obstacle(claim, max(own, theirs)))
    return found


def _is_forbidden(starts: list[Interval], start: int) -> bool:
    return any(since <= start < until for since, until in starts)


def _obstacle(claim: Claim | HoldClaim, gap_minutes: int = 0) -> Obstacle:
    is_hold = isinstance(claim, HoldClaim)
    return Obstacle(
        kind="hold" if is_hold else "booking",
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        gap_minutes=gap_minutes,
        expires_at=claim.expires_at if isinstance(claim, HoldClaim) else None,
    )


def _seats_taken(rules: EventTypeRules, claims: Claims, asked: Interval) -> int | None:
    """How many seats of the session at this very time are taken; None where there is no session."""
    own = [claim.seats_taken for claim in claims if claim.same_event_type and (claim.starts_at, claim.ends_at) == asked]
    return sum(own) if rules.seats > 1 and own else None


def _meet(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]
