"""What already claims a host's time, as the starts that it forbids (rules 28, 29, 30, 36, 58)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from cally.model.rules import Claim, EventTypeRules, HoldClaim, HostRules, Interval, ResourceRules

Claims = list[Claim | HoldClaim]


def live_claims(host: HostRules | ResourceRules, now: int) -> Claims:
    """Bookings that stand and holds that have not run out: what blocks, and what caps count (rule 43)."""
    found: Claims = [booking for booking in host.bookings if booking.status in ("pending", "confirmed")]
    found.extend([hold for hold in host.holds if hold.expires_at > now])
    return found


def forbidden(rules: EventTypeRules, busy: Iterable[Interval], claims: Claims) -> list[Interval]:
    """The starts that busy time and claims forbid, one interval for each; not merged.

    A start `s` is forbidden when `[s, s + duration)` and the claim lie closer than the gap between them, which is the
    larger of the first one's buffer after and the second one's buffer before; busy time has none of its own (rule 30).
    """
    before, after = rules.buffer_before_minutes * 60, rules.buffer_after_minutes * 60
    reach = rules.duration_minutes * 60 - 1
    ahead, behind = (reach + after, before) if rules.buffers_around_busy else (reach, 0)
    found = [(start - ahead, end + behind) for start, end in busy if start < end]
    for claim in claims:
        start, end = claim.starts_at, claim.ends_at
        if start < end:
            gap_before = max(after, claim.buffer_before_minutes * 60)
            gap_after = max(before, claim.buffer_after_minutes * 60)
            found.append((start - reach - gap_before, end + gap_after))
    return found


def sessions(rules: EventTypeRules, claims: Claims) -> dict[int, int]:
    """Sessions of the event type with seats left, as start → how many claims they consist of (rule 58)."""
    if rules.seats == 1:
        return {}
    count: dict[int, int] = defaultdict(int)
    taken: dict[int, int] = defaultdict(int)
    for claim in claims:
        if claim.same_event_type and claim.ends_at - claim.starts_at == rules.duration_minutes * 60:
            count[claim.starts_at] += 1
            taken[claim.starts_at] += claim.seats_taken
    return {start: count[start] for start in count if taken[start] < rules.seats}


def without_session(rules: EventTypeRules, claims: Claims, start: int) -> Claims:
    """The claims that stand against a start: all but those of its own session, while that has seats left."""
    if start not in sessions(rules, claims):
        return claims
    duration = rules.duration_minutes * 60
    return [
        claim
        for claim in claims
        if not (claim.same_event_type and claim.starts_at == start and claim.ends_at == start + duration)
    ]


def joinable(sessions_left: dict[int, int], blocked: list[Interval]) -> list[int]:
    """Starts of sessions that nothing but their own claims forbids."""
    begins = sorted([start for start, _ in blocked])
    ends = sorted([end for _, end in blocked])
    return [
        start for start, own in sessions_left.items() if bisect_right(begins, start) - bisect_right(ends, start) == own
    ]


def lies_in(at: int, intervals: list[Interval]) -> bool:
    """Whether an instant lies in one of these merged intervals."""
    index = bisect_right(intervals, at, key=lambda interval: interval[0]) - 1
    return index >= 0 and at < intervals[index][1]
