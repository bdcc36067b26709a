"""One host's slots: openings, less claims, less what notice, horizon and caps forbid, on the grid."""

from cally.engine.claims import Claims, forbidden
from cally.engine.intervals import merged
from cally.engine.offers import Offer, Plans, offer, starts_of
from cally.engine.openings import zone_of
from cally.engine.zones import DAY, local_day
from cally.model.rules import EventTypeRules, HostRules, Interval, Question

LOOK_AHEAD_DAYS = 60
FURTHEST_DAYS = 3_700


def host_slots(question: Question, host: HostRules) -> list[int]:
    """The starts in the question's window that this host can be booked at; sorted, unique."""
    return starts_of(question.event_type, host_offer(question, host, {}))


def host_offer(question: Question, host: HostRules, plans: Plans) -> Offer:
    """What this host offers in the question's window; `plans` are kept from one host of the question to the next."""
    last_day = last_open_day(question, host, question.window[1])
    return offer(question, host, question.window, last_day, plans if last_day is None else {})


def last_open_day(question: Question, host: HostRules, until: int) -> int | None:
    """The local day with which a horizon of open days ends: the n-th day from now on that has slots (rule 42).

    None when the horizon is another one, or is not reached before `until`.
    """
    horizon = question.event_type.horizon
    if horizon is None or horizon.kind != "open_days":
        return None
    tz = zone_of(host)
    if not horizon.days:
        return local_day(tz, question.now) - 1
    until = min(until, question.now + FURTHEST_DAYS * DAY)
    at, ahead, open_days = question.now, LOOK_AHEAD_DAYS, set[int]()
    while at < until and len(open_days) < horizon.days:
        window = (at, at + ahead * DAY)
        found = _slots(question, host, (at, window[1] + question.event_type.duration_minutes * 60))
        open_days.update(local_day(tz, start) for start in found if start < window[1])
        at, ahead = window[1], 2 * ahead
    reached = sorted(open_days)[: horizon.days]
    return reached[-1] if len(reached) == horizon.days else None


def claimed_starts(rules: EventTypeRules, host: HostRules, claims: Claims) -> list[Interval]:
    """The starts that busy time and claims forbid; merged."""
    return merged(forbidden(rules, host.busy, claims))


def _slots(question: Question, host: HostRules, window: Interval) -> list[int]:
    return starts_of(question.event_type, offer(question, host, window, None, {}))
