"""Recurring jobs: work every so often, remembered in the database, never piling up after a sleep (rules 76, 80)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cally.clock import Clock
from cally.errors import CallyError
from cally.notify import TryAgain
from cally.store import Store, recurring_jobs

INTERRUPTED = "The last run was cut short: Cally was stopped meanwhile."
LONGEST_ERROR = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecurringJob:
    """Work done every `cadence` seconds, or at the times of a cron expression on the clocks of `tz` (DST-right).

    `run` is called with now. Raising ends this run with its error noted; `TryAgain` names an earlier next one.
    """

    name: str
    cadence: int | str
    run: Callable[[int], Awaitable[None]]
    tz: str = "UTC"

    def next_after(self, now: int) -> int:
        """When it is due after `now`, whatever was missed before."""
        if isinstance(self.cadence, int):
            return now + self.cadence
        from cronsim import CronSim  # noqa: PLC0415 - needed only by who uses such an expression

        found = next(CronSim(self.cadence, datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.tz))))
        return int(found.timestamp())

    def first(self, now: int) -> int:
        """When it is due for the first time: at once, or at the first of its times."""
        return now if isinstance(self.cadence, int) else self.next_after(now)


class Recurring:
    """The recurring jobs of one process; each runs at most once at a time."""

    def __init__(self, store: Store, clock: Clock, known: Sequence[RecurringJob]) -> None:
        self._store = store
        self._clock = clock
        self._known = known
        self.running: dict[str, asyncio.Task[None]] = {}

    async def prepare(self) -> None:
        """Plan what is new, forget what is known no more, take up what the end of the last process cut short."""
        now, names = self._clock(), {job.name for job in self._known}
        async with self._store.write() as tx:
            for run in await recurring_jobs.list_all(tx):
                if run.name not in names:
                    await recurring_jobs.delete(tx, run.name)
            for job in self._known:
                if await recurring_jobs.by_name(tx, job.name) is None:
                    await recurring_jobs.insert(tx, job.name, due_at=job.first(now))
                await recurring_jobs.resume(tx, job.name, now=now, last_error=INTERRUPTED)

    async def start_due(self) -> int | None:
        """Start what is due; the instant when the next one will be."""
        now = self._clock()
        planned = {run.name: run.due_at for run in await recurring_jobs.list_all(self._store.reader)}
        upcoming = []
        for job in self._known:
            due_at = planned.get(job.name, now)
            if job.name in self.running:
                continue
            if due_at <= now:
                due_at = await self._start(job, due_at, now)
            elif isinstance(job.cadence, int) and due_at > now + job.cadence:
                due_at = await self._plan_anew(job, now)
            upcoming.append(due_at)
        return min(upcoming, default=None)

    async def _start(self, job: RecurringJob, due_at: int, now: int) -> int:
        upcoming = job.next_after(now)
        async with self._store.write() as tx:
            started = await recurring_jobs.start(tx, job.name, due_at=due_at, next_due_at=upcoming, now=now)
        if started:
            task = asyncio.create_task(self._run(job, now), name=f"recurring job {job.name}")
            self.running[job.name] = task
            task.add_done_callback(lambda _: self.running.pop(job.name, None))
        return upcoming

    async def _plan_anew(self, job: RecurringJob, now: int) -> int:
        """The clock was set back: a cadence is a distance, so it is counted from here."""
        upcoming = job.next_after(now)
        async with self._store.write() as tx:
            await recurring_jobs.update_due(tx, job.name, due_at=upcoming)
        return upcoming

    async def _run(self, job: RecurringJob, now: int) -> None:
        error, due_at = "", None
        try:
            await job.run(now)
        except TryAgain as wish:
            error, due_at = wish.reason, self._clock() + wish.after_seconds
        except CallyError as failure:
            error = failure.sentence
            log.warning("The recurring job %s failed: %s", job.name, error)
        except Exception as fault:
            error = f"{type(fault).__name__}: {fault}"[:LONGEST_ERROR]
            log.exception("The recurring job %s failed.", job.name)
        async with self._store.write() as tx:
            await recurring_jobs.end(tx, job.name, now=self._clock(), last_error=error, due_at=due_at)
