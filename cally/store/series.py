"""The SQL of series, and of the place that each booking has in one."""

import msgspec

from cally.model.bookings import Booking
from cally.model.series import BookingSeries, Occurrence
from cally.store import bookings
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO series (id, uid, sequence, event_type_id, rhythm, starts_at, tz, asked, skipped, by_rule, created_at,
                    updated_at)
VALUES (:id, :uid, :sequence, :event_type_id, :rhythm, :starts_at, :tz, :asked, :skipped, :by_rule, :created_at,
        :updated_at)
"""
BY_ID = """
SELECT id, uid, sequence, event_type_id, rhythm, starts_at, tz, asked, skipped, by_rule, created_at, updated_at
FROM series
WHERE id = :id
"""
BY_UID = """
SELECT id, uid, sequence, event_type_id, rhythm, starts_at, tz, asked, skipped, by_rule, created_at, updated_at
FROM series
WHERE uid = :uid
"""
UPDATE_SEQUENCE = """
UPDATE series
SET sequence = sequence + 1,
    updated_at = :now
WHERE id = :id
"""
INSERT_BOOKING = """
INSERT INTO series_booking (booking_id, series_id, number, planned_at)
VALUES (:booking_id, :series_id, :number, :planned_at)
"""
BOOKINGS = """
SELECT booking_id
FROM series_booking
WHERE series_id = :series_id
ORDER BY number
"""
OCCURRENCES = """
SELECT series_booking.number, series_booking.planned_at, booking.uid, booking.starts_at, booking.ends_at,
       booking.status
FROM series_booking
JOIN booking
  ON booking.id = series_booking.booking_id
WHERE series_booking.series_id = :series_id
ORDER BY series_booking.number
"""

_instants = msgspec.json.Decoder(tuple[int, ...])


async def insert(tx: Writer, series: BookingSeries) -> None:
    """Store a new series; its bookings follow."""
    await tx.run(
        INSERT,
        id=series.id,
        uid=series.uid,
        sequence=series.sequence,
        event_type_id=series.event_type_id,
        rhythm=series.rhythm,
        starts_at=series.starts_at,
        tz=series.tz,
        asked=series.asked,
        skipped=msgspec.json.encode(series.skipped).decode(),
        by_rule=int(series.by_rule),
        created_at=series.created_at,
        updated_at=series.updated_at,
    )


async def insert_booking(tx: Writer, series_id: int, booking: Booking, *, number: int) -> None:
    """Give a booking its place; the start that it has now is the planned one."""
    await tx.run(
        INSERT_BOOKING, series_id=series_id, booking_id=booking.id, number=number, planned_at=booking.starts_at
    )


async def by_id(db: Reader, id: int) -> BookingSeries | None:
    """The series of that row."""
    row = await db.row(BY_ID, id=id)
    return _series(row) if row else None


async def by_uid(db: Reader, uid: str) -> BookingSeries | None:
    """The series of that permanent name."""
    row = await db.row(BY_UID, uid=uid)
    return _series(row) if row else None


async def bookings_of(db: Reader, series_id: int) -> list[Booking]:
    """All bookings of a series by their number, whatever became of them."""
    found = [await bookings.by_id(db, row[0]) for row in await db.rows(BOOKINGS, series_id=series_id)]
    return [booking for booking in found if booking is not None]


async def occurrences(db: Reader, series_id: int) -> tuple[Occurrence, ...]:
    """The dates of a series by their number, as they stand."""
    return tuple(
        Occurrence(number=row[0], planned_at=row[1], uid=row[2], starts_at=row[3], ends_at=row[4], status=row[5])
        for row in await db.rows(OCCURRENCES, series_id=series_id)
    )


async def update_sequence(tx: Writer, id: int, *, now: int) -> None:
    """Note that something within the series has changed: its sequence rises by one."""
    await tx.run(UPDATE_SEQUENCE, id=id, now=now)


def _series(row: Row) -> BookingSeries:
    return BookingSeries(
        id=row[0],
        uid=row[1],
        sequence=row[2],
        event_type_id=row[3],
        rhythm=row[4],
        starts_at=row[5],
        tz=row[6],
        asked=row[7],
        skipped=_instants.decode(row[8]),
        by_rule=bool(row[9]),
        created_at=row[10],
        updated_at=row[11],
    )
