"""Folding the log into the file beside the writer, so that no guest's commit waits for it."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw

from cally.store import sqlite

STEP_PAGES = 1_000
MOST_PAGES = 16_000

log = logging.getLogger(__name__)


class Folding:
    """Watches how long the log of `writing` has become, and folds it in a thread, on a connection of its own.

    That never waits for the writer, and under writes without a pause never quite catches up: when `overdue`, the
    writer itself must begin the log anew, which is little work by then.
    """

    def __init__(self, path: Path, key: bytes, writing: apsw.Connection) -> None:
        self._connection = sqlite.connect(path, key)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cally-fold")
        self._running: asyncio.Future[None] | None = None
        self._pages = 0
        self._begun_at = 0
        writing.set_wal_hook(self._committed)  # instead of SQLite's own folding within COMMIT

    @property
    def overdue(self) -> bool:
        """Whether the log is longer than it should ever be."""
        return self._pages >= MOST_PAGES

    def start_if_due(self) -> None:
        """Begin to fold when the log has grown by a step; returns at once."""
        if self._pages < self._begun_at:
            self._begun_at = 0
        if self._running is None and self._pages - self._begun_at >= STEP_PAGES:
            self._begun_at = self._pages
            self._running = asyncio.get_running_loop().run_in_executor(self._thread, self._fold)
            self._running.add_done_callback(self._ended)

    async def close(self) -> None:
        """Wait for what runs, and let go of the file."""
        if self._running is not None:
            await asyncio.wait([self._running])
        self._thread.shutdown(wait=False)
        self._connection.close()

    def _committed(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._pages = pages
        return apsw.SQLITE_OK

    def _fold(self) -> None:
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _ended(self, running: asyncio.Future[None]) -> None:
        self._running = None
        error = None if running.cancelled() else running.exception()
        if error is not None and not isinstance(error, apsw.BusyError):
            log.warning("The log could not be folded into the database file: %s", error)
