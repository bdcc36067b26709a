"""Who of several free hosts is assigned: the least booked by weight, then who waited longest, then by id (rule 61)."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from cally.model.teams import CREDIT_UNIT, UNCOUNTED, Assignable, Candidate, DecidedBy, Decision


def choose(free: Sequence[Assignable], *, group: str = "") -> Decision:
    """The host of a group to assign, with what decided; `free` is not empty."""
    candidates = tuple(_candidate(host) for host in free)
    best = min(_load(host) for host in free)
    least = [host for host in free if _load(host) == best]
    longest = min(_since(host) for host in least)
    waited = [host for host in least if _since(host) == longest]
    chosen = min(waited, key=lambda host: host.host_id)
    decided_by: DecidedBy = "first_in_order"
    if len(free) == 1:
        decided_by = "only_one_free"
    elif len(least) == 1:
        decided_by = "least_booked"
    elif len(waited) == 1:
        decided_by = "longest_since"
    return Decision(host_id=chosen.host_id, decided_by=decided_by, group=group, candidates=candidates)


def given(hosts: Iterable[Assignable], chosen: int, *, absent: frozenset[int], now: int) -> list[Assignable]:
    """The hosts of a group after one of them was given a booking; those absent are credited their share of it.

    So whoever comes back from time off finds the others no further ahead than weight makes them.
    """
    known = list(hosts)
    there = sum(host.weight for host in known if host.host_id not in absent)
    return [_after(host, chosen, there, now, is_absent=host.host_id in absent) for host in known]


def taken_back(hosts: Iterable[Assignable], chosen: int, *, absent: frozenset[int]) -> list[Assignable]:
    """The hosts of a group after a booking of one of them came to nothing; when the last was given stays as it is."""
    known = list(hosts)
    there = sum(host.weight for host in known if host.host_id not in absent)
    return [_before(host, chosen, there, is_absent=host.host_id in absent) for host in known]


def joined_credit(others: Sequence[Assignable], weight: int) -> int:
    """The credit that lets a new host start at the average of the others, by weight; in thousandths of a booking."""
    total = sum(host.weight for host in others)
    return sum(_count(host) for host in others) * weight // total if total else 0


def times_given(decided: Iterable[Iterable[Decision]]) -> Counter[int]:
    """How many of these bookings each host was given, by the decisions that were kept with them."""
    return Counter(one.host_id for decisions in decided for one in decisions if one.decided_by not in UNCOUNTED)


def simulate(hosts: Sequence[Assignable], bookings: int, *, now: int) -> list[Decision]:
    """Who would be given the next bookings if all were free for each."""
    found, state = [], list(hosts)
    for number in range(bookings):
        decision = choose(state)
        state = given(state, decision.host_id, absent=frozenset(), now=now + number)
        found.append(decision)
    return found


def _after(host: Assignable, chosen: int, there: int, now: int, *, is_absent: bool) -> Assignable:
    if host.host_id == chosen:
        return msgspec.structs.replace(host, assigned=host.assigned + 1, last_assigned_at=now)
    if is_absent and there:
        return msgspec.structs.replace(host, credit=host.credit + CREDIT_UNIT * host.weight // there)
    return host


def _before(host: Assignable, chosen: int, there: int, *, is_absent: bool) -> Assignable:
    if host.host_id == chosen:
        return msgspec.structs.replace(host, assigned=max(0, host.assigned - 1))
    if is_absent and there:
        return msgspec.structs.replace(host, credit=host.credit - CREDIT_UNIT * host.weight // there)
    return host


def _count(host: Assignable) -> int:
    return host.assigned * CREDIT_UNIT + host.credit


def _load(host: Assignable) -> float:
    return _count(host) / host.weight


def _since(host: Assignable) -> int:
    return host.last_assigned_at if host.last_assigned_at is not None else -1


def _candidate(host: Assignable) -> Candidate:
    return Candidate(
        host_id=host.host_id,
        weight=host.weight,
        assigned=host.assigned,
        credit=host.credit,
        last_assigned_at=host.last_assigned_at,
    )
