"""The SQL of the machine's own questions: is work late, has something been given up, is a calendar not read?"""

from cally.store.driver import Reader

ANSWERS = """
SELECT count(*)
FROM migration
"""
OLDEST_DUE = """
WITH RECURSIVE waiting (kind) AS (
  SELECT MIN(kind)
  FROM job
  WHERE state = 'waiting'
  UNION ALL
  SELECT (SELECT MIN(job.kind) FROM job WHERE job.state = 'waiting' AND job.kind > waiting.kind)
  FROM waiting
  WHERE waiting.kind IS NOT NULL
)
SELECT MIN((SELECT MIN(job.due_at) FROM job WHERE job.state = 'waiting' AND job.kind = waiting.kind))
FROM waiting
WHERE :mail OR waiting.kind NOT IN ('mail', 'letter')
"""
OLDEST_LAPSED_LEASE = """
SELECT MIN(leased_until)
FROM job
WHERE state = 'running'
"""
READY_NOW = """
SELECT count(*)
FROM job
WHERE state = 'waiting'
  AND ready = 1
  AND (:mail OR kind NOT IN ('mail', 'letter'))
"""
COME_DUE = """
SELECT count(*)
FROM job
WHERE state = 'waiting'
  AND ready = 0
  AND due_at <= :now
  AND (:mail OR kind NOT IN ('mail', 'letter'))
"""
DEAD = """
SELECT count(*)
FROM job
WHERE state = 'dead'
"""
FAILED_MESSAGES = """
SELECT count(*)
FROM message
WHERE state = 'failed'
"""
STALE_CALENDARS = """
SELECT count(*)
FROM calendar
WHERE COALESCE(last_read_at, created_at) < :before
   OR (last_read_at IS NULL AND failing_since IS NOT NULL)
"""
NEXT_MAIL = """
SELECT attempts, created_at, last_error
FROM job
WHERE state = 'waiting'
  AND kind = 'mail'
ORDER BY due_at
LIMIT :limit
"""
LATE_KINDS = """
SELECT kind, count(*), MIN(due_at)
FROM job
WHERE state = 'waiting'
  AND ready IN (0, 1)
  AND due_at < :before
  AND (:mail OR kind NOT IN ('mail', 'letter'))
GROUP BY kind
ORDER BY MIN(due_at)
"""
LIST_STALE_CALENDARS = """
SELECT calendar.name, host.name, calendar.last_read_at, calendar.last_error
FROM calendar
JOIN host ON host.id = calendar.host_id
WHERE COALESCE(calendar.last_read_at, calendar.created_at) < :before
   OR (calendar.last_read_at IS NULL AND calendar.failing_since IS NOT NULL)
ORDER BY calendar.last_read_at, calendar.id
"""
LATEST_ENTRY = """
SELECT at
FROM audit_entry
ORDER BY id DESC
LIMIT 1
"""


async def answers(db: Reader) -> bool:
    """Whether the database can be read."""
    return await db.row(ANSWERS) is not None


async def oldest_due(db: Reader, *, mail_set_up: bool) -> int | None:
    """When the work that waits longest was due, or its worker's lease ran out; None when nothing waits.

    Without a mail server, mail and letters are meant to wait, and do not count.
    """
    rows = (await db.row(OLDEST_DUE, mail=int(mail_set_up)), await db.row(OLDEST_LAPSED_LEASE))
    return min((row[0] for row in rows if row and row[0] is not None), default=None)


async def count_due(db: Reader, now: int, *, mail_set_up: bool) -> int:
    """How many jobs wait although they are due; mail as in `oldest_due`."""
    rows = (await db.row(READY_NOW, mail=int(mail_set_up)), await db.row(COME_DUE, now=now, mail=int(mail_set_up)))
    return sum(int(row[0]) for row in rows if row)


async def count_dead(db: Reader) -> int:
    """How many jobs were given up."""
    row = await db.row(DEAD)
    return int(row[0]) if row else 0


async def next_mail(db: Reader, *, limit: int) -> list[tuple[int, int, str]]:
    """The mail that is tried next: how often it was, since when it waits, and what went wrong last."""
    return [(row[0], row[1], row[2]) for row in await db.rows(NEXT_MAIL, limit=limit)]


async def count_failed_messages(db: Reader) -> int:
    """How many messages could not be delivered."""
    row = await db.row(FAILED_MESSAGES)
    return int(row[0]) if row else 0


async def count_stale_calendars(db: Reader, *, before: int) -> int:
    """How many calendars were last read before an instant, or could never be read."""
    row = await db.row(STALE_CALENDARS, before=before)
    return int(row[0]) if row else 0


async def list_late(db: Reader, *, before: int, mail_set_up: bool) -> list[tuple[str, int, int]]:
    """The kinds of jobs that were due before an instant: kind, how many, since when; the oldest first."""
    return [(row[0], row[1], row[2]) for row in await db.rows(LATE_KINDS, before=before, mail=int(mail_set_up))]


async def list_stale_calendars(db: Reader, *, before: int) -> list[tuple[str, str, int | None, str]]:
    """The calendars of `count_stale_calendars`: its name, its host's, when it was last read, what was said then."""
    return [(row[0], row[1], row[2], row[3]) for row in await db.rows(LIST_STALE_CALENDARS, before=before)]


async def latest_entry_at(db: Reader) -> int | None:
    """The instant of the newest audit entry: the clock must not be behind it."""
    row = await db.row(LATEST_ENTRY)
    return int(row[0]) if row else None
