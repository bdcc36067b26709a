"""A worker over a real store, with a clock that is set by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from cally.jobs import Handler, RecurringJob, Worker
from cally.model.jobs import USUAL, Priority
from cally.store import Store, jobs
from tests.cast import NOW


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        """Now."""
        return self.now


class Workshop:
    """The store, the clock, and workers for them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Hands()

    async def plan(
        self, *subjects: int, kind: str = "note", due_in: int = 0, priority: Priority = USUAL, owner: int = 0
    ) -> None:
        """Work about subjects."""
        now = self.clock()
        async with self.store.write() as tx:
            for subject in subjects:
                due_at = now + due_in
                await jobs.insert(
                    tx, kind=kind, subject=subject, due_at=due_at, now=now, priority=priority, owner=owner
                )

    @asynccontextmanager
    async def working(
        self,
        handlers: Mapping[str, Handler],
        recurring: Sequence[RecurringJob] = (),
        *,
        rests: Callable[[], bool] = bool,
        paused: Callable[[], frozenset[str]] = frozenset,
    ) -> AsyncIterator[Worker]:
        """A worker that runs meanwhile and is then stopped as the process stops it."""
        worker = Worker(self.store, self.clock, handlers, recurring, rests=rests, paused=paused)
        running = asyncio.create_task(worker.run())
        yield worker
        await worker.drain(5)
        await running

    async def counts(self) -> dict[str, int]:
        """How many jobs wait, run and are dead."""
        return await jobs.count_by_state(self.store.reader)


async def until(holds: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
    """Wait until something holds; fails after ten seconds."""
    async with asyncio.timeout(10):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.005)


@pytest.fixture
def workshop(store: Store) -> Workshop:
    return Workshop(store)
