"""The open SQLite database: inline reads, one writer, and group commit with the fsync in a thread.

A transaction's statements run on the loop under one lock, inside a savepoint of the batch's transaction. Only COMMIT,
with its fsync, runs in a thread; transactions that queue up meanwhile share the next one. Nobody is answered before
their own fsync.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import apsw

from cally.errors import CallyError
from cally.store import sqlite
from cally.store.commit_times import CommitTimes
from cally.store.driver import Row, Value, Writer
from cally.store.folding import Folding

BUSY_RETRY_SECONDS = 0.02
BUSY_SECONDS = 5.0


class _Session:
    """Reads and writes through one connection, inline; a transaction's session is of no use after its end."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.ended = False

    async def rows(self, statement: str, **values: Value) -> list[Row]:
        return self._execute(statement, values)

    async def row(self, statement: str, **values: Value) -> Row | None:
        found = self._execute(statement, values)
        return found[0] if found else None

    async def run(self, statement: str, **values: Value) -> int:
        before = self._connection.total_changes()
        self._execute(statement, values)
        return self._connection.changes() if self._connection.total_changes() != before else 0

    def _execute(self, statement: str, values: dict[str, Value]) -> list[Row]:
        if self.ended:
            raise RuntimeError("this transaction has ended")
        return sqlite.execute(self._connection, statement, values)


class _Batch:
    """Transactions that share one COMMIT, and the future that tells them how it went."""

    def __init__(self) -> None:
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.future.add_done_callback(_retrieved)

    def succeed(self) -> None:
        if not self.future.done():
            self.future.set_result(None)

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class SQLiteDatabase:
    """One encrypted file, opened once for reading and once for writing.

    `failed` is set, and `broken` with it, when the outcome of a COMMIT is unknown: the process must start anew.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self.in_flight = 0
        self.commits = CommitTimes()
        self.failed: CallyError | None = None
        self.broken = asyncio.Event()
        self._writing = sqlite.connect(path, key)
        self._writing.set_busy_timeout(0)
        self._reading = sqlite.connect(path, key, read_only=True)
        self._reader = _Session(self._reading)
        self._lock = asyncio.Lock()
        self._writer: asyncio.Task[object] | None = None
        self._batch: _Batch | None = None
        self._commits: set[asyncio.Task[None]] = set()
        self._folding = Folding(path, key, self._writing)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cally-commit")

    @property
    def reader(self) -> _Session:
        """Sees what is committed, and nothing else."""
        return self._reader

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """One transaction; its block must not wait for anything but the store, for all others wait for it."""
        task, until = asyncio.current_task(), asyncio.get_running_loop().time() + BUSY_SECONDS
        if task is not None and self._writer is task:
            raise RuntimeError("a transaction is open in this task already")
        self.in_flight += 1
        try:
            async with self._lock:
                batch = await self._begin(until)
                self._writer = task
                session = _Session(self._writing)
                try:
                    sqlite.execute(self._writing, "SAVEPOINT one", {})
                    yield session
                    sqlite.execute(self._writing, "RELEASE one", {})
                except BaseException as error:
                    self._undo(batch, error)
                    raise
                finally:
                    session.ended = True
                    self._writer = None
            await asyncio.shield(batch.future)
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        """Wait for running commits, fold the log into the file, close both connections."""
        while self._commits:
            await asyncio.wait(self._commits)
        async with self._lock:
            await self._folding.close()
            if self.failed is None:
                with suppress(apsw.BusyError, apsw.FullError, *sqlite.DISK_ERRORS):  # the next start reads the log
                    await self._in_thread(self._fold)
                self.failed = CallyError("storage_busy", "Cally is being stopped; please try again in a moment.")
            self._reading.close()
            self._writing.close()
            self._thread.shutdown(wait=False)

    async def _begin(self, until: float) -> _Batch:
        if self.failed is not None:
            raise self.failed
        if self._batch is None:
            await self._begin_immediate(until)
            self._batch = _Batch()
            task = asyncio.create_task(self._commit_when_queue_has_passed())
            self._commits.add(task)
            task.add_done_callback(self._commits.discard)
        return self._batch

    async def _begin_immediate(self, until: float) -> None:
        """Each waits `BUSY_SECONDS` from its own beginning, so that a queue is not the sum of its waits."""
        while True:
            try:
                sqlite.execute(self._writing, "BEGIN IMMEDIATE", {})
            except CallyError as error:
                if error.code != "storage_busy" or asyncio.get_running_loop().time() >= until:
                    raise
                await asyncio.sleep(BUSY_RETRY_SECONDS)
            else:
                return

    def _undo(self, batch: _Batch, error: BaseException) -> None:
        """Take back one savepoint; when SQLite has thrown the whole batch away, all who share it must know."""
        if self._writing.in_transaction:
            with suppress(apsw.Error):
                self._writing.execute("ROLLBACK TO one; RELEASE one")
                return
            with suppress(apsw.Error):
                self._writing.execute("ROLLBACK")
        self._batch = None
        batch.fail(error if isinstance(error, CallyError) else sqlite.storage_failed())

    async def _commit_when_queue_has_passed(self) -> None:
        """The lock is fair: by the time it is had, all who were waiting for this batch have written into it."""
        async with self._lock:
            batch, self._batch = self._batch, None
            if batch is None:
                return
            begun = time.perf_counter()
            try:
                await self._in_thread(self._commit)
            except apsw.Error as error:
                batch.fail(self._after_failed_commit(error))
            except BaseException:
                batch.fail(self._stop_writing())
                raise
            else:
                batch.succeed()
                self.commits.note(time.perf_counter() - begun)
                await self._keep_log_short()

    async def _keep_log_short(self) -> None:
        """Nobody waits for this but the next batch, and that only when the log is very long."""
        if self._folding.overdue:
            with suppress(apsw.BusyError, apsw.FullError, *sqlite.DISK_ERRORS):
                await self._in_thread(self._begin_log_anew)
        self._folding.start_if_due()

    def _after_failed_commit(self, error: apsw.Error) -> CallyError:
        """A full disk leaves things as they were; after any other fault the outcome is unknown until a restart."""
        found = sqlite.commit_error(error)
        if found.code == "storage_failed":
            return self._stop_writing()
        if self._writing.in_transaction:
            with suppress(apsw.Error):
                self._writing.execute("ROLLBACK")
        return found

    def _stop_writing(self) -> CallyError:
        sentence = "The disk failed while a change was being saved; Cally stops writing until it is started again."
        self.failed = CallyError("storage_failed", sentence)
        self.broken.set()
        return self.failed

    async def _in_thread(self, work: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _commit(self) -> None:
        self._writing.execute("COMMIT")

    def _begin_log_anew(self) -> None:
        self._writing.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)

    def _fold(self) -> None:
        self._writing.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _retrieved(future: asyncio.Future[None]) -> None:
    """Mark a failure as seen even when the only one who waited for it has gone."""
    if not future.cancelled():
        future.exception()
