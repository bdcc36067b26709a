"""Transactions: durable when their block has ended, together in one commit, and never half."""

import asyncio
from pathlib import Path

import apsw
import pytest

from cally.errors import CallyError
from cally.store import Duplicate, SQLiteDatabase, Store, Writer, open_store, sqlite

KEY = bytes(range(32))
PUT = "INSERT INTO setting (name, value) VALUES (:name, :value)"
NAMES = "SELECT name FROM setting ORDER BY name"


async def put(store: Store, name: str, *, fails: bool = False) -> None:
    async with store.write() as tx:
        await tx.run(PUT, name=name, value="x")
        if fails:
            raise ValueError(name)


async def names(store: Store) -> list[str]:
    return [row[0] for row in await store.reader.rows(NAMES)]


def left(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


def in_file(path: Path) -> list[str]:
    """What another program sees."""
    other = sqlite.connect(path, KEY, read_only=True)
    found = [str(row[0]) for row in other.execute(NAMES)]
    other.close()
    return found


async def test_a_transaction_is_seen_by_all_when_its_block_has_ended(store: SQLiteDatabase):
    """The reader and another program see it; inside, the transaction saw it before."""
    async with store.write() as tx:
        await tx.run(PUT, name="a", value="x")
        assert len(await tx.rows(NAMES)) == 1
        assert await names(store) == []
    assert await names(store) == in_file(store.path) == ["a"]


async def test_a_block_that_raises_changes_nothing(store: SQLiteDatabase):
    """All of it or none of it."""
    with pytest.raises(ValueError, match="a"):
        await put(store, "a", fails=True)
    assert await names(store) == []


async def test_one_who_fails_takes_nobody_along(store: SQLiteDatabase):
    """Transactions that share a commit are savepoints of their own."""
    outcomes = await asyncio.gather(
        *(put(store, str(number), fails=number % 3 == 0) for number in range(9)), return_exceptions=True
    )
    assert [isinstance(outcome, ValueError) for outcome in outcomes] == [number % 3 == 0 for number in range(9)]
    assert in_file(store.path) == ["1", "2", "4", "5", "7", "8"]


async def test_those_who_queue_up_share_a_commit(store: SQLiteDatabase, monkeypatch: pytest.MonkeyPatch):
    """A hundred guests at once wait for a few fsyncs, not for a hundred."""
    commits = []
    commit = store._commit
    monkeypatch.setattr(store, "_commit", lambda: (commits.append(1), commit()))
    await asyncio.gather(*(put(store, f"{number:03}") for number in range(100)))
    assert len(commits) < 5
    assert len(in_file(store.path)) == 100


async def test_nobody_is_answered_before_the_commit(store: SQLiteDatabase, monkeypatch: pytest.MonkeyPatch):
    """While COMMIT has not returned, no transaction of its batch has ended."""
    answered: list[str] = []
    seen: list[int] = []
    commit = store._commit

    def slow() -> None:
        seen.append(len(answered))
        commit()

    monkeypatch.setattr(store, "_commit", slow)

    async def booked(name: str) -> None:
        await put(store, name)
        answered.append(name)

    await asyncio.gather(booked("a"), booked("b"))
    assert seen[0] == 0
    assert sorted(answered) == ["a", "b"]


async def test_who_goes_away_while_waiting_breaks_nothing(store: SQLiteDatabase):
    """A guest who hangs up during the fsync is booked all the same, and so are the others."""
    going = asyncio.create_task(put(store, "a"))
    staying = asyncio.create_task(put(store, "b"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    going.cancel()
    await asyncio.gather(going, staying, return_exceptions=True)
    await put(store, "c")
    assert {"b", "c"} <= set(in_file(store.path))


async def test_who_goes_away_inside_the_block_leaves_nothing(store: SQLiteDatabase):
    """A cancelled block is rolled back, and the next one is served."""

    async def lingers() -> None:
        async with store.write() as tx:
            await tx.run(PUT, name="a", value="x")
            await asyncio.sleep(60)

    task = asyncio.create_task(lingers())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await put(store, "b")
    assert in_file(store.path) == ["b"]


async def test_a_command_that_writes_is_waited_for(store: SQLiteDatabase):
    """`cally …` and the server write to one file; the server's loop goes on meanwhile."""
    other = sqlite.connect(store.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    other.execute(PUT, {"name": "a", "value": "x"})
    waiting = asyncio.create_task(put(store, "b"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    other.close()
    assert in_file(store.path) == ["a", "b"]


async def test_a_command_that_never_ends_is_not_waited_for(store: SQLiteDatabase, monkeypatch: pytest.MonkeyPatch):
    """Everybody in the queue is told after the same wait, not one after the other."""
    monkeypatch.setattr("cally.store.database.BUSY_SECONDS", 0.1)
    other = sqlite.connect(store.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(*(put(store, str(number)) for number in range(5)), return_exceptions=True)
    assert [getattr(outcome, "code", None) for outcome in outcomes] == ["storage_busy"] * 5
    other.close()
    await put(store, "after")


async def test_a_full_disk_changes_nothing_and_heals(store: SQLiteDatabase):
    """The guest is told, what was there stays, and with room again all is well."""
    await put(store, "a")
    pages = store._writing.pragma("page_count")
    store._writing.pragma("max_page_count", pages)
    with pytest.raises(CallyError) as caught:
        async with store.write() as tx:
            await tx.run(PUT, name="b", value="x" * 100_000)
    assert caught.value.code == "storage_full"
    store._writing.pragma("max_page_count", 2**30)
    await put(store, "c")
    assert in_file(store.path) == ["a", "c"]
    assert store.failed is None


async def test_all_who_share_a_lost_batch_are_told(store: SQLiteDatabase):
    """SQLite throws the whole transaction away when the disk is full: nobody in it may believe to be booked."""
    store._writing.pragma("max_page_count", store._writing.pragma("page_count"))

    async def too_large() -> None:
        async with store.write() as tx:
            await tx.run(PUT, name="z", value="x" * 100_000)

    outcomes = await asyncio.gather(put(store, "a"), too_large(), put(store, "b"), return_exceptions=True)
    acknowledged = [name for name, outcome in zip("azb", outcomes, strict=True) if outcome is None]
    assert isinstance(outcomes[1], CallyError)
    assert in_file(store.path) == acknowledged


async def test_after_an_unknown_outcome_nothing_is_written(store: SQLiteDatabase, monkeypatch: pytest.MonkeyPatch):
    """When the disk fails at COMMIT, the process must start anew; until then every writer is told (TRUST fact 2)."""

    def fails() -> None:
        raise apsw.IOError("disk I/O error")

    monkeypatch.setattr(store, "_commit", fails)
    outcomes = await asyncio.gather(put(store, "a"), put(store, "b"), return_exceptions=True)
    assert [getattr(outcome, "code", None) for outcome in outcomes] == ["storage_failed"] * 2
    assert store.broken.is_set()
    with pytest.raises(CallyError, match="stops writing"):
        await put(store, "c")


async def test_a_transaction_inside_another_is_a_mistake_that_is_named(store: SQLiteDatabase):
    """It would wait for itself for ever."""
    with pytest.raises(RuntimeError, match="open in this task"):
        async with store.write():
            await put(store, "a")


async def test_a_transaction_is_of_no_use_after_its_end(store: SQLiteDatabase):
    """What is kept of it cannot write into another's."""
    async with store.write() as tx:
        kept: Writer = tx
    with pytest.raises(RuntimeError, match="has ended"):
        await kept.run(PUT, name="a", value="x")


async def test_a_row_that_is_there_already_is_named(store: SQLiteDatabase):
    """A unique constraint is an error of its own."""
    await put(store, "a")
    with pytest.raises(Duplicate):
        await put(store, "a")


async def test_closing_waits_for_those_who_were_booking(tmp_path: Path):
    """Whoever had begun is on disk; whoever comes later is told."""
    store = open_store(tmp_path / "cally.db", KEY)
    booking = asyncio.gather(*(put(store, str(number)) for number in range(5)))
    await asyncio.sleep(0)
    await store.close()
    await booking
    with pytest.raises(CallyError, match="being stopped"):
        await put(store, "late")
    assert left(tmp_path) == ["cally.db"]
    assert in_file(tmp_path / "cally.db") == ["0", "1", "2", "3", "4"]
