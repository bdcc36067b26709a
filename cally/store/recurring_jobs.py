"""The SQL of recurring jobs: when each is due next, and how its last run ended."""

from cally.model.messages import RecurringRun
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO recurring_job (name, due_at)
VALUES (:name, :due_at)
"""
BY_NAME = """
SELECT name, due_at, started_at, last_run_at, last_error
FROM recurring_job
WHERE name = :name
"""
LIST = """
SELECT name, due_at, started_at, last_run_at, last_error
FROM recurring_job
ORDER BY name
"""
START = """
UPDATE recurring_job
SET due_at = :next_due_at,
    started_at = :now
WHERE name = :name
  AND due_at = :due_at
"""
END = """
UPDATE recurring_job
SET due_at = CASE WHEN :due_at IS NULL THEN due_at ELSE :due_at END,
    started_at = NULL,
    last_run_at = :now,
    last_error = :last_error
WHERE name = :name
"""
INTERRUPTED = """
UPDATE recurring_job
SET due_at = :now,
    started_at = NULL,
    last_error = :last_error
WHERE name = :name
  AND started_at IS NOT NULL
"""
DELETE = """
DELETE FROM recurring_job
WHERE name = :name
"""
UPDATE_DUE = """
UPDATE recurring_job
SET due_at = :due_at
WHERE name = :name
"""


async def insert(tx: Writer, name: str, *, due_at: int) -> None:
    """A recurring job that was not known before."""
    await tx.run(INSERT, name=name, due_at=due_at)


async def by_name(db: Reader, name: str) -> RecurringRun | None:
    """Where the recurring job of that name stands."""
    row = await db.row(BY_NAME, name=name)
    return _run(row) if row else None


async def list_all(db: Reader) -> list[RecurringRun]:
    """Where each recurring job stands."""
    return [_run(row) for row in await db.rows(LIST)]


async def start(tx: Writer, name: str, *, due_at: int, next_due_at: int, now: int) -> bool:
    """Begin the run that was due; its next one is planned in the same step. False when another worker has it."""
    return await tx.run(START, name=name, due_at=due_at, next_due_at=next_due_at, now=now) == 1


async def end(tx: Writer, name: str, *, now: int, last_error: str, due_at: int | None = None) -> None:
    """Note how a run ended; `due_at` replaces the planned next run."""
    await tx.run(END, name=name, now=now, last_error=last_error, due_at=due_at)


async def resume(tx: Writer, name: str, *, now: int, last_error: str) -> bool:
    """Make a run due again that the end of the process cut short; False when none was."""
    return await tx.run(INTERRUPTED, name=name, now=now, last_error=last_error) == 1


async def delete(tx: Writer, name: str) -> None:
    """Forget a recurring job that this version does not know any more."""
    await tx.run(DELETE, name=name)


async def update_due(tx: Writer, name: str, *, due_at: int) -> None:
    """Plan the next run."""
    await tx.run(UPDATE_DUE, name=name, due_at=due_at)


def _run(row: Row) -> RecurringRun:
    return RecurringRun(name=row[0], due_at=row[1], started_at=row[2], last_run_at=row[3], last_error=row[4])
