"""A start that finds a database of an older version: guests are answered kindly while it is brought up to date.

A snapshot first, which is kept as a backup; then step by step, each whole or not at all. The service manager hears how
far it is and waits. SIGTERM breaks off: the database is then as a step has left it, and the next start goes on.
"""

import asyncio
import logging
import threading
import time

from cally import clock
from cally.app.front import Front
from cally.config import Settings
from cally.errors import CallyError
from cally.ops import notify_systemd
from cally.ops.backups.making import own_folder, snapshot
from cally.ops.upgrades.way_back import with_way_back
from cally.store import stepping
from cally.store.migrate import Migration
from cally.store.stepping import Missing
from cally.vault import Vault, read_or_make_key
from cally.web.waiting import waiting_room

BEAT_SECONDS = 5
EXTENSION_MICROSECONDS = 60_000_000
NO_SNAPSHOT = "No snapshot could be made before the database is brought up to date, so it was left as it is."

log = logging.getLogger("cally")


async def bring_up_to_date(settings: Settings, front: Front, stop: asyncio.Event) -> bool:
    """Bring the database up to this version's schema; False when `stop` came before that was done.

    Nothing happens, and nobody is let in, when nothing is missing. Raises `storage_full`, `storage_failed`,
    `migration_failed`, and what opening a database raises.
    """
    key = Vault(read_or_make_key(settings.key_file)).database_key
    try:
        found = await asyncio.to_thread(stepping.missing, settings.database_file, key)
    except CallyError as error:
        raise with_way_back(error, settings.state_dir, key) from error
    if found is None:
        return True
    change = _Change(settings, key, found)
    front.listen(waiting_room(change.sentence))
    front.begin()
    return await change.done(stop)


class _Change:
    """The work in its thread, and what is said of it meanwhile."""

    def __init__(self, settings: Settings, key: bytes, found: Missing) -> None:
        self._settings = settings
        self._key = key
        self._found = found
        self._stopped = threading.Event()
        self._doing = "Making a snapshot of the database"
        self._share = ""

    def sentence(self) -> str:
        """What is being done now."""
        return f"{self._doing}{self._share}."

    async def done(self, stop: asyncio.Event) -> bool:
        """Do it all; False when it was broken off."""
        work = asyncio.create_task(asyncio.to_thread(self._work))
        stopping = asyncio.create_task(stop.wait())
        try:
            while not work.done():
                self._tell()
                await asyncio.wait([work, stopping], timeout=BEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if stopping.done():
                    self._stopped.set()
                    await asyncio.wait([work])
            await work
        except CallyError as error:
            if error.code == "cancelled":
                log.info("%s", error.sentence)
                return False
            raise
        finally:
            stopping.cancel()
        return True

    def _tell(self) -> None:
        state = f"STATUS={self.sentence()}\nEXTEND_TIMEOUT_USEC={EXTENSION_MICROSECONDS}"
        notify_systemd.notify(state)
        if self._share:
            log.info("%s", self.sentence())

    def _work(self) -> None:
        began, now = time.monotonic(), clock.now()
        log.info("The database is brought up to date: %d steps, from schema %d to %d.", *self._steps())
        folder = own_folder(self._settings.state_dir)
        database = self._settings.database_file
        try:
            kept = snapshot(database, self._key, folder, why="before upgrade", now=now, progress=self._copied)
        except CallyError as error:
            if error.code == "cancelled":
                raise
            raise CallyError(error.code, f"{NO_SNAPSHOT} {error.sentence}") from error
        except OSError as error:
            raise CallyError("storage_failed", f"{NO_SNAPSHOT} {folder}: {error.strerror}.") from error
        log.info("A snapshot was made first: %s", kept)
        self._share = ""
        stepping.take(database, self._key, self._step, self._stopped.is_set)
        log.info("The database is up to date; it took %.1f seconds.", time.monotonic() - began)

    def _steps(self) -> tuple[int, int, int]:
        return self._found.steps, self._found.schema, self._found.newest

    def _copied(self, done: int, total: int) -> None:
        if self._stopped.is_set():
            raise CallyError("cancelled", "Cally was stopped; the database is as it was.")
        self._share = f", {100 * done // total} % done" if total else ""

    def _step(self, step: Migration) -> None:
        if self._stopped.is_set():
            raise CallyError("cancelled", f"Cally was stopped before step {step.number}; the next start goes on there.")
        self._doing = f"Bringing the database up to date: step {step.number} of {self._found.newest} ({step.name})"
        log.info("%s", self.sentence())
