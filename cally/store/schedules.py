"""The SQL of schedules; their rules are kept as the capsule's JSON."""

from functools import lru_cache

import msgspec

from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.hosts import Schedule
from cally.model.rules import ScheduleRules
from cally.store.driver import Reader, Row, Writer

REMEMBERED = 1_024

INSERT = """
INSERT INTO schedule (id, host_id, name, rules, created_at, updated_at)
VALUES (:id, :host_id, :name, :rules, :now, :now)
"""
BY_ID = """
SELECT id, host_id, name, rules
FROM schedule
WHERE id = :id
"""
LIST = """
SELECT id, host_id, name, rules
FROM schedule
WHERE host_id = :host_id
ORDER BY id
"""
UPDATE = """
UPDATE schedule
SET name = :name,
    rules = :rules,
    updated_at = :now
WHERE id = :id
"""
DELETE = """
DELETE FROM schedule
WHERE id = :id
"""


async def insert(tx: Writer, schedule: Schedule, *, now: int) -> None:
    """Store a new schedule."""
    await tx.run(
        INSERT,
        id=schedule.id,
        host_id=schedule.host_id,
        name=schedule.name,
        rules=_json(schedule.rules),
        now=now,
    )


async def by_id(db: Reader, id: int) -> Schedule | None:
    """The schedule of that row."""
    row = await db.row(BY_ID, id=id)
    return _schedule(row) if row else None


async def list_of(db: Reader, host_id: int) -> list[Schedule]:
    """A host's schedules, oldest first."""
    return [_schedule(row) for row in await db.rows(LIST, host_id=host_id)]


async def update(tx: Writer, schedule: Schedule, *, now: int) -> None:
    """Write a schedule's name and rules."""
    await tx.run(UPDATE, id=schedule.id, name=schedule.name, rules=_json(schedule.rules), now=now)


async def delete(tx: Writer, id: int) -> None:
    """Remove a schedule that nothing points to."""
    await tx.run(DELETE, id=id)


@lru_cache(maxsize=REMEMBERED)  # the same row is the same noun, and reading its rules takes longer than the query
def _schedule(row: Row) -> Schedule:
    return Schedule(id=row[0], host_id=row[1], name=row[2], rules=schedule_from_json(msgspec.json.decode(row[3])))


def _json(rules: ScheduleRules) -> str:
    return msgspec.json.encode(schedule_to_json(rules)).decode()
