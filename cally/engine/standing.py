"""What stands for and against a host, put in order once so that many starts can be judged."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec

from cally.engine.bounds import Bounds, bounds
from cally.engine.caps import FullCap, full_caps
from cally.engine.claims import Claims, live_claims
from cally.engine.host import claimed_starts, last_open_day
from cally.engine.intervals import merged
from cally.engine.openings import Known, Opening, host_openings
from cally.engine.zones import DAY
from cally.model.rules import HostRules, Interval, Question

NEXT_OPENING_DAYS = 14
# Openings are laid out at once for all starts when those lie in so many days, else for each start alone.
MOST_DAYS_AT_ONCE = 400


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One host, ready to be asked about starts: `busy` and `claimed` are merged, `claims` sorted by start.

    `claimed` are the starts that claims forbid, wanted for an optimised grid only; `reach` is the widest gap that any
    claim asks for, `longest` the longest claim.
    """

    host: HostRules
    bounds: Bounds
    busy: list[Interval]
    claims: Claims
    begins: list[int]
    longest: int
    reach: int
    claimed: list[Interval]
    caps: list[FullCap]
    openings: list[Opening] | None


def standing(question: Question, host: HostRules, starts: Sequence[int], known: Known | None = None) -> Standing:
    """How a host stands to these starts."""
    rules = question.event_type
    length = rules.duration_minutes * 60
    last_day = last_open_day(question, host, max(starts, default=question.now) + length + DAY)
    claims = sorted(live_claims(host, question.now), key=lambda claim: claim.starts_at)
    gaps = [max(claim.buffer_before_minutes, claim.buffer_after_minutes) for claim in claims]
    within = (min(starts, default=0), max(starts, default=0) + length + NEXT_OPENING_DAYS * DAY)
    at_once = len(starts) > 1 and within[1] - within[0] <= MOST_DAYS_AT_ONCE * DAY
    return Standing(
        host=host,
        bounds=bounds(question, host, last_day),
        busy=merged(interval for interval in host.busy if interval[0] < interval[1]),
        claims=claims,
        begins=[claim.starts_at for claim in claims],
        longest=max((claim.ends_at - claim.starts_at for claim in claims), default=0),
        reach=60 * max([rules.buffer_before_minutes, rules.buffer_after_minutes, *gaps]),
        claimed=claimed_starts(rules, host, claims) if rules.grid == "optimised" else [],
        caps=full_caps(rules, host, claims),
        openings=host_openings(host, within, known) if at_once else None,
    )


def openings_near(standing: Standing, within: Interval) -> list[Opening]:
    """The host's openings that meet `within`."""
    if standing.openings is None:
        return host_openings(standing.host, within)
    first = bisect_right(standing.openings, within[0], key=lambda opening: opening[1])
    last = bisect_left(standing.openings, within[1], key=lambda opening: opening[0])
    return standing.openings[first:last]


def busy_near(standing: Standing, within: Interval) -> list[Interval]:
    """The busy time that lies within reach of an interval."""
    first = bisect_right(standing.busy, within[0] - standing.reach, key=lambda interval: interval[1])
    last = bisect_left(standing.busy, within[1] + standing.reach, key=lambda interval: interval[0])
    return standing.busy[first:last]


def claims_near(standing: Standing, within: Interval) -> Claims:
    """The claims that may lie within reach of an interval."""
    first = bisect_left(standing.begins, within[0] - standing.reach - standing.longest)
    last = bisect_left(standing.begins, within[1] + standing.reach)
    return standing.claims[first:last]
