"""The open SQLite database: inline reads, one writer, and group commit with the fsync in a thread.

A transaction's statements run on the loop under one lock, inside a savepoint of the batch's transaction. Only COMMIT,
with its fsync, runs in a thread; transactions that queue up meanwhile share the next one. Nobody is answered before
their own fsync.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw

from cally.errors import CallyError
from cally.store import sqlite
from cally.store.driver import Row, Value, Writer

BUSY_RETRY_SECONDS = 0.02
BUSY_RETRIES = 250
CLOSE_CHECKPOINT = apsw.SQLITE_CHECKPOINT_TRUNCATE


class _Session:
    """Reads and writes through one connection, inline."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: str, **values: Value) -> list[Row]:
        return sqlite.execute(self._connection, statement, values)

    async def row(self, statement: str, **values: Value) -> Row | None:
        found = sqlite.execute(self._connection, statement, values)
        return found[0] if found else None

    async def run(self, statement: str, **values: Value) -> int:
        before = self._connection.total_changes()
        sqlite.execute(self._connection, statement, values)
        return self._connection.changes() if self._connection.total_changes() != before else 0


class SQLiteDatabase:
    """One encrypted file, opened once for reading and once for writing."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._writing = sqlite.connect(path, key)
        self._reading = sqlite.connect(path, key, read_only=True)
        self._reader = _Session(self._reading)
        self._lock = asyncio.Lock()
        self._batch: asyncio.Future[None] | None = None
        self._commits: set[asyncio.Task[None]] = set()
        self.failed: CallyError | None = None

    @property
    def reader(self) -> _Session:
        return self._reader

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        async with self._lock:
            batch = await self._begin()
            self._writing.execute("SAVEPOINT one")
            try:
                yield _Session(self._writing)
            except BaseException as error:
                self._undo(batch, error)
                raise
            self._writing.execute("RELEASE one")
        await asyncio.shield(batch)

    async def close(self) -> None:
        """Wait for running commits, fold the log into the file, close both connections."""
        if self._commits:
            await asyncio.wait(self._commits)
        async with self._lock:
            if self.failed is None:
                await asyncio.to_thread(self._writing.wal_checkpoint, mode=CLOSE_CHECKPOINT)
            self._reading.close()
            self._writing.close()

    async def _begin(self) -> asyncio.Future[None]:
        if self.failed is not None:
            raise self.failed
        if self._batch is None:
            await self._begin_immediate()
            self._batch = asyncio.get_running_loop().create_future()
            self._batch.add_done_callback(_retrieved)
            task = asyncio.create_task(self._commit_when_queue_has_passed())
            self._commits.add(task)
            task.add_done_callback(self._commits.discard)
        return self._batch

    async def _begin_immediate(self) -> None:
        for _ in range(BUSY_RETRIES):
            try:
                self._writing.execute("BEGIN IMMEDIATE")
            except apsw.BusyError:
                await asyncio.sleep(BUSY_RETRY_SECONDS)
            else:
                return
        raise CallyError("storage_busy", "Another program holds the database; nothing was changed. Please try again.")

    def _undo(self, batch: asyncio.Future[None], error: BaseException) -> None:
        """Take back one savepoint; when SQLite has thrown the whole batch away, all who share it must know."""
        if self._writing.in_transaction:
            self._writing.execute("ROLLBACK TO one")
            self._writing.execute("RELEASE one")
            return
        self._batch = None
        if not batch.done():
            fault = error if isinstance(error, CallyError) else CallyError("storage_failed", "The change was not made.")
            batch.set_exception(fault)

    async def _commit_when_queue_has_passed(self) -> None:
        """The lock is fair: by the time it is had, all who were waiting for this batch have written into it."""
        async with self._lock:
            batch, self._batch = self._batch, None
            if batch is None or batch.done():
                return
            try:
                await asyncio.to_thread(self._writing.execute, "COMMIT")
            except apsw.Error as error:
                batch.set_exception(self._after_failed_commit(error))
            else:
                batch.set_result(None)

    def _after_failed_commit(self, error: apsw.Error) -> CallyError:
        """A full disk leaves things as they were; after any other fault the outcome is unknown until a restart."""
        if sqlite.is_full(error) or isinstance(error, apsw.BusyError):
            if self._writing.in_transaction:
                self._writing.execute("ROLLBACK")
            return sqlite.storage_full() if sqlite.is_full(error) else CallyError("storage_busy", "Nothing was changed.")
        sentence = "The disk failed while a change was being saved; Cally stops writing until it is started again."
        self.failed = CallyError("storage_failed", sentence)
        return self.failed


def _retrieved(batch: asyncio.Future[None]) -> None:
    """Mark a failure as seen even when the only one who waited for it has gone."""
    if not batch.cancelled():
        batch.exception()
