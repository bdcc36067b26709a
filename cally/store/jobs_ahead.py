"""The SQL of looking at the queue: pages of it, what is due by the hour, and whose heaps there are."""

from cally.model.jobs import JobState
from cally.model.messages import Job
from cally.store.driver import Reader
from cally.store.jobs import job_of

PAGE = """
SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
FROM (
  SELECT *
  FROM (
    SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
    FROM job
    WHERE state = :state
      AND ready = 0
      AND (due_at, id) > (:due_at, :id)
      AND due_at <= :until
    ORDER BY due_at, id
    LIMIT :limit
  )
  UNION ALL
  SELECT *
  FROM (
    SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
    FROM job
    WHERE state = :state
      AND ready = 1
      AND (due_at, id) > (:due_at, :id)
      AND due_at <= :until
    ORDER BY due_at, id
    LIMIT :limit
  )
)
ORDER BY due_at, id
LIMIT :limit
"""
BY_HOUR = """
SELECT (CASE WHEN due_at < :now THEN 0 ELSE due_at - :now END) / 3600, kind, count(*)
FROM job
WHERE state = 'waiting'
  AND ready IN (0, 1)
  AND due_at < :until
GROUP BY 1, 2
"""
BEGINNING = (-1, 0)
FOR_EVER = 2**62


async def page(
    db: Reader, state: JobState, *, after: tuple[int, int] = BEGINNING, until: int = FOR_EVER, limit: int
) -> list[Job]:
    """Jobs in a state, the longest due first, behind the one of that instant and id; due by `until`."""
    values = {"state": state, "due_at": after[0], "id": after[1], "until": until, "limit": limit}
    return [job_of(row) for row in await db.rows(PAGE, **values)]


async def by_hour(db: Reader, *, now: int, until: int) -> list[tuple[int, str, int]]:
    """How many wait by hours from now on and kind; what is due already counts for the first hour."""
    return [(row[0], row[1], row[2]) for row in await db.rows(BY_HOUR, now=now, until=until)]
