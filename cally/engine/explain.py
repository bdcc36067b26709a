"""Why a start cannot be had: the first rule that forbids it, with its facts (M2)."""

from collections.abc import Iterable, Sequence
from itertools import chain

from cally.engine.bounds import out_of_bounds
from cally.engine.caps import cap_reached
from cally.engine.claims import Claims, forbidden, without_session
from cally.engine.grid import Piece, on_grid, pieces, step_of
from cally.engine.openings import Known, Opening, closed_by
from cally.engine.resources import groups, resource_refusal
from cally.engine.standing import (
    NEXT_OPENING_DAYS,
    Standing,
    busy_near,
    claims_near,
    openings_near,
    standing,
)
from cally.engine.team import circles
from cally.engine.zones import DAY
from cally.model.rules import Claim, EventTypeRules, HoldClaim, Interval, Question, Refusal, RefusalCode

# From what no change of plans can cure to what a cancellation would.
ORDER: tuple[RefusalCode, ...] = (
    "past",
    "too_soon",
    "too_far",
    "closed",
    "off_grid",
    "busy",
    "booked",
    "buffer",
    "held",
    "cap_reached",
    "outside_window",
)
NEXT_GRID_DAYS = 1

Ready = dict[str, Standing]
"""Host id → how that host stands to the starts that are to be judged."""


def ready(question: Question, starts: Sequence[int]) -> Ready:
    """What `why_not` has to know of every host to judge these starts; worked out once for all of them."""
    known: Known = {}
    return {host.id: standing(question, host, starts, known) for host in question.hosts}


def why_not(question: Question, start: int, ready: Ready) -> Refusal | None:
    """Why nobody can be booked at this start, or None when the assignment has enough free hosts.

    Of hosts who stand for each other, the one who came nearest to being free says why.
    """
    if start < question.now:
        return Refusal(code="past")
    if not question.hosts:
        return Refusal(code="closed")
    of_hosts = ([host_refusal(question, ready[host.id], start) for host in circle] for circle in circles(question))
    of_resources = ([resource_refusal(question, one, start) for one in group] for group in groups(question))
    for refusals in chain(of_hosts, of_resources):
        found = [refusal for refusal in refusals if refusal is not None]
        if len(found) == len(refusals):
            return max(found, key=lambda refusal: ORDER.index(refusal.code))
    end = start + question.event_type.duration_minutes * 60
    if start < question.window[0] or end > question.window[1]:
        return Refusal(code="outside_window")
    return None


def host_refusal(question: Question, standing: Standing, start: int) -> Refusal | None:
    """Why this host cannot be booked at this start; the window does not matter here."""
    rules, host = question.event_type, standing.host
    asked = (start, start + rules.duration_minutes * 60)
    outside = out_of_bounds(standing.bounds, start)
    if outside is not None:
        (code, rule), until = outside
        return Refusal(code=code, host=host.id, rule=rule, until=until)
    opening = next((o for o in openings_near(standing, asked) if o[0] <= start and o[1] >= asked[1]), None)
    if opening is None:
        return _closed(standing, asked)
    claims = claims_near(standing, asked)
    others = without_session(rules, claims, start)
    claimed = _claimed(rules, standing, asked, others)
    is_fixed = rules.grid == "optimised" and (claimed is not None or len(claims) != len(others))
    refusal = (None if is_fixed else _off_grid(rules, standing, opening, start)) or claimed
    if refusal is not None:
        return refusal
    reached = cap_reached(standing.caps, host, start)
    return Refusal(code="cap_reached", host=host.id, cap=reached[0], until=reached[1]) if reached else None


def _closed(standing: Standing, asked: Interval) -> Refusal:
    host = standing.host
    later = openings_near(standing, (asked[0], asked[1] + NEXT_OPENING_DAYS * DAY))
    until = next((opening[0] for opening in later if opening[0] > asked[0]), None)
    rule = "hours" if host.schedule is None else closed_by(host.schedule, asked[0])
    return Refusal(code="closed", host=host.id, until=until, rule=rule)


def _off_grid(rules: EventTypeRules, standing: Standing, opening: Opening, start: int) -> Refusal | None:
    """Off the grid. An optimised one starts behind each claim, so that a start which is claimed has none to be off."""
    end = start + rules.duration_minutes * 60
    laid = pieces(rules, [opening], (start, end + NEXT_GRID_DAYS * DAY), standing.claimed)
    step = step_of(rules)
    if on_grid(laid, start, step):
        return None
    return Refusal(code="off_grid", host=standing.host.id, until=_next_start(laid, step))


def _next_start(laid: Iterable[Piece], step: int) -> int | None:
    found = ((since + (anchor - since) % step, until) for since, until, anchor in laid)
    return next((at for at, until in found if at < until), None)


def _claimed(rules: EventTypeRules, standing: Standing, asked: Interval, claims: Claims) -> Refusal | None:
    """Busy, booked, in a buffer, or held."""
    start, end = asked
    host_id, busy = standing.host.id, busy_near(standing, asked)
    until = next((until for since, until in busy if since < end and until > start), None)
    if until is not None:
        return Refusal(code="busy", host=host_id, until=until)
    met = [claim for claim in claims if _meets(claim, asked)]
    booked = [claim.ends_at for claim in met if isinstance(claim, Claim)]
    if booked:
        return Refusal(code="booked", host=host_id, until=max(booked))
    apart = [claim for claim in claims if not _meets(claim, asked)]
    gaps = [to for since, to in forbidden(rules, busy, apart) if since <= start < to]
    if gaps:
        return Refusal(code="buffer", host=host_id, until=max(gaps))
    held = [claim.expires_at for claim in met if isinstance(claim, HoldClaim)]
    return Refusal(code="held", host=host_id, until=max(held)) if held else None


def _meets(claim: Claim | HoldClaim, asked: Interval) -> bool:
    return claim.starts_at < asked[1] and asked[0] < claim.ends_at and claim.starts_at < claim.ends_at
