"""The SQL of jobs: work due at an instant, leased by a conditional UPDATE; every statement is a step of an index."""

from cally.model.ids import new_id
from cally.model.jobs import USUAL, JobState, Priority
from cally.model.messages import Job
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO job (id, kind, subject, state, due_at, created_at, priority, owner, ready)
VALUES (:id, :kind, :subject, 'waiting', :due_at, :now, :priority, :owner, :ready)
"""
BY_ID = """
SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
FROM job
WHERE id = :id
"""
DUE = """
SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
FROM job
WHERE state = 'waiting'
  AND kind = :kind
  AND due_at <= :now
ORDER BY due_at
LIMIT :limit
"""
MOST_URGENT = """
SELECT priority
FROM job
WHERE state = 'waiting'
  AND ready = 1
  AND kind = :kind
  AND priority >= :least
ORDER BY priority
LIMIT 1
"""
NEXT_OWNER = """
SELECT owner
FROM job
WHERE state = 'waiting'
  AND ready = 1
  AND kind = :kind
  AND priority = :priority
  AND owner > :after
ORDER BY owner
LIMIT 1
"""
READY_OF = """
SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
FROM job
WHERE state = 'waiting'
  AND ready = 1
  AND kind = :kind
  AND priority = :priority
  AND owner = :owner
ORDER BY due_at
LIMIT :limit
"""
NEXT_DUE = """
SELECT due_at
FROM job
WHERE state = 'waiting'
  AND ready = 0
ORDER BY due_at
LIMIT 1
"""
PROMOTE = """
UPDATE job
SET ready = 1
WHERE id IN (
    SELECT id
    FROM job
    WHERE state = 'waiting'
      AND ready = 0
      AND due_at <= :now
    ORDER BY due_at
    LIMIT :limit
  )
"""
DEMOTE = """
UPDATE job
SET ready = 0
WHERE state = 'waiting'
  AND ready = 1
  AND due_at > :now
"""
LEASE = """
UPDATE job
SET state = 'running',
    leased_until = :leased_until,
    attempts = attempts + 1
WHERE id = :id
  AND state = 'waiting'
  AND attempts = :attempts
"""
LAPSED = """
SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
FROM job
WHERE state = 'running'
  AND (leased_until <= :now OR leased_until > :furthest)
"""
GIVE_BACK = """
UPDATE job
SET state = 'waiting',
    ready = 0,
    leased_until = NULL,
    due_at = :due_at,
    attempts = attempts - :uncounted,
    cut_short = :cut_short,
    last_error = :last_error
WHERE id = :id
  AND state = 'running'
  AND attempts = :attempts
"""
BURY = """
UPDATE job
SET state = 'dead',
    ready = 0,
    leased_until = NULL,
    last_error = :last_error
WHERE id = :id
  AND state = 'running'
  AND attempts = :attempts
"""
FINISH = """
DELETE FROM job
WHERE id = :id
  AND state = 'running'
  AND attempts = :attempts
"""
REVIVE = """
UPDATE job
SET state = 'waiting',
    ready = 1,
    due_at = :now,
    attempts = 0,
    cut_short = 0
WHERE kind = :kind
  AND subject = :subject
  AND state <> 'running'
"""
REVIVE_DEAD = """
UPDATE job
SET state = 'waiting',
    ready = 1,
    due_at = :now,
    attempts = 0,
    cut_short = 0
WHERE state = 'dead'
"""
DISCARD = """
DELETE FROM job
WHERE id = :id
  AND state = 'dead'
"""
ATTEMPTS = """
SELECT attempts
FROM job
WHERE kind = :kind
  AND subject = :subject
"""
HURRY_RETRIES = """
UPDATE job
SET due_at = :now
WHERE state = 'waiting'
  AND due_at > :now
  AND (
    due_at <= created_at
    OR (attempts > 0 AND due_at > :furthest)
  )
"""
COUNT = """
SELECT state, count(*)
FROM job
GROUP BY state
"""
LIST = """
SELECT id, kind, subject, state, due_at, attempts, last_error, created_at, priority, owner, cut_short
FROM job
WHERE state = :state
ORDER BY due_at
LIMIT :limit
"""


async def insert(
    tx: Writer, *, kind: str, subject: int, due_at: int, now: int, priority: Priority = USUAL, owner: int = 0
) -> int:
    """Plan work about a row; its id. Raises `Duplicate` when the same work about it is planned already.

    `owner` is the host or account for whom it is done: owners take turns, so that no one's heap keeps others waiting.
    """
    made = new_id(now)
    await tx.run(
        INSERT,
        id=made,
        kind=kind,
        subject=subject,
        due_at=due_at,
        now=now,
        priority=priority,
        owner=owner,
        ready=int(due_at <= now),
    )
    return made


async def by_id(db: Reader, id: int) -> Job | None:
    """The job of that row."""
    row = await db.row(BY_ID, id=id)
    return job_of(row) if row else None


async def list_due(db: Reader, kind: str, *, now: int, limit: int) -> list[Job]:
    """Jobs of a kind that are due, the longest due first; costs the same for any length of the queue."""
    return [job_of(row) for row in await db.rows(DUE, kind=kind, now=now, limit=limit)]


async def most_urgent(db: Reader, kind: str, *, least: int = 0) -> Priority | None:
    """The most urgent priority, from `least` on, in which jobs of a kind are ready; None when none are."""
    row = await db.row(MOST_URGENT, kind=kind, least=least)
    found: Priority | None = row[0] if row else None
    return found


async def next_owner(db: Reader, kind: str, priority: Priority, *, after: int) -> int | None:
    """The owner whose turn is next behind another one's, of those with ready jobs; None at the end of the round."""
    row = await db.row(NEXT_OWNER, kind=kind, priority=priority, after=after)
    return int(row[0]) if row else None


async def list_ready(db: Reader, kind: str, priority: Priority, owner: int, *, limit: int) -> list[Job]:
    """An owner's jobs that are ready, the longest due first."""
    rows = await db.rows(READY_OF, kind=kind, priority=priority, owner=owner, limit=limit)
    return [job_of(row) for row in rows]


async def next_due_at(db: Reader) -> int | None:
    """When the next job is due of those that were not when anybody looked last."""
    row = await db.row(NEXT_DUE)
    return row[0] if row else None


async def promote(tx: Writer, *, now: int, limit: int) -> int:
    """Make so many jobs ready that have come due; how many there were."""
    return await tx.run(PROMOTE, now=now, limit=limit)


async def lease(tx: Writer, job: Job, *, leased_until: int) -> bool:
    """Take a waiting job; False when another worker was faster. Its `attempts` + 1 is the proof of this lease."""
    return await tx.run(LEASE, id=job.id, attempts=job.attempts, leased_until=leased_until) == 1


async def list_lapsed(db: Reader, *, now: int, lease_seconds: int) -> list[Job]:
    """Jobs whose worker has not come back: their lease ran out, or ends later than any given now could."""
    return [job_of(row) for row in await db.rows(LAPSED, now=now, furthest=now + lease_seconds)]


async def give_back(
    tx: Writer, job: Job, *, due_at: int, last_error: str, counted: bool = True, cut_short: int = 0
) -> bool:
    """End a lease with the work still to do; `counted=False` undoes the attempt. False when the lease was lost."""
    changed = await tx.run(
        GIVE_BACK,
        id=job.id,
        attempts=job.attempts,
        due_at=due_at,
        last_error=last_error,
        uncounted=int(not counted),
        cut_short=cut_short,
    )
    return changed == 1


async def bury(tx: Writer, job: Job, *, last_error: str) -> bool:
    """Give a leased job up, with what was wrong; it stays for a person to look at. False when the lease was lost."""
    return await tx.run(BURY, id=job.id, attempts=job.attempts, last_error=last_error) == 1


async def finish(tx: Writer, job: Job) -> bool:
    """Remove a leased job that is done; False when the lease was lost."""
    return await tx.run(FINISH, id=job.id, attempts=job.attempts) == 1


async def revive(tx: Writer, *, kind: str, subject: int, now: int) -> bool:
    """Make a waiting or dead job due now, as if never tried; False when there is none, or it runs at this moment."""
    return await tx.run(REVIVE, kind=kind, subject=subject, now=now) == 1


async def revive_dead(tx: Writer, *, now: int) -> int:
    """Make every dead job due now; how many there were."""
    return await tx.run(REVIVE_DEAD, now=now)


async def discard(tx: Writer, id: int) -> bool:
    """Remove a dead job; False when it is not dead (any more)."""
    return await tx.run(DISCARD, id=id) == 1


async def attempts(db: Reader, *, kind: str, subject: int) -> int | None:
    """How often the work about a row was begun; None when none is planned."""
    row = await db.row(ATTEMPTS, kind=kind, subject=subject)
    return int(row[0]) if row else None


async def hurry_retries(tx: Writer, *, now: int, longest_wait: int) -> int:
    """Make due what a clock has planned that was set back since: work for at once, and retries beyond any backoff.

    What had come due by that clock and is not by this one waits again.
    """
    hurried = await tx.run(HURRY_RETRIES, now=now, furthest=now + longest_wait)
    await tx.run(DEMOTE, now=now)
    return hurried


async def count_by_state(db: Reader) -> dict[str, int]:
    """How many jobs wait, run and are dead."""
    return {row[0]: row[1] for row in await db.rows(COUNT)}


async def list_by_state(db: Reader, state: JobState, *, limit: int = 100) -> list[Job]:
    """Jobs in a state, the longest due first."""
    return [job_of(row) for row in await db.rows(LIST, state=state, limit=limit)]


def job_of(row: Row) -> Job:
    """The job of a row, in the order of the columns above."""
    return Job(
        id=row[0],
        kind=row[1],
        subject=row[2],
        state=row[3],
        due_at=row[4],
        attempts=row[5],
        last_error=row[6],
        created_at=row[7],
        priority=row[8],
        owner=row[9],
        cut_short=row[10],
    )
