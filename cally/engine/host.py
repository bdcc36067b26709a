"""One host's slots: openings, less claims, less what notice, horizon and caps forbid, on the grid."""

from cally.engine.bounds import allowed, bounds
from cally.engine.caps import full
from cally.engine.claims import Claims, forbidden, joinable, lies_in, live_claims, sessions
from cally.engine.grid import Piece, on_grid, pieces, starts
from cally.engine.intervals import merged, outside
from cally.engine.openings import Known, Opening, host_openings, zone_of
from cally.engine.zones import DAY, local_day
from cally.model.rules import EventTypeRules, HostRules, Interval, Question

LOOK_AHEAD_DAYS = 60
FURTHEST_DAYS = 3_700


def host_slots(question: Question, host: HostRules, known: Known | None = None) -> list[int]:
    """The starts in the question's window that this host can be booked at; sorted, unique."""
    last_day = last_open_day(question, host, question.window[1])
    return _slots(question, host, question.window, last_day, known)


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
        found = _slots(question, host, (at, window[1] + question.event_type.duration_minutes * 60), None, None)
        open_days.update(local_day(tz, start) for start in found if start < window[1])
        at, ahead = window[1], 2 * ahead
    reached = sorted(open_days)[: horizon.days]
    return reached[-1] if len(reached) == horizon.days else None


def claimed_starts(rules: EventTypeRules, host: HostRules, claims: Claims) -> list[Interval]:
    """The starts that busy time and claims forbid; merged."""
    return merged(forbidden(rules, host.busy, claims))


def _slots(
    question: Question, host: HostRules, window: Interval, last_day: int | None, known: Known | None
) -> list[int]:
    rules = question.event_type
    openings = host_openings(host, window, known)
    if not openings or window[1] - window[0] < rules.duration_minutes * 60:
        return []
    claims = live_claims(host, question.now)
    blocked = forbidden(rules, host.busy, claims)
    free = allowed(bounds(question, host, last_day), (window[0], window[1] + 1))
    closed = outside(free, (window[0], window[1] + 1)) + full(rules, host, claims, window)
    claimed = merged(blocked) if rules.grid == "optimised" else []
    laid = pieces(rules, openings, window, claimed)
    step = (rules.step_minutes or rules.duration_minutes) * 60
    found = starts(laid, merged(blocked + closed), step)
    seated = sessions(rules, claims)
    if seated:
        joined = [start for start in joinable(seated, blocked) if not lies_in(start, merged(closed))]
        found = sorted({*found, *_on_offer(rules, joined, openings, window, laid, step)})
    return found


def _on_offer(
    rules: EventTypeRules,
    joined: list[int],
    openings: list[Opening],
    window: Interval,
    laid: list[Piece],
    step: int,
) -> list[int]:
    """Those sessions that lie in an opening and, unless the grid moves with claims, on the grid."""
    duration = rules.duration_minutes * 60
    inside = [start for start in joined if window[0] <= start <= window[1] - duration]
    if rules.grid == "opening":
        return [start for start in inside if on_grid(laid, start, step)]
    return [start for start in inside if any(o[0] <= start and start + duration <= o[1] for o in openings)]
