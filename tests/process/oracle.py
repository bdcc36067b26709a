"""The oracle: what must still hold after any fault, judged from the file and the acknowledgements alone.

It knows the tables and nothing of the code that writes them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import apsw

from cally.errors import CallyError
from cally.store import sqlite
from tests.process import oracle_claims, oracle_lines
from tests.process.rows import LIVE, Acknowledged, Booking, Ended, Told, Waits, bookings_of

GUESTS = 0  # stands for all of them where hosts have their numbers
MESSAGES = """
SELECT booking_id, kind, recipient
FROM message
WHERE booking_id IS NOT NULL
  AND medium = 'mail'
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


def violations(database: Path, key: bytes, told: Iterable[Told]) -> list[str]:
    """Every promise that the file does not keep, named; empty when all are kept."""
    try:
        connection = sqlite.connect(database, key)
    except CallyError as error:
        return [f"unreadable: {error.sentence}"]
    try:
        return list(_judged(connection, list(told)))
    except apsw.Error as error:
        return [f"unreadable: {error}"]
    finally:
        connection.close()


def _judged(connection: apsw.Connection, told: list[Told]) -> Iterable[str]:
    bookings = bookings_of(connection)
    acknowledged = [one for one in told if isinstance(one, Acknowledged)]
    yield from _integrity(connection)
    yield from _lost(bookings, acknowledged, {one.uid for one in told if isinstance(one, Ended)})
    yield from oracle_claims.judged(connection, bookings)
    yield from oracle_lines.judged(connection, bookings, [one for one in told if isinstance(one, Waits)])
    yield from _keys(connection, bookings, acknowledged)
    yield from _outbox(connection, bookings)
    yield from _audit(connection, bookings)


def _integrity(connection: apsw.Connection) -> Iterable[str]:
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        yield f"integrity: {found[0]}"
    if list(connection.execute("PRAGMA foreign_key_check")):
        yield "integrity: a reference leads nowhere"


def _lost(bookings: list[Booking], acknowledged: list[Acknowledged], ended: set[str]) -> Iterable[str]:
    stored = {booking.uid: booking for booking in bookings}
    for told in acknowledged:
        booking = stored.get(told.uid)
        if booking is None:
            yield f"lost: {told.uid} was acknowledged"
        elif (booking.starts_at, booking.guest_email) != (told.starts_at, told.email):
            yield f"lost: {told.uid} is not what was acknowledged"
    for uid in ended:
        if uid in stored and stored[uid].status != "cancelled":
            yield f"lost: the end of {uid} was acknowledged"


def _keys(connection: apsw.Connection, bookings: list[Booking], acknowledged: list[Acknowledged]) -> Iterable[str]:
    known = dict(connection.execute(KEYS).fetchall())
    for told in acknowledged:
        if told.key and known.get(hashlib.sha256(told.key.encode()).digest()) != told.uid:
            yield f"key: the key of {told.uid} leads elsewhere"
    agreements = {(booking.guest_email, booking.series_id or booking.id) for booking in bookings}
    for email, count in Counter(email for email, _ in agreements).items():
        if count > 1:
            yield f"key: {email} asked once and is booked {count} times"


def _outbox(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    """Everybody is told of an agreement once, of a series by the first booking of it that is theirs; of an end once."""
    planned = Counter((row[0], row[1], row[2]) for row in connection.execute(MESSAGES))
    told: set[tuple[int, int]] = set()
    for booking in sorted(bookings, key=lambda one: one.starts_at):
        series = booking.series_id or booking.id
        new = {(series, who) for who in (GUESTS, *booking.hosts)} - told
        told |= new
        once = int((series, GUESTS) in new)
        ended = int(booking.status not in LIVE)
        for kind, guests, hosts in (
            ("confirmed", once, len(new) - once),
            ("cancelled", ended, ended * len(booking.hosts)),
        ):
            wanted = {"guest": guests, "host": hosts, "companion": guests * booking.companions}
            if any(planned[booking.id, kind, recipient] != count for recipient, count in wanted.items()):
                yield f"outbox: {booking.uid} is not told to guests and hosts once each"
    if connection.execute(JOBLESS).get:
        yield "outbox: a message waits without a job"


def _audit(connection: apsw.Connection, bookings: list[Booking]) -> Iterable[str]:
    noted = Counter(str(row[0]) for row in connection.execute(CREATED))
    if noted != Counter(booking.uid for booking in bookings):
        yield "audit: bookings and entries are not one to one"
