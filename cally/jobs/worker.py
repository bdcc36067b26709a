"""The worker: one loop that does what is due, several jobs at once, and loses none when the process dies."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from cally.clock import Clock
from cally.errors import CallyError
from cally.jobs.recurring import Recurring, RecurringJob
from cally.jobs.turns import Turns
from cally.model.messages import Job
from cally.notify import TryAgain
from cally.store import Reader, Store, Writer, job_hours, jobs

Handler = Callable[[int, int], Awaitable[None]]

HANDLER_SECONDS = 150
LEASE_SECONDS = 180
LONGEST_PAUSE_SECONDS = 5
SHORTEST_PAUSE_SECONDS = 0.1
MOST_ATTEMPTS = 12
FIRST_BACKOFF_SECONDS = 10
LONGEST_BACKOFF_SECONDS = 3_600
AFTER_FAULT_SECONDS = 2
RESTING_SECONDS = 1
CROWD = 4
PATIENCE_SECONDS = 1.0
CLOCK_STEP_SECONDS = 30
LONGEST_ERROR = 500
PROMOTED_AT_ONCE = 500
MOST_CUTS = 12
CUT_SHORT = "The process that did this ended meanwhile."
ENDED_EACH_TIME = "The process ended each time in the middle of this, a dozen times in a row."

log = logging.getLogger(__name__)
_random = secrets.SystemRandom()


class Worker:
    """Does jobs with the handler of their kind, called with the job's subject and now.

    A job is leased before it is begun, so that another process (or this one, started again) takes it up when the lease
    runs out. A handler that returns has done the work; `TryAgain` postpones it; `CallyError` gives it up with its
    sentence; anything else is tried again with backoff, a dozen times. Handlers must bear being repeated. When the
    first worker of a process begins, whatever is leased is left from one that died, for there is one process at a time.
    Each kind has its places; in them, `Turns` says whose job is next. Kinds that `paused` names are left alone; while
    it `rests`, nothing new is begun, and nothing is lost. Guests go first: while many wait for the database, new jobs
    wait a moment.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handlers: Mapping[str, Handler],
        recurring: Sequence[RecurringJob] = (),
        *,
        paused: Callable[[], frozenset[str]] = frozenset,
        rests: Callable[[], bool] = bool,
    ) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers
        self._paused = paused
        self._rests = rests
        self._leased_at = time.monotonic()
        self._recurring = Recurring(store, clock, recurring)
        self._turns = Turns()
        self._awake = asyncio.Event()
        self._running: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._prepared = self._draining = False
        self._told = clock()
        self._felt = time.monotonic()
        self.turned_at = self._felt

    def wake(self) -> None:
        """Look for due work now; cheap, to be called after each change that planned some."""
        self._awake.set()

    async def run(self) -> None:
        """Work until cancelled. A fault of the database ends a turn, not the loop."""
        while not self._draining:
            self.turned_at = time.monotonic()
            self._awake.clear()
            pause = await self._turn()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._awake.wait()

    async def drain(self, seconds: float) -> None:
        """Begin nothing new, let what runs finish for so long, then put the rest back into the queue."""
        self._draining = True
        self.wake()
        tasks = {*(task for _, task in self._running.values()), *self._recurring.running.values()}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        unfinished = [job for job, task in self._running.values() if task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if unfinished:
            await self._put_back(unfinished)

    async def _turn(self) -> float:
        """Start what is due; the seconds until something may be due again."""
        try:
            if self._rests():
                return RESTING_SECONDS
            if not self._prepared:
                await self._prepare()
            await self._watch_clock()
            await self._take_up_lapsed()
            await self._lease_due()
            return await self._pause(await self._recurring.start_due())
        except CallyError as failure:
            log.error("The job loop cannot use the database: %s", failure.sentence)
        except Exception:
            log.exception("A turn of the job loop failed.")
        return AFTER_FAULT_SECONDS

    async def _prepare(self) -> None:
        await self._recurring.prepare()
        await self._hurry_retries()
        await self._take_up(await jobs.list_by_state(self._store.reader, "running"))
        self._prepared = True

    async def _pause(self, recurring_due_at: int | None) -> float:
        """Never long, for a sleeping machine's clocks stand still while its time goes on (rule 80)."""
        due = (recurring_due_at, await jobs.next_due_at(self._store.reader))
        ahead = min((at for at in due if at is not None), default=None)
        if ahead is None:
            return LONGEST_PAUSE_SECONDS
        return min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, ahead - self._clock()))

    async def _watch_clock(self) -> None:
        """When the clock was set back, retries that were planned by the old one would be very late."""
        told, felt = self._clock(), time.monotonic()
        stepped = (told - self._told) - (felt - self._felt)
        self._told, self._felt = told, felt
        if stepped < -CLOCK_STEP_SECONDS:
            log.warning("The clock was set back by %d seconds.", -stepped)
            await self._hurry_retries()

    async def _hurry_retries(self) -> None:
        async with self._store.write() as tx:
            await jobs.hurry_retries(tx, now=self._clock(), longest_wait=2 * LONGEST_BACKOFF_SECONDS)

    async def _take_up_lapsed(self) -> None:
        """Jobs of a process that died. Our own running ones are not lapsed, whatever the clock was set to."""
        now = self._clock()
        lapsed = await jobs.list_lapsed(self._store.reader, now=now, lease_seconds=LEASE_SECONDS)
        await self._take_up([job for job in lapsed if job.id not in self._running])

    async def _take_up(self, left: list[Job]) -> None:
        """What ends the process each time must not do so for ever: it waits longer and longer, then for a person."""
        if not left:
            return
        now = self._clock()
        async with self._store.write() as tx:
            for job in left:
                cuts = job.cut_short + 1
                if cuts >= MOST_CUTS:
                    await jobs.bury(tx, job, last_error=ENDED_EACH_TIME)
                    await job_hours.add(tx, job.kind, now=now, late_seconds=0, given_up=1)
                else:
                    due_at = now + (_backoff(cuts - 2) if cuts > 1 else 0)
                    error = job.last_error or CUT_SHORT
                    await jobs.give_back(tx, job, due_at=due_at, last_error=error, cut_short=cuts)

    async def _put_back(self, found: list[Job]) -> None:
        now = self._clock()
        async with self._store.write() as tx:
            for job in found:
                error = job.last_error or CUT_SHORT
                await jobs.give_back(tx, job, due_at=now, last_error=error, cut_short=job.cut_short)

    async def _lease_due(self) -> None:
        """Take what is ready; what has come due meanwhile is made so in the same transaction."""
        if self._guests_go_first():
            return
        now, db = self._clock(), self._store.reader
        next_due_at = await jobs.next_due_at(db)
        due: list[Job] | None = None
        if next_due_at is None or next_due_at > now:
            due = await self._due(db)
            if not due:
                return
        self._leased_at = time.monotonic()
        async with self._store.write() as tx:
            if due is None:
                await jobs.promote(tx, now=now, limit=PROMOTED_AT_ONCE)
                due = await self._due(tx)
            leased = [job for job in due if await jobs.lease(tx, job, leased_until=now + LEASE_SECONDS)]
        for job in leased:
            self._begin(_as_leased(job), now)

    async def _due(self, db: Reader) -> list[Job]:
        running, paused = [job for job, _ in self._running.values()], self._paused()
        return [
            job for kind in self._handlers if kind not in paused for job in await self._turns.next(db, kind, running)
        ]

    def _guests_go_first(self) -> bool:
        """Whether the database is crowded; patience ends, so that no crowd keeps messages back for long."""
        crowded = self._store.in_flight >= CROWD
        return crowded and time.monotonic() - self._leased_at < PATIENCE_SECONDS

    def _begin(self, job: Job, now: int) -> None:
        task = asyncio.create_task(self._do(job, now), name=f"job {job.kind} {job.subject}")
        self._running[job.id] = (job, task)
        task.add_done_callback(lambda ended: self._ended(job, ended))

    def _ended(self, job: Job, task: asyncio.Task[None]) -> None:
        """Make room for the next. What could not even be noted is taken up again when its lease has run out."""
        self._running.pop(job.id, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("How the job %s about %d ended could not be noted: %s", job.kind, job.subject, task.exception())
        self.wake()

    async def _do(self, job: Job, now: int) -> None:
        try:
            async with asyncio.timeout(HANDLER_SECONDS):
                await self._handlers[job.kind](job.subject, now)
        except TryAgain as wish:
            due_at = self._clock() + max(0, wish.after_seconds)
            await self._give_back(job, now, due_at, wish.reason, counted=wish.counted)
        except CallyError as failure:
            await self._bury(job, now, failure.sentence)
        except Exception as fault:
            log.exception("The job %s about %d failed.", job.kind, job.subject)
            await self._after_fault(job, now, f"{type(fault).__name__}: {fault}"[:LONGEST_ERROR])
        else:
            async with self._store.write() as tx:
                if await jobs.finish(tx, job):
                    await self._count(tx, job, now, done=1)

    async def _after_fault(self, job: Job, now: int, error: str) -> None:
        if job.attempts >= MOST_ATTEMPTS:
            await self._bury(job, now, error)
        else:
            await self._give_back(job, now, self._clock() + _backoff(job.attempts), error, counted=True)

    async def _give_back(self, job: Job, now: int, due_at: int, error: str, *, counted: bool) -> None:
        async with self._store.write() as tx:
            if await jobs.give_back(tx, job, due_at=due_at, last_error=error, counted=counted) and counted:
                await self._count(tx, job, now, put_off=1)

    async def _bury(self, job: Job, now: int, error: str) -> None:
        async with self._store.write() as tx:
            if await jobs.bury(tx, job, last_error=error):
                await self._count(tx, job, now, given_up=1)

    async def _count(
        self, tx: Writer, job: Job, now: int, *, done: int = 0, put_off: int = 0, given_up: int = 0
    ) -> None:
        """What an admin sees of it later on: one row for each kind and hour, in the transaction that is made anyway."""
        late = max(0, now - job.due_at)
        await job_hours.add(tx, job.kind, now=now, late_seconds=late, done=done, put_off=put_off, given_up=given_up)


def _as_leased(job: Job) -> Job:
    """The job as its lease left it: its attempts are what proves that the lease is still ours."""
    return msgspec.structs.replace(job, state="running", attempts=job.attempts + 1)


def _backoff(attempts: int) -> int:
    seconds = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS << min(attempts, 12))
    return round(seconds * _random.uniform(0.8, 1.2))
