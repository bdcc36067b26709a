"""The job table: a lease is had by one, and costs the same however long the queue is."""

import pytest

from cally.store import Duplicate, Store, jobs
from tests.cast import NOW


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


@pytest.mark.parametrize("statement", [jobs.DUE, jobs.NEXT_DUE, jobs.LAPSED])
async def test_looking_for_work_is_a_step_of_an_index(store: Store, statement: str) -> None:
    """No scan and no sort, so a long queue costs nothing."""
    values = {"kind": "note", "now": NOW, "limit": 8, "furthest": NOW}
    wanted = {name: value for name, value in values.items() if f":{name}" in statement}
    plan = [row[3] for row in await store.reader.rows(f"EXPLAIN QUERY PLAN {statement}", **wanted)]
    assert all(step.startswith("SEARCH job USING") and "job_by" in step for step in plan), plan
