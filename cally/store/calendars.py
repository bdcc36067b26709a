"""The SQL of outside calendars and of the busy time that was read from them."""

from collections.abc import Iterable

import msgspec

from cally.model.calendars import BusyTime, Calendar
from cally.store.driver import Reader, Row, Writer

LONGEST_BUSY_SECONDS = 7 * 86_400  # as the table's CHECK: what touches a window starts at most this long before it

INSERT = """
INSERT INTO calendar (id, host_id, name, shown_address, address_sealed, tz, tentative_blocks, created_at, next_read_at)
VALUES (:id, :host_id, :name, :shown_address, :address_sealed, :tz, :tentative_blocks, :created_at, :next_read_at)
"""
BY_ID = """
SELECT id, host_id, name, shown_address, tz, tentative_blocks, etag, last_modified, created_at, last_read_at,
       expanded_at, next_read_at, failing_since, last_error, warnings, events
FROM calendar
WHERE id = :id
"""
LIST = """
SELECT id, host_id, name, shown_address, tz, tentative_blocks, etag, last_modified, created_at, last_read_at,
       expanded_at, next_read_at, failing_since, last_error, warnings, events
FROM calendar
WHERE host_id = :host_id
ORDER BY id
"""
LIST_DUE = """
SELECT id
FROM calendar
WHERE next_read_at <= :now
ORDER BY next_read_at
LIMIT :limit
"""
SEALED_ADDRESS = """
SELECT address_sealed
FROM calendar
WHERE id = :id
"""
OLDEST_READ = """
SELECT MIN(COALESCE(last_read_at, created_at))
FROM calendar
WHERE host_id = :host_id
"""
UPDATE_READ = """
UPDATE calendar
SET etag = :etag,
    last_modified = :last_modified,
    last_read_at = :last_read_at,
    expanded_at = :expanded_at,
    next_read_at = :next_read_at,
    failing_since = :failing_since,
    last_error = :last_error,
    warnings = :warnings,
    events = :events
WHERE id = :id
"""
DELETE = """
DELETE FROM calendar
WHERE id = :id
"""
LIST_BUSY = """
SELECT starts_at, ends_at
FROM busy_time
WHERE host_id = :host_id
  AND starts_at > :earliest
  AND starts_at < :to_at
  AND ends_at > :from_at
ORDER BY starts_at, ends_at
"""
LIST_NAMED_BUSY = """
SELECT busy_time.starts_at, busy_time.ends_at, calendar.name
FROM busy_time
JOIN calendar
  ON calendar.id = busy_time.calendar_id
WHERE busy_time.host_id = :host_id
  AND busy_time.starts_at > :earliest
  AND busy_time.starts_at < :to_at
  AND busy_time.ends_at > :from_at
ORDER BY busy_time.starts_at, busy_time.ends_at, calendar.id
"""
LIST_BUSY_OF = """
SELECT starts_at, ends_at, uid
FROM busy_time
WHERE calendar_id = :calendar_id
"""
INSERT_BUSY = """
INSERT INTO busy_time (calendar_id, host_id, starts_at, ends_at, uid)
VALUES (:calendar_id, :host_id, :starts_at, :ends_at, :uid)
"""
DELETE_BUSY = """
DELETE FROM busy_time
WHERE calendar_id = :calendar_id
  AND starts_at = :starts_at
  AND ends_at = :ends_at
  AND uid = :uid
"""
DELETE_ALL_BUSY = """
DELETE FROM busy_time
WHERE calendar_id = :calendar_id
"""
FROM_ELSEWHERE = """
SELECT calendar_uid
FROM booking
WHERE calendar_uid > ''
  AND host_id = :host_id
UNION
SELECT booking.calendar_uid
FROM booking_host
JOIN booking
  ON booking.id = booking_host.booking_id
WHERE booking_host.host_id = :host_id
  AND booking.calendar_uid > ''
"""
IS_BOOKING_OF = """
SELECT 1
FROM booking
WHERE uid = :uid
  AND host_id = :host_id
UNION ALL
SELECT 1
FROM booking
JOIN booking_host
  ON booking_host.booking_id = booking.id
WHERE booking.uid = :uid
  AND booking_host.host_id = :host_id
UNION ALL
SELECT 1
FROM series
JOIN booking
  ON booking.series_id = series.id
WHERE series.uid = :uid
  AND booking.host_id = :host_id
UNION ALL
SELECT 1
FROM series
JOIN booking
  ON booking.series_id = series.id
JOIN booking_host
  ON booking_host.booking_id = booking.id
WHERE series.uid = :uid
  AND booking_host.host_id = :host_id
UNION ALL
SELECT 1
FROM group_session
WHERE uid = :uid
  AND host_id = :host_id
LIMIT 1
"""

_warnings = msgspec.json.Decoder(tuple[str, ...])


async def insert(tx: Writer, calendar: Calendar, *, address_sealed: bytes) -> None:
    """Store a new calendar that has not been read yet."""
    await tx.run(
        INSERT,
        id=calendar.id,
        host_id=calendar.host_id,
        name=calendar.name,
        shown_address=calendar.shown_address,
        address_sealed=address_sealed,
        tz=calendar.tz,
        tentative_blocks=int(calendar.tentative_blocks),
        created_at=calendar.created_at,
        next_read_at=calendar.next_read_at,
    )


async def by_id(db: Reader, id: int) -> Calendar | None:
    """The calendar of that row."""
    row = await db.row(BY_ID, id=id)
    return _calendar(row) if row else None


async def list_of(db: Reader, host_id: int) -> list[Calendar]:
    """A host's calendars, oldest first."""
    return [_calendar(row) for row in await db.rows(LIST, host_id=host_id)]


async def list_due(db: Reader, now: int, *, limit: int) -> list[int]:
    """The ids of calendars whose next read is due, longest due first."""
    return [row[0] for row in await db.rows(LIST_DUE, now=now, limit=limit)]


async def sealed_address(db: Reader, id: int) -> bytes | None:
    """The sealed address of a calendar."""
    row = await db.row(SEALED_ADDRESS, id=id)
    return row[0] if row else None


async def oldest_read(db: Reader, host_id: int) -> int | None:
    """When the host's longest unread calendar was last read (or added, if never); None without calendars."""
    row = await db.row(OLDEST_READ, host_id=host_id)
    return row[0] if row else None


async def update_read(tx: Writer, calendar: Calendar) -> int:
    """Write what the last read found out; 0 when the calendar has gone meanwhile."""
    return await tx.run(
        UPDATE_READ,
        id=calendar.id,
        etag=calendar.etag,
        last_modified=calendar.last_modified,
        last_read_at=calendar.last_read_at,
        expanded_at=calendar.expanded_at,
        next_read_at=calendar.next_read_at,
        failing_since=calendar.failing_since,
        last_error=calendar.last_error,
        warnings=msgspec.json.encode(calendar.warnings).decode(),
        events=calendar.events,
    )


async def delete(tx: Writer, id: int) -> int:
    """Forget a calendar and the busy time read from it."""
    await tx.run(DELETE_ALL_BUSY, calendar_id=id)
    return await tx.run(DELETE, id=id)


async def list_busy(db: Reader, host_id: int, from_at: int, to_at: int) -> list[tuple[int, int]]:
    """Intervals that touch `[from_at, to_at)`, by start; one index range, however much is stored beyond it."""
    rows = await db.rows(
        LIST_BUSY, host_id=host_id, earliest=from_at - LONGEST_BUSY_SECONDS, from_at=from_at, to_at=to_at
    )
    return [(row[0], row[1]) for row in rows]


async def list_named_busy(db: Reader, host_id: int, from_at: int, to_at: int) -> list[tuple[int, int, str]]:
    """As `list_busy`, each with the name of the calendar it was read from; for its host's eyes."""
    rows = await db.rows(
        LIST_NAMED_BUSY, host_id=host_id, earliest=from_at - LONGEST_BUSY_SECONDS, from_at=from_at, to_at=to_at
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def list_busy_of(db: Reader, calendar_id: int) -> list[BusyTime]:
    """All busy time that was read from one calendar."""
    return [BusyTime(*row) for row in await db.rows(LIST_BUSY_OF, calendar_id=calendar_id)]


async def insert_busy(tx: Writer, calendar: Calendar, found: Iterable[BusyTime]) -> None:
    """Add busy time of a calendar; none may be longer than `LONGEST_BUSY_SECONDS`."""
    for busy in found:
        await tx.run(INSERT_BUSY, calendar_id=calendar.id, host_id=calendar.host_id, **busy._asdict())


async def delete_busy(tx: Writer, calendar_id: int, gone: Iterable[BusyTime]) -> None:
    """Take away busy time of a calendar."""
    for busy in gone:
        await tx.run(DELETE_BUSY, calendar_id=calendar_id, **busy._asdict())


async def is_booking_of(db: Reader, uid: str, host_id: int) -> bool:
    """Whether that uid names a booking, a series or a session of this host, whatever became of it (rule 37)."""
    return await db.row(IS_BOOKING_OF, uid=uid, host_id=host_id) is not None


async def list_uids_from_elsewhere(db: Reader, host_id: int) -> frozenset[str]:
    """The UIDs that a host's bookings from elsewhere have in calendars: events of theirs are echoes too (rule 37)."""
    return frozenset(row[0] for row in await db.rows(FROM_ELSEWHERE, host_id=host_id))


def _calendar(row: Row) -> Calendar:
    return Calendar(
        id=row[0],
        host_id=row[1],
        name=row[2],
        shown_address=row[3],
        tz=row[4],
        tentative_blocks=bool(row[5]),
        etag=row[6],
        last_modified=row[7],
        created_at=row[8],
        last_read_at=row[9],
        expanded_at=row[10],
        next_read_at=row[11],
        failing_since=row[12],
        last_error=row[13],
        warnings=_warnings.decode(row[14]),
        events=row[15],
    )
