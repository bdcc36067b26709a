"""The SQL of what jobs came to, by kind and hour."""

from typing import NamedTuple

from cally.store.driver import Reader, Writer

ADD = """
INSERT INTO job_hour (hour, kind, done, put_off, given_up, late_seconds, latest_seconds)
VALUES (:hour, :kind, :done, :put_off, :given_up, :late, :late)
ON CONFLICT (hour, kind) DO UPDATE
SET done = done + excluded.done,
    put_off = put_off + excluded.put_off,
    given_up = given_up + excluded.given_up,
    late_seconds = late_seconds + excluded.late_seconds,
    latest_seconds = MAX(latest_seconds, excluded.latest_seconds)
"""
LIST = """
SELECT hour, kind, done, put_off, given_up, late_seconds, latest_seconds
FROM job_hour
WHERE hour >= :since
ORDER BY hour, kind
"""
DELETE_OLD = """
DELETE FROM job_hour
WHERE hour < :before
"""
HOUR_SECONDS = 3_600


class Hour(NamedTuple):
    """What jobs of a kind came to within an hour; `hour` counts from 1970.

    `late_seconds` is how long they waited after they were due, in all; `latest_seconds` the longest of it.
    """

    hour: int
    kind: str
    done: int
    put_off: int
    given_up: int
    late_seconds: int
    latest_seconds: int


async def add(
    tx: Writer, kind: str, *, now: int, late_seconds: int, done: int = 0, put_off: int = 0, given_up: int = 0
) -> None:
    """Count one end of a lease, in the transaction that notes it."""
    await tx.run(
        ADD, hour=now // HOUR_SECONDS, kind=kind, done=done, put_off=put_off, given_up=given_up, late=late_seconds
    )


async def list_since(db: Reader, since: int) -> list[Hour]:
    """Every hour from that one on, the oldest first."""
    return [Hour(*row) for row in await db.rows(LIST, since=since)]


async def delete_old(tx: Writer, *, before: int) -> int:
    """Forget the hours before that one; how many rows."""
    return await tx.run(DELETE_OLD, before=before)
