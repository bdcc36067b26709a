"""The SQL of the time-law watch: zone rules as they were, and the bookings that new ones concern."""

import msgspec

from cally.model.bookings import Booking
from cally.model.time_law import Case, CaseCounts, Offsets, Outcome
from cally.store.driver import Reader, Row, Writer

AHEAD = """
SELECT id, starts_at
FROM booking
WHERE (starts_at > :after_start OR (starts_at = :after_start AND id > :after_id))
  AND status IN ('pending', 'confirmed')
  AND tzdata_version <> :version
ORDER BY starts_at, id
LIMIT :limit
"""
CONFIRM = """
UPDATE booking
SET tzdata_version = :version
WHERE id = :id
  AND starts_at = :starts_at
  AND starts_local = :starts_local
"""
SESSION = """
SELECT id
FROM booking
WHERE event_type_id = :event_type_id
  AND starts_at = :starts_at
  AND host_id = :host_id
  AND status IN ('pending', 'confirmed')
ORDER BY id
"""
MOVE_SESSION = """
UPDATE group_session
SET starts_at = :starts_at,
    ends_at = :ends_at
WHERE host_id = :host_id
  AND event_type_id = :event_type_id
  AND starts_at = :was_at
  AND NOT EXISTS (
    SELECT 1
    FROM group_session AS other
    WHERE other.host_id = :host_id
      AND other.event_type_id = :event_type_id
      AND other.starts_at = :starts_at
  )
"""
MOVE_WAITING = """
UPDATE waitlist_entry
SET starts_at = :starts_at,
    ends_at = :ends_at,
    updated_at = :now
WHERE host_id = :host_id
  AND event_type_id = :event_type_id
  AND starts_at = :was_at
  AND state = 'waiting'
"""
LAST_BOOKING = """
SELECT COALESCE(MAX(id), 0)
FROM booking
"""
ZONES = """
SELECT tz
FROM booking
WHERE id > :after_id
UNION
SELECT guest_tz
FROM booking
WHERE id > :after_id
UNION
SELECT tz
FROM host
"""
LAWS = """
SELECT tz, tzdata_version, last_year
FROM zone_law
"""
OFFSETS = """
SELECT offsets
FROM zone_law
WHERE tz = :tz
"""
DELETE_LAW = """
DELETE FROM zone_law
WHERE tz = :tz
"""
INSERT_LAW = """
INSERT INTO zone_law (tz, tzdata_version, last_year, offsets)
VALUES (:tz, :version, :last_year, :offsets)
"""
CASE = """
SELECT booking_id, from_version, to_version, told, found_at, outcome, decided_at
FROM time_law_case
WHERE booking_id = :booking_id
"""
OPEN = """
SELECT found.booking_id, found.from_version, found.to_version, found.told, found.found_at, found.outcome,
       found.decided_at
FROM time_law_case AS found
JOIN booking
  ON booking.id = found.booking_id
WHERE found.outcome IS NULL
  AND (:host_id IS NULL OR booking.host_id = :host_id)
  AND booking.starts_at > :now
  AND booking.status IN ('pending', 'confirmed')
  AND booking.tzdata_version <> :version
ORDER BY booking.starts_at, booking.id
LIMIT :limit
"""
DELETE_CASE = """
DELETE FROM time_law_case
WHERE booking_id = :booking_id
"""
INSERT_CASE = """
INSERT INTO time_law_case (booking_id, from_version, to_version, told, found_at, outcome, decided_at)
VALUES (:booking_id, :from_version, :to_version, :told, :found_at, :outcome, :decided_at)
"""
DECIDE = """
UPDATE time_law_case
SET outcome = :outcome,
    decided_at = :now
WHERE booking_id = :booking_id
  AND outcome IS NULL
"""
CLOSE_OVER = """
UPDATE time_law_case
SET outcome = 'over',
    decided_at = :now
WHERE outcome IS NULL
  AND NOT EXISTS (
    SELECT 1
    FROM booking
    WHERE booking.id = time_law_case.booking_id
      AND booking.starts_at > :now
      AND booking.status IN ('pending', 'confirmed')
      AND booking.tzdata_version <> :version
  )
"""
COUNTS = """
SELECT outcome, count(*)
FROM time_law_case
WHERE to_version = :version
GROUP BY outcome
"""

_told = msgspec.json.Decoder(dict[str, str])
_offsets = msgspec.json.Decoder(Offsets)


async def list_ahead(db: Reader, *, version: str, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
    """`(starts_at, id)` of live bookings stored by other rules, behind a cursor of that shape; one index range."""
    rows = await db.rows(AHEAD, version=version, after_start=after[0], after_id=after[1], limit=limit)
    return [(row[1], row[0]) for row in rows]


async def confirm(tx: Writer, id: int, *, starts_at: int, starts_local: str, version: str) -> None:
    """Note that a booking's instant and clock time agree by these rules, unless it was moved meanwhile."""
    await tx.run(CONFIRM, id=id, starts_at=starts_at, starts_local=starts_local, version=version)


async def list_session(db: Reader, *, event_type_id: int, starts_at: int, host_id: int) -> list[int]:
    """The ids of the live bookings that meet a host at one start for one event type."""
    rows = await db.rows(SESSION, event_type_id=event_type_id, starts_at=starts_at, host_id=host_id)
    return [row[0] for row in rows]


async def move_session(tx: Writer, booking: Booking, *, was_at: int, now: int) -> None:
    """Let the session of a booking that was moved keep its name, and those who wait for a seat follow it."""
    slot = {
        "host_id": booking.host_id,
        "event_type_id": booking.event_type_id,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "was_at": was_at,
    }
    await tx.run(MOVE_SESSION, **slot)
    await tx.run(MOVE_WAITING, now=now, **slot)


async def last_booking_id(db: Reader) -> int:
    """The id of the booking made last; 0 when there is none."""
    row = await db.row(LAST_BOOKING)
    return int(row[0]) if row else 0


async def zones_in_use(db: Reader, *, after_id: int) -> list[str]:
    """The zones of all hosts, and those of bookings and guests behind a booking's id."""
    return [row[0] for row in await db.rows(ZONES, after_id=after_id)]


async def known_laws(db: Reader) -> dict[str, tuple[str, int]]:
    """The zones whose rules are kept: the release that they are of, and the last year that they say."""
    return {row[0]: (row[1], row[2]) for row in await db.rows(LAWS)}


async def offsets(db: Reader, tz: str) -> Offsets | None:
    """How a zone stood to UTC when that was last noted."""
    row = await db.row(OFFSETS, tz=tz)
    return _offsets.decode(row[0]) if row else None


async def put_law(tx: Writer, tz: str, *, version: str, last_year: int, offsets: Offsets) -> None:
    """Note how a zone stands to UTC by these rules, instead of what was noted before."""
    await tx.run(DELETE_LAW, tz=tz)
    await tx.run(INSERT_LAW, tz=tz, version=version, last_year=last_year, offsets=msgspec.json.encode(offsets).decode())


async def case_of(db: Reader, booking_id: int) -> Case | None:
    """What new rules meant for a booking, decided or not."""
    row = await db.row(CASE, booking_id=booking_id)
    return _case(row) if row else None


async def list_open(db: Reader, *, host_id: int | None, version: str, now: int, limit: int) -> list[Case]:
    """Cases that wait for a decision, the earliest booking first; of one host, or all."""
    return [_case(row) for row in await db.rows(OPEN, host_id=host_id, version=version, now=now, limit=limit)]


async def put_case(tx: Writer, case: Case) -> None:
    """Keep a case, instead of an earlier one of the same booking."""
    await tx.run(DELETE_CASE, booking_id=case.booking_id)
    await tx.run(
        INSERT_CASE,
        booking_id=case.booking_id,
        from_version=case.from_version,
        to_version=case.to_version,
        told=msgspec.json.encode(case.told).decode(),
        found_at=case.found_at,
        outcome=case.outcome,
        decided_at=case.decided_at,
    )


async def decide(tx: Writer, booking_id: int, outcome: Outcome, *, now: int) -> None:
    """Note what a booking kept."""
    await tx.run(DECIDE, booking_id=booking_id, outcome=outcome, now=now)


async def close_over(tx: Writer, *, version: str, now: int) -> int:
    """End the cases of bookings that were moved, cancelled or begun, or that agree again; how many these were."""
    return await tx.run(CLOSE_OVER, version=version, now=now)


async def counts(db: Reader, version: str) -> CaseCounts:
    """How many bookings a release concerned, by what became of them."""
    found = {row[0] or "open": row[1] for row in await db.rows(COUNTS, version=version)}
    return CaseCounts(**found)


def _case(row: Row) -> Case:
    return Case(
        booking_id=row[0],
        from_version=row[1],
        to_version=row[2],
        told=_told.decode(row[3]),
        found_at=row[4],
        outcome=row[5],
        decided_at=row[6],
    )
