"""The SQL of schedules; their rules are kept as the capsule's JSON."""

from datetime import date
from functools import lru_cache

import msgspec

from cally.model.capsule import schedule_from_json, schedule_to_json
from cally.model.hosts import Schedule
from cally.model.rules import ScheduleRules
from cally.store import public_holidays, time_off
from cally.store.driver import Reader, Row, Writer

REMEMBERED = 1_024

INSERT = """
INSERT INTO schedule (id, host_id, name, rules, follows_host, created_at, updated_at)
VALUES (:id, :host_id, :name, :rules, :follows_host, :now, :now)
"""
BY_ID = """
SELECT schedule.id, schedule.host_id, schedule.name, schedule.rules, schedule.follows_host, public_holidays.country,
       public_holidays.subdivision, public_holidays.worked, public_holidays.days
FROM schedule
LEFT JOIN public_holidays
  ON public_holidays.schedule_id = schedule.id
WHERE schedule.id = :id
"""
LIST = """
SELECT schedule.id, schedule.host_id, schedule.name, schedule.rules, schedule.follows_host, public_holidays.country,
       public_holidays.subdivision, public_holidays.worked, public_holidays.days
FROM schedule
LEFT JOIN public_holidays
  ON public_holidays.schedule_id = schedule.id
WHERE schedule.host_id = :host_id
ORDER BY schedule.id
"""
UPDATE = """
UPDATE schedule
SET name = :name,
    rules = :rules,
    follows_host = :follows_host,
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
        follows_host=int(schedule.follows_host),
        now=now,
    )


async def by_id(db: Reader, id: int) -> Schedule | None:
    """The schedule of that row, with what closes its days from outside."""
    row = await db.row(BY_ID, id=id)
    return _schedule(row, await time_off.stretches(db, row[1])) if row else None


async def list_of(db: Reader, host_id: int) -> list[Schedule]:
    """A host's schedules, oldest first."""
    rows = await db.rows(LIST, host_id=host_id)
    away = await time_off.stretches(db, host_id) if rows else ()
    return [_schedule(row, away) for row in rows]


async def update(tx: Writer, schedule: Schedule, *, now: int) -> None:
    """Write a schedule's own: name, rules, and whose zone they follow."""
    await tx.run(
        UPDATE,
        id=schedule.id,
        name=schedule.name,
        rules=_json(schedule.rules),
        follows_host=int(schedule.follows_host),
        now=now,
    )


async def delete(tx: Writer, id: int) -> None:
    """Remove a schedule that nothing points to."""
    await tx.run(DELETE, id=id)


@lru_cache(maxsize=REMEMBERED)  # the same rows are the same noun, and reading its rules takes longer than the query
def _schedule(row: Row, away: tuple[tuple[date, date], ...]) -> Schedule:
    return Schedule(
        id=row[0],
        host_id=row[1],
        name=row[2],
        rules=schedule_from_json(msgspec.json.decode(row[3])),
        follows_host=bool(row[4]),
        public_holidays=public_holidays.from_columns(*row[5:9]) if row[5] is not None else None,
        away=away,
    )


def _json(rules: ScheduleRules) -> str:
    return msgspec.json.encode(schedule_to_json(rules)).decode()
