"""The job table: a lease is had by one, and costs the same however long the queue is."""

import re
from typing import Any

import pytest

from cally.jobs.turns import Turns
from cally.store import Duplicate, Reader, Store, jobs
from tests.cast import NOW


class Counting:
    """A reader that counts what it was asked and what it answered."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.times = 0

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """As a reader does."""
        found = await self._reader.rows(statement, **values)
        self.times += 1 + len(found)
        return found

    async def row(self, statement: str, **values: Any) -> Any:
        """As a reader does."""
        self.times += 2
        return await self._reader.row(statement, **values)


async def plan(store: Store, subject: int, *, due_at: int = NOW) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, kind="note", subject=subject, due_at=due_at, now=NOW)


async def test_the_same_work_is_planned_once(store: Store) -> None:
    """A second row about the same subject is refused by the database."""
    await plan(store, 1)
    with pytest.raises(Duplicate):
        await plan(store, 1)


async def test_a_job_is_leased_by_one(store: Store) -> None:
    """Two workers that saw the same row: only the first one has it."""
    await plan(store, 1)
    (seen,) = await jobs.list_due(store.reader, "note", now=NOW, limit=9)
    async with store.write() as tx:
        assert [await jobs.lease(tx, seen, leased_until=NOW + 9) for _ in range(2)] == [True, False]


async def test_a_lost_lease_changes_nothing(store: Store) -> None:
    """Whoever comes back after their lease was given to another can neither finish nor postpone."""
    await plan(store, 1)
    (seen,) = await jobs.list_due(store.reader, "note", now=NOW, limit=9)
    async with store.write() as tx:
        await jobs.lease(tx, seen, leased_until=NOW + 9)
        (first,) = await jobs.list_lapsed(tx, now=NOW + 9, lease_seconds=9)
        await jobs.give_back(tx, first, due_at=NOW, last_error="")
        (again,) = await jobs.list_due(tx, "note", now=NOW, limit=9)
        await jobs.lease(tx, again, leased_until=NOW + 18)
        assert not await jobs.finish(tx, first)
        assert not await jobs.give_back(tx, first, due_at=NOW, last_error="")
    assert await jobs.count_by_state(store.reader) == {"running": 1}


ON_THE_WAY = {
    name: statement
    for name, statement in vars(jobs).items()
    if name.isupper() and isinstance(statement, str) and name not in {"INSERT", "COUNT", "LIST", "HURRY_RETRIES"}
}


@pytest.mark.parametrize("name", ON_THE_WAY)
async def test_what_a_job_needs_on_its_way_is_a_step_of_an_index(store: Store, name: str) -> None:
    """No scan and no sort, so a long queue costs nothing; all but what an admin asks and what mends a clock."""
    statement = ON_THE_WAY[name]
    wanted = dict.fromkeys(re.findall(r":(\w+)", statement), 0)
    plan = [row[3] for row in await store.reader.rows(f"EXPLAIN QUERY PLAN {statement}", **wanted)]
    searched = [step for step in plan if not step.startswith("LIST SUBQUERY")]
    assert searched
    assert all(step.startswith("SEARCH job USING") for step in searched), plan


async def test_a_turn_costs_the_same_with_a_long_queue(store: Store) -> None:
    """As many questions and answers with ten thousand jobs, ready and to come, as with a hundred."""
    asked = []
    for many in (100, 10_000):
        async with store.write() as tx:
            for subject in range(many):
                due_at = NOW if subject % 2 else NOW + 60
                owner = subject % 7
                await jobs.insert(tx, kind="note", subject=many + subject, due_at=due_at, now=NOW, owner=owner)
        counted = Counting(store.reader)
        await Turns().next(counted, "note", [])
        await jobs.next_due_at(counted)
        asked.append(counted.times)
    assert asked[1] == asked[0]
