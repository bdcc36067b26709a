"""The oracle on waitlists: nobody loses their place, each freed seat is offered, and to one guest alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import apsw

from tests.process.rows import Booking, Claim, Waits, claims_of

ENTRIES = """
SELECT id, uid, state, event_type_id, starts_at, guest_email, hold_uid, booking_id
FROM waitlist_entry
"""
MESSAGES = """
SELECT waitlist_id, kind
FROM message
WHERE waitlist_id IS NOT NULL
"""


class Entry(NamedTuple):
    """A place in a line."""

    id: int
    uid: str
    state: str
    event_type_id: int
    starts_at: int
    guest_email: str
    hold_uid: str | None
    booking_id: int | None


def judged(connection: apsw.Connection, bookings: list[Booking], waits: list[Waits]) -> Iterable[str]:
    """What is wrong with the lines."""
    entries = [Entry(*row) for row in connection.execute(ENTRIES)]
    planned = Counter(connection.execute(MESSAGES).fetchall())
    by_id = {booking.id: booking for booking in bookings}
    known = {entry.uid for entry in entries}
    yield from (f"lost: the place {one.uid} was acknowledged" for one in waits if one.uid not in known)
    for entry in entries:
        offers = planned[entry.id, "waitlist_offered"]
        if planned[entry.id, "waitlist_joined"] != 1 or offers != (entry.state in {"offered", "accepted"}):
            yield f"waitlist: {entry.uid} is not told once of what it is"
        booking = by_id.get(entry.booking_id or 0)
        if entry.state == "accepted" and (
            booking is None or (booking.guest_email, booking.starts_at) != (entry.guest_email, entry.starts_at)
        ):
            yield f"waitlist: {entry.uid} was accepted and is not booked"
    yield from _offers(entries, claims_of(connection))


def _offers(entries: list[Entry], claims: list[Claim]) -> Iterable[str]:
    """A guest is offered a slot once; while others wait for it, no seat of it is neither booked nor offered."""
    taken: Counter[str] = Counter()
    seats: dict[str, int] = {}
    for claim in claims:
        if claim.session is not None:
            taken[claim.session] += claim.seats_taken
            seats[claim.session] = claim.seats
    lines: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        lines[f"{entry.event_type_id}@{entry.starts_at}"].append(entry)
    for session, line in lines.items():
        offered = [entry.guest_email for entry in line if entry.state == "offered"]
        waiting = {entry.guest_email for entry in line if entry.state == "waiting"} - set(offered)
        if len(offered) != len(set(offered)):
            yield f"waitlist: somebody is offered {session} twice"
        if waiting and taken[session] < seats.get(session, 1):
            yield f"waitlist: a seat of {session} is free and somebody waits for it"
