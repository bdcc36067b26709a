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
from cally.model.messages import Job
from cally.notify import TryAgain
from cally.store import Store, jobs

Handler = Callable[[int, int], Awaitable[None]]

AT_ONCE = 8
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
CUT_SHORT = "The process that did this ended meanwhile."

log = logging.getLogger(__name__)
_random = secrets.SystemRandom()


class Worker:
    """Does jobs with the handler of their kind, called with the job's subject and now.

    A job is leased before it is begun, so that another process (or this one, started again) takes it up when the lease
    runs out. A handler that returns has done the work; `TryAgain` postpones it; `CallyError` gives it up with its
    sentence; anything else is tried again with backoff, a dozen times. Handlers must bear being repeated.
    Kinds that `paused` names are left alone; while it `rests`, nothing new is begun, and nothing is lost. Guests go
    first: while many wait for the database, new jobs wait a moment.
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
        self._prepared = True

    async def _pause(self, recurring_due_at: int | None) -> float:
        """Never long, for a sleeping machine's clocks stand still while its time goes on (rule 80)."""
        db = self._store.reader
        due = [recurring_due_at, *[await jobs.next_due_at(db, kind) for kind in self._kinds()]]
        ahead = min((at for at in due if at is not None), default=None)
        if ahead is None or len(self._running) >= AT_ONCE:
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
        foreign = [job for job in lapsed if job.id not in self._running]
        if foreign:
            await self._put_back(foreign)

    async def _put_back(self, found: list[Job]) -> None:
        now = self._clock()
        async with self._store.write() as tx:
            for job in found:
                await jobs.give_back(tx, job, due_at=now, last_error=job.last_error or CUT_SHORT)

    async def _lease_due(self) -> None:
        """Take due jobs, the kinds in turn, each at most half of the places while others may need them."""
        if self._guests_go_first():
            return
        due = await self._due()
        if not due:
            return
        now, self._leased_at = self._clock(), time.monotonic()
        async with self._store.write() as tx:
            leased = [job for job in due if await jobs.lease(tx, job, leased_until=now + LEASE_SECONDS)]
        for job in leased:
            self._begin(_as_leased(job), now)

    async def _due(self) -> list[Job]:
        now, free, found = self._clock(), AT_ONCE - len(self._running), list[Job]()
        share = AT_ONCE if len(self._handlers) == 1 else max(1, AT_ONCE // 2)
        for kind in self._kinds():
            own = sum(job.kind == kind for job, _ in self._running.values())
            room = min(free - len(found), share - own)
            if room > 0:
                found += await jobs.list_due(self._store.reader, kind, now=now, limit=room)
        return found

    def _kinds(self) -> list[str]:
        paused = self._paused()
        return [kind for kind in self._handlers if kind not in paused]

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
            await self._give_back(job, due_at, wish.reason, counted=wish.counted)
        except CallyError as failure:
            await self._bury(job, failure.sentence)
        except Exception as fault:
            log.exception("The job %s about %d failed.", job.kind, job.subject)
            await self._after_fault(job, f"{type(fault).__name__}: {fault}"[:LONGEST_ERROR])
        else:
            async with self._store.write() as tx:
                await jobs.finish(tx, job)

    async def _after_fault(self, job: Job, error: str) -> None:
        if job.attempts >= MOST_ATTEMPTS:
            await self._bury(job, error)
        else:
            await self._give_back(job, self._clock() + _backoff(job.attempts), error, counted=True)

    async def _give_back(self, job: Job, due_at: int, error: str, *, counted: bool) -> None:
        async with self._store.write() as tx:
            await jobs.give_back(tx, job, due_at=due_at, last_error=error, counted=counted)

    async def _bury(self, job: Job, error: str) -> None:
        async with self._store.write() as tx:
            await jobs.bury(tx, job, last_error=error)


def _as_leased(job: Job) -> Job:
    """The job as its lease left it: its attempts are what proves that the lease is still ours."""
    return msgspec.structs.replace(job, state="running", attempts=job.attempts + 1)


def _backoff(attempts: int) -> int:
    seconds = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS << min(attempts, 12))
    return round(seconds * _random.uniform(0.8, 1.2))
