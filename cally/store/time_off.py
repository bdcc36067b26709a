"""The SQL of time off: the days hosts are away, and who stands in for them."""

from datetime import date

from cally.model.time_off import TimeOff
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO time_off (id, host_id, first_on, last_on, note, delegate_id, created_at)
VALUES (:id, :host_id, :first_on, :last_on, :note, :delegate_id, :now)
"""
UPDATE = """
UPDATE time_off
SET first_on = :first_on,
    last_on = :last_on,
    note = :note,
    delegate_id = :delegate_id
WHERE id = :id
"""
BY_ID = """
SELECT id, host_id, first_on, last_on, note, delegate_id
FROM time_off
WHERE id = :id
"""
LIST = """
SELECT id, host_id, first_on, last_on, note, delegate_id
FROM time_off
WHERE host_id = :host_id
  AND last_on >= :from_on
  AND first_on <= :to_on
ORDER BY first_on, id
"""
LIST_BY_DELEGATE = """
SELECT id, host_id, first_on, last_on, note, delegate_id
FROM time_off
WHERE delegate_id = :delegate_id
  AND last_on >= :from_on
ORDER BY first_on, id
"""
STRETCHES = """
SELECT first_on, last_on
FROM time_off
WHERE host_id = :host_id
ORDER BY first_on, id
"""
DELETE = """
DELETE FROM time_off
WHERE id = :id
"""
DELETE_OVER = """
DELETE FROM time_off
WHERE last_on < :before_on
"""


async def insert(tx: Writer, entry: TimeOff, *, now: int) -> None:
    """Store new days away."""
    await tx.run(
        INSERT,
        id=entry.id,
        host_id=entry.host_id,
        first_on=entry.first_on.isoformat(),
        last_on=entry.last_on.isoformat(),
        note=entry.note,
        delegate_id=entry.delegate_id,
        now=now,
    )


async def update(tx: Writer, entry: TimeOff) -> None:
    """Write everything that may change."""
    await tx.run(
        UPDATE,
        id=entry.id,
        first_on=entry.first_on.isoformat(),
        last_on=entry.last_on.isoformat(),
        note=entry.note,
        delegate_id=entry.delegate_id,
    )


async def by_id(db: Reader, id: int) -> TimeOff | None:
    """The days away of that row."""
    row = await db.row(BY_ID, id=id)
    return _time_off(row) if row else None


async def list_of(db: Reader, host_id: int, *, from_on: date = date.min, to_on: date = date.max) -> list[TimeOff]:
    """A host's time off that touches these dates, both included; earliest first."""
    rows = await db.rows(LIST, host_id=host_id, from_on=from_on.isoformat(), to_on=to_on.isoformat())
    return [_time_off(row) for row in rows]


async def list_by_delegate(db: Reader, delegate_id: int, *, from_on: date) -> list[TimeOff]:
    """The time off for which a host stands in, unless it ended before that date; earliest first."""
    rows = await db.rows(LIST_BY_DELEGATE, delegate_id=delegate_id, from_on=from_on.isoformat())
    return [_time_off(row) for row in rows]


async def stretches(db: Reader, host_id: int) -> tuple[tuple[date, date], ...]:
    """First and last date of each time off of a host, earliest first."""
    rows = await db.rows(STRETCHES, host_id=host_id)
    return tuple((date.fromisoformat(row[0]), date.fromisoformat(row[1])) for row in rows)


async def days_away(db: Reader, host_id: int, from_on: date, to_on: date) -> frozenset[date]:
    """The dates within these, both included, on which a host is away; a year after, they are forgotten."""
    found = await list_of(db, host_id, from_on=from_on, to_on=to_on)
    return frozenset(
        date.fromordinal(day)
        for entry in found
        for day in range(max(entry.first_on, from_on).toordinal(), min(entry.last_on, to_on).toordinal() + 1)
    )


async def delete(tx: Writer, id: int) -> None:
    """Remove days away."""
    await tx.run(DELETE, id=id)


async def delete_over(tx: Writer, *, before_on: date) -> int:
    """Remove the days away that ended before that date; how many there were."""
    return await tx.run(DELETE_OVER, before_on=before_on.isoformat())


def _time_off(row: Row) -> TimeOff:
    return TimeOff(
        id=row[0],
        host_id=row[1],
        first_on=date.fromisoformat(row[2]),
        last_on=date.fromisoformat(row[3]),
        note=row[4],
        delegate_id=row[5],
    )
