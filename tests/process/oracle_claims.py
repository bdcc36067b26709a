"""The oracle on time: each booking has exactly its claims, none stands alone or overlaps, seats and turns add up."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

import apsw

from tests.process.rows import LIVE, Booking, Claim, claims_of

HOLDS = """
SELECT hold_uid
FROM waitlist_entry
WHERE state = 'offered'
"""
SERIES = """
SELECT series.id, series.asked, series.skipped, count(series_booking.booking_id)
FROM series
LEFT JOIN series_booking
  ON series_booking.series_id = series.id
GROUP BY series.id
"""
ASSIGNED = """
SELECT event_type_id, host_id, assigned
FROM event_type_host
"""
DECIDED = """
SELECT event_type_id, decisions
FROM booking
WHERE status IN ('pending', 'confirmed')
"""
SESSIONS = """
SELECT host_id, event_type_id, starts_at
FROM group_session
"""
CO_HOSTS = """
SELECT booking_id, host_id
FROM booking_host
"""


def judged(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    """What is wrong with the claims of these bookings, with their series and with the counts of turns."""
    claims = claims_of(connection)
    live = [booking for booking in bookings if booking.status in LIVE]
    yield from _whole(claims, live)
    yield from _alone(connection, claims, live)
    yield from _overlaps(claims)
    yield from _seats(connection, claims)
    yield from _series(connection, bookings)
    yield from _turns(connection)
    noted = set(connection.execute(CO_HOSTS).fetchall())
    if noted != {(booking.id, host) for booking in bookings for host in booking.hosts[1:]}:
        yield "claims: hosts who meet guests together are not listed with their bookings"


def _whole(claims: list[Claim], live: list[Booking]) -> Iterable[str]:
    """Each live booking claims the time of each host and resource once, and for each seat it takes."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.uid].append(claim)
    for booking in live:
        own = found[booking.uid]
        wanted = sorted((owner, booking.starts_at, booking.ends_at) for owner in (*booking.hosts, *booking.resources))
        if sorted((one.owner_id, one.starts_at, one.ends_at) for one in own) != wanted:
            yield f"claims: {booking.uid} has {len(own)} of {len(wanted)}, or others"
        if any(one.seats_taken != (1 + booking.companions if one.seats > 1 else 1) for one in own):
            yield f"claims: {booking.uid} takes other seats than it has guests"


def _alone(connection: apsw.Connection, claims: list[Claim], live: list[Booking]) -> Iterable[str]:
    """Nobody here holds a slot but those whom the waitlist offers it: holds and offers are one to one."""
    booked = {claim.uid for claim in claims if claim.kind == "booking"} - {booking.uid for booking in live}
    held = {claim.uid for claim in claims if claim.kind == "hold"}
    yield from (f"claims: nothing is booked as {uid}" for uid in booked)
    if held != {row[0] for row in connection.execute(HOLDS)}:
        yield "claims: holds and offers are not one to one"


def _overlaps(claims: list[Claim]) -> Iterable[str]:
    for one, other in pairwise(sorted(claims, key=lambda claim: (claim.owner_id, claim.starts_at, claim.ends_at))):
        is_shared = one.session is not None and one.session == other.session
        if one.owner_id == other.owner_id and other.starts_at < one.ends_at and not is_shared:
            yield f"overlap: {one.uid} and {other.uid}"


def _seats(connection: apsw.Connection, claims: list[Claim]) -> Iterable[str]:
    sessions: dict[tuple[int, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.session is not None:
            sessions[claim.owner_id, claim.session].append(claim)
    known = {(row[0], f"{row[1]}@{row[2]}") for row in connection.execute(SESSIONS)}
    for (owner, session), shared in sessions.items():
        if sum(claim.seats_taken for claim in shared) > min(claim.seats for claim in shared):
            yield f"seats: {session} has more guests than seats"
        if any(claim.kind == "booking" for claim in shared) and (owner, session) not in known:
            yield f"seats: {session} is no session"


def _series(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    dates = Counter(booking.series_id for booking in bookings if booking.series_id is not None)
    known = {}
    for number, asked, skipped, listed in connection.execute(SERIES):
        known[number] = asked - len(json.loads(skipped))
        if not known[number] == listed == dates[number]:
            yield f"series: {number} has {dates[number]} of {known[number]} dates"
    for number in dates.keys() - known.keys():
        yield f"series: {number} is none"


def _turns(connection: apsw.Connection) -> Iterable[str]:
    given: Counter[tuple[int, int]] = Counter()
    for event_type_id, decisions in connection.execute(DECIDED):
        given.update((event_type_id, one["host_id"]) for one in json.loads(decisions) if one["decided_by"] != "joined")
    for event_type_id, host_id, assigned in connection.execute(ASSIGNED):
        if assigned != given[event_type_id, host_id]:
            yield f"turns: a host has {assigned} by the count and {given[event_type_id, host_id]} by the bookings"
