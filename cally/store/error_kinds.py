"""The SQL of unexpected errors: a row for each kind, and how often it happened in each hour."""

from typing import NamedTuple

from cally.model.errors import ErrorKind, ErrorState, Fault
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO error_kind (id, code, type, place, message, origin, said, trace, version, state, times, first_at, last_at,
                        opened_at)
VALUES (:id, :code, :type, :place, :message, :origin, :said, :trace, :version, 'open', :times, :first_at, :last_at,
        :last_at)
"""
UPDATE_AGAIN = """
UPDATE error_kind
SET times = times + :times,
    last_at = CASE WHEN last_at > :last_at THEN last_at ELSE :last_at END,
    message = :message,
    origin = :origin,
    said = :said,
    trace = :trace,
    version = :version,
    opened_at = CASE WHEN state = 'resolved' THEN :last_at ELSE opened_at END,
    state = CASE WHEN state = 'resolved' THEN 'open' ELSE state END
WHERE code = :code
"""
UPDATE_STATE = """
UPDATE error_kind
SET state = :state
WHERE id = :id
"""
DELETE = """
DELETE FROM error_kind
WHERE id = :id
"""
BY_CODE = """
SELECT id, code, type, place, message, origin, said, trace, version, state, times, first_at, last_at, opened_at
FROM error_kind
WHERE code = :code
"""
LIKE_CODE = """
SELECT id, code, type, place, message, origin, said, trace, version, state, times, first_at, last_at, opened_at
FROM error_kind
WHERE code >= :from_code
  AND code < :to_code
ORDER BY last_at DESC
"""
LIST = """
SELECT id, code, type, place, message, origin, said, trace, version, state, times, first_at, last_at, opened_at
FROM error_kind
ORDER BY last_at DESC, id DESC
"""
OPEN_SINCE = """
SELECT id, code, type, place, message, origin, said, trace, version, state, times, first_at, last_at, opened_at
FROM error_kind
WHERE state = 'open'
  AND last_at > :since
ORDER BY last_at DESC
"""
NEWEST = """
SELECT MAX(opened_at)
FROM error_kind
WHERE state = 'open'
"""
LEAST_WANTED = """
SELECT id
FROM error_kind
ORDER BY CASE state WHEN 'resolved' THEN 0 ELSE 1 END DESC, last_at DESC
LIMIT 10000 OFFSET :most
"""
UPDATE_HOUR = """
UPDATE error_hour
SET times = times + :times
WHERE error_id = :error_id
  AND hour = :hour
"""
INSERT_HOUR = """
INSERT INTO error_hour (error_id, hour, times)
VALUES (:error_id, :hour, :times)
"""
HOURS = """
SELECT error_id, hour, times
FROM error_hour
WHERE hour >= :since
ORDER BY hour
"""
DELETE_HOURS = """
DELETE FROM error_hour
WHERE hour < :before
"""


class Hour(NamedTuple):
    """How often a kind of error happened in an hour, counted from 1970."""

    error_id: int
    hour: int
    times: int


async def insert(tx: Writer, id: int, fault: Fault, *, version: str, times: int, first_at: int, last_at: int) -> None:
    """Store a kind that is new."""
    await tx.run(
        INSERT,
        id=id,
        code=fault.code,
        type=fault.type,
        place=fault.place,
        message=fault.message,
        origin=fault.origin,
        said=fault.said,
        trace=fault.trace,
        version=version,
        times=times,
        first_at=first_at,
        last_at=last_at,
    )


async def update_again(tx: Writer, fault: Fault, *, version: str, times: int, last_at: int) -> int:
    """Note that a known kind happened again; one that was resolved is open once more. How many there are: 0 or 1."""
    return await tx.run(
        UPDATE_AGAIN,
        code=fault.code,
        message=fault.message,
        origin=fault.origin,
        said=fault.said,
        trace=fault.trace,
        version=version,
        times=times,
        last_at=last_at,
    )


async def count_in(tx: Writer, id: int, *, hour: int, times: int) -> None:
    """Add to how often it happened in an hour."""
    if not await tx.run(UPDATE_HOUR, error_id=id, hour=hour, times=times):
        await tx.run(INSERT_HOUR, error_id=id, hour=hour, times=times)


async def update_state(tx: Writer, id: int, state: ErrorState) -> int:
    """How far somebody has got with it; how many kinds there are: 0 or 1."""
    return await tx.run(UPDATE_STATE, id=id, state=state)


async def delete(tx: Writer, id: int) -> int:
    """Forget a kind; how many there were."""
    return await tx.run(DELETE, id=id)


async def by_code(db: Reader, code: str) -> ErrorKind | None:
    """The kind of that code."""
    row = await db.row(BY_CODE, code=code)
    return _kind(row) if row else None


async def with_beginning(db: Reader, beginning: str) -> list[ErrorKind]:
    """The kinds whose code begins like that, the latest first."""
    rows = await db.rows(LIKE_CODE, from_code=beginning, to_code=beginning + "~")
    return [_kind(row) for row in rows]


async def list_all(db: Reader) -> list[ErrorKind]:
    """Every kind, the latest first."""
    return [_kind(row) for row in await db.rows(LIST)]


async def open_since(db: Reader, since: int) -> list[ErrorKind]:
    """Open kinds that happened after an instant, the latest first."""
    return [_kind(row) for row in await db.rows(OPEN_SINCE, since=since)]


async def newest_at(db: Reader) -> int:
    """When the last open kind was new or came back; 0 for none."""
    row = await db.row(NEWEST)
    return int(row[0]) if row and row[0] is not None else 0


async def least_wanted(db: Reader, *, most: int) -> list[int]:
    """The kinds beyond the number that is kept: resolved ones first, then those that did not happen for longest."""
    return [int(row[0]) for row in await db.rows(LEAST_WANTED, most=most)]


async def hours(db: Reader, *, since: int) -> list[Hour]:
    """How often each kind happened in each hour from that one on."""
    return [Hour(*row) for row in await db.rows(HOURS, since=since)]


async def delete_hours(tx: Writer, *, before: int) -> int:
    """Forget the counts of hours before that one; how many."""
    return await tx.run(DELETE_HOURS, before=before)


def _kind(row: Row) -> ErrorKind:
    fault = Fault(code=row[1], type=row[2], place=row[3], message=row[4], origin=row[5], said=row[6], trace=row[7])
    return ErrorKind(
        id=row[0],
        fault=fault,
        version=row[8],
        state=row[9],
        times=row[10],
        first_at=row[11],
        last_at=row[12],
        opened_at=row[13],
    )
