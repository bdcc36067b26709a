"""The oracle: what must still hold after any fault, judged from the file and the acknowledgements alone.

It knows the tables and nothing of the code that writes them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import apsw

from cally.errors import CallyError
from cally.store import sqlite

BOOKINGS = """
SELECT id, uid, status, host_id, starts_at, ends_at, guest_email
FROM booking
"""
CLAIMS = """
SELECT uid, owner_id, starts_at, ends_at, buffer_before, buffer_after
FROM occupancy
"""
MESSAGES = """
SELECT booking_id, recipient
FROM message
"""
KEYS = """
SELECT idempotency.key_hash, booking.uid
FROM idempotency
JOIN booking
  ON booking.id = idempotency.booking_id
"""
CREATED = """
SELECT subject
FROM audit_entry
WHERE tag LIKE '%:booking:create'
"""
JOBLESS = """
SELECT count(*)
FROM message
WHERE state = 'waiting'
  AND medium = 'mail'
  AND id NOT IN (SELECT subject FROM job)
"""


class Acknowledged(NamedTuple):
    """What a guest was told: their key, address, and the booking they have."""

    key: str
    email: str
    uid: str
    starts_at: int


class Booking(NamedTuple):
    """A booking's row, as far as the oracle cares."""

    id: int
    uid: str
    status: str
    host_id: int
    starts_at: int
    ends_at: int
    guest_email: str


def violations(database: Path, key: bytes, acknowledged: Iterable[Acknowledged]) -> list[str]:
    """Every promise that the file does not keep, named; empty when all are kept."""
    try:
        connection = sqlite.connect(database, key)
    except CallyError as error:
        return [f"unreadable: {error.sentence}"]
    try:
        return list(_judged(connection, list(acknowledged)))
    except apsw.Error as error:
        return [f"unreadable: {error}"]
    finally:
        connection.close()


def _judged(connection: apsw.Connection, acknowledged: list[Acknowledged]) -> Iterable[str]:
    bookings = [Booking(*row) for row in connection.execute(BOOKINGS)]
    yield from _integrity(connection)
    yield from _lost(bookings, acknowledged)
    yield from _overlaps(connection, bookings)
    yield from _keys(connection, bookings, acknowledged)
    yield from _outbox(connection, bookings)
    yield from _audit(connection, bookings)


def _integrity(connection: apsw.Connection) -> Iterable[str]:
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        yield f"integrity: {found[0]}"
    if list(connection.execute("PRAGMA foreign_key_check")):
        yield "integrity: a reference leads nowhere"


def _lost(bookings: list[Booking], acknowledged: list[Acknowledged]) -> Iterable[str]:
    stored = {booking.uid: booking for booking in bookings}
    for told in acknowledged:
        booking = stored.get(told.uid)
        if booking is None:
            yield f"lost: {told.uid} was acknowledged"
        elif (booking.starts_at, booking.guest_email) != (told.starts_at, told.email):
            yield f"lost: {told.uid} is not what was acknowledged"


def _overlaps(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    live = [booking for booking in bookings if booking.status in {"pending", "confirmed"}]
    claims = sorted((row[1], row[2], row[3], row[0]) for row in connection.execute(CLAIMS))
    for one, other in pairwise(claims):
        if one[0] == other[0] and other[1] < one[2]:
            yield f"overlap: {one[3]} and {other[3]}"
    claimed = {(claim[0], claim[1], claim[2], claim[3]) for claim in claims}
    for booking in live:
        if (booking.host_id, booking.starts_at, booking.ends_at, booking.uid) not in claimed:
            yield f"overlap: {booking.uid} claims no time"


def _keys(connection: apsw.Connection, bookings: list[Booking], acknowledged: list[Acknowledged]) -> Iterable[str]:
    known = dict(connection.execute(KEYS).fetchall())
    for told in acknowledged:
        if known.get(hashlib.sha256(told.key.encode()).digest()) != told.uid:
            yield f"key: the key of {told.uid} leads elsewhere"
    for email, count in Counter(booking.guest_email for booking in bookings).items():
        if count > 1:
            yield f"key: {email} asked once and is booked {count} times"


def _outbox(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    planned = Counter((row[0], row[1]) for row in connection.execute(MESSAGES))
    for booking in bookings:
        if planned[booking.id, "guest"] != 1 or planned[booking.id, "host"] != 1:
            yield f"outbox: {booking.uid} is not told to guest and host once each"
    if connection.execute(JOBLESS).get:
        yield "outbox: a message waits without a job"


def _audit(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    noted = Counter(str(row[0]) for row in connection.execute(CREATED))
    if noted != Counter(booking.uid for booking in bookings):
        yield "audit: bookings and entries are not one to one"
