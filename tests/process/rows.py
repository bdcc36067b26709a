"""What the oracle judges by: what somebody was told, and the rows of bookings and claims."""

import json
from typing import NamedTuple

import apsw

LIVE = frozenset({"pending", "confirmed"})
BOOKINGS = """
SELECT id, uid, status, host_id, co_hosts, resources, event_type_id, starts_at, ends_at, guest_email, companions,
       series_id
FROM booking
"""
CLAIMS = """
SELECT kind, uid, owner_id, starts_at, ends_at, session, seats, seats_taken
FROM occupancy
"""


class Acknowledged(NamedTuple):
    """What a guest was told: their key (none for a further date of a series), address, and the booking they have."""

    key: str
    email: str
    uid: str
    starts_at: int


class Ended(NamedTuple):
    """Somebody was told that this booking is cancelled."""

    uid: str


class Waits(NamedTuple):
    """Somebody was told that they have this place in a line."""

    uid: str


Told = Acknowledged | Ended | Waits


class Booking(NamedTuple):
    """A booking's row, as far as the oracle cares; `companions` is how many."""

    id: int
    uid: str
    status: str
    hosts: tuple[int, ...]
    resources: tuple[int, ...]
    event_type_id: int
    starts_at: int
    ends_at: int
    guest_email: str
    companions: int
    series_id: int | None


class Claim(NamedTuple):
    """A row of occupancy."""

    kind: str
    uid: str
    owner_id: int
    starts_at: int
    ends_at: int
    session: str | None
    seats: int
    seats_taken: int


def bookings_of(connection: apsw.Connection) -> list[Booking]:
    """All bookings, cancelled ones included."""
    return [
        Booking(
            id=row[0],
            uid=row[1],
            status=row[2],
            hosts=(row[3], *json.loads(row[4])),
            resources=tuple(json.loads(row[5])),
            event_type_id=row[6],
            starts_at=row[7],
            ends_at=row[8],
            guest_email=row[9],
            companions=len(json.loads(row[10])),
            series_id=row[11],
        )
        for row in connection.execute(BOOKINGS)
    ]


def claims_of(connection: apsw.Connection) -> list[Claim]:
    """All claims, of bookings, holds and blocks."""
    return [Claim(*row) for row in connection.execute(CLAIMS)]
