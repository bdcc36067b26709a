"""The SQL of reminders and follow-ups: whose meetings come near, and what was planned for them already."""

from typing import Literal

import msgspec

from cally.model.options import EventTypeOptions
from cally.store.driver import Reader, Row, Writer

OWN_OPTIONS = """
SELECT id, options, updated_at
FROM event_type
WHERE options LIKE '%"reminders":%'
   OR options LIKE '%"follow_up":%'
"""
AHEAD = """
SELECT id, sequence, event_type_id, host_id, co_hosts, starts_at, ends_at, updated_at
FROM booking
WHERE starts_at > :now
  AND starts_at <= :to_at
  AND status = 'confirmed'
ORDER BY starts_at, id
"""
ENDING = """
SELECT id, sequence, event_type_id, host_id, co_hosts, starts_at, ends_at, updated_at
FROM booking
WHERE ends_at > :from_at
  AND ends_at <= :to_at
  AND erased_at IS NULL
  AND status = 'confirmed'
  AND no_show = 0
ORDER BY ends_at, id
"""
KNOWN_AHEAD = """
SELECT reminder.booking_id, reminder.sequence, reminder.what, reminder.minutes
FROM booking
JOIN reminder
  ON reminder.booking_id = booking.id
WHERE booking.starts_at > :now
  AND booking.starts_at <= :to_at
"""
KNOWN_ENDING = """
SELECT reminder.booking_id, reminder.sequence, reminder.what, reminder.minutes
FROM booking
JOIN reminder
  ON reminder.booking_id = booking.id
WHERE booking.ends_at > :from_at
  AND booking.ends_at <= :to_at
  AND booking.erased_at IS NULL
"""
INSERT = """
INSERT INTO reminder (booking_id, sequence, what, minutes, due_at, outcome)
VALUES (:booking_id, :sequence, :what, :minutes, :due_at, :outcome)
ON CONFLICT DO NOTHING
"""
DROPPED = """
SELECT id, medium, due_at
FROM message
WHERE state = 'obsolete'
  AND kind IN ('reminder', 'follow_up')
  AND answer = :answer
  AND due_at > :now
  AND attempts = 0
"""

What = Literal["guest", "host", "follow_up"]
Key = tuple[int, int, What, int]

_options = msgspec.json.Decoder(EventTypeOptions)
_ids = msgspec.json.Decoder(tuple[int, ...])


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a confirmed booking as says when its reminders are due."""

    id: int
    sequence: int
    event_type_id: int
    hosts: tuple[int, ...]
    starts_at: int
    ends_at: int
    updated_at: int


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder that a clock which was ahead has let fall."""

    id: int
    medium: str
    due_at: int


async def own_options(db: Reader) -> dict[int, tuple[EventTypeOptions, int]]:
    """The options of event types that have reminders or a follow-up of their own, and since when."""
    return {row[0]: (_options.decode(row[1]), row[2]) for row in await db.rows(OWN_OPTIONS)}


async def list_ahead(db: Reader, *, now: int, to_at: int) -> list[Near]:
    """Confirmed bookings that begin in `(now, to_at]`, earliest first."""
    return [_near(row) for row in await db.rows(AHEAD, now=now, to_at=to_at)]


async def list_ending(db: Reader, *, from_at: int, to_at: int) -> list[Near]:
    """Confirmed bookings that end in `(from_at, to_at]` and whose guest came, earliest first."""
    return [_near(row) for row in await db.rows(ENDING, from_at=from_at, to_at=to_at)]


async def known_ahead(db: Reader, *, now: int, to_at: int) -> set[Key]:
    """What has been planned or left out for bookings that begin in `(now, to_at]`."""
    return {_key(row) for row in await db.rows(KNOWN_AHEAD, now=now, to_at=to_at)}


async def known_ending(db: Reader, *, from_at: int, to_at: int) -> set[Key]:
    """What has been planned or left out for bookings that end in `(from_at, to_at]`."""
    return {_key(row) for row in await db.rows(KNOWN_ENDING, from_at=from_at, to_at=to_at)}


async def insert(tx: Writer, key: Key, *, due_at: int, late: bool) -> bool:
    """Note that this reminder is planned, or left out because it would come late; False when that is known already."""
    booking_id, sequence, what, minutes = key
    made = await tx.run(
        INSERT,
        booking_id=booking_id,
        sequence=sequence,
        what=what,
        minutes=minutes,
        due_at=due_at,
        outcome="late" if late else "planned",
    )
    return made == 1


async def list_dropped(db: Reader, *, answer: str, now: int) -> list[Dropped]:
    """Reminders that were given up with this answer, untried, although their time is still ahead."""
    return [Dropped(id=row[0], medium=row[1], due_at=row[2]) for row in await db.rows(DROPPED, now=now, answer=answer)]


def _near(row: Row) -> Near:
    return Near(
        id=row[0],
        sequence=row[1],
        event_type_id=row[2],
        hosts=(row[3], *_ids.decode(row[4])),
        starts_at=row[5],
        ends_at=row[6],
        updated_at=row[7],
    )


def _key(row: Row) -> Key:
    return row[0], row[1], row[2], row[3]
