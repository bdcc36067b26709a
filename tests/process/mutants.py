"""Broken builds of Cally, made by changing it in the memory of a process of our own: the oracle must catch each.

`python -m tests.process.mutants NAME serve` is `cally serve` of that build.
"""

import asyncio
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import apsw
import pytest

from cally.store import bookings, database, migrate, sqlite
from tests.process.leaks import LEAKS

book = importlib.import_module("cally.bookings.book")  # the modules; the room shows functions of these names
series = importlib.import_module("cally.bookings.series")
waitlist = importlib.import_module("cally.bookings.waitlist")
STEP = """
CREATE TABLE next{0} (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL
) STRICT;
INSERT INTO next{0} (uid)
SELECT booking.uid
FROM booking, (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) SELECT i FROM n);
CREATE INDEX next{0}_by_uid ON next{0} (uid);
"""
GUARDS = ("occupancy_guard_insert", "occupancy_guard_update")


def none(patch: pytest.MonkeyPatch) -> None:
    """The build as it is."""


def synchronous_off(patch: pytest.MonkeyPatch) -> None:
    """Nothing is ever synced."""
    patch.setattr(sqlite, "SYNCHRONOUS", "off")


def synchronous_normal(patch: pytest.MonkeyPatch) -> None:
    """The log is synced at checkpoints only, as many products ship it."""
    patch.setattr(sqlite, "SYNCHRONOUS", "normal")


def guard_dropped(patch: pytest.MonkeyPatch) -> None:
    """The triggers are gone from the file."""
    opened = database.SQLiteDatabase.__init__

    def opens_and_drops(self: Any, *given: Any) -> None:
        opened(self, *given)
        for name in GUARDS:
            self._writing.execute(f"DROP TRIGGER IF EXISTS {name}")

    patch.setattr(database.SQLiteDatabase, "__init__", opens_and_drops)


def acknowledged_before_commit(patch: pytest.MonkeyPatch) -> None:
    """Guests are answered while COMMIT has yet to come."""
    commit = database.SQLiteDatabase._commit

    def answered_at_once(self: Any) -> None:
        self.future = asyncio.get_running_loop().create_future()
        self.future.set_result(None)

    def slow(self: Any) -> None:
        time.sleep(0.02)
        commit(self)

    patch.setattr(database._Batch, "__init__", answered_at_once)
    patch.setattr(database.SQLiteDatabase, "_commit", slow)


def outbox_outside(patch: pytest.MonkeyPatch) -> None:
    """Messages are planned after the booking, in a transaction of their own."""
    _apart(patch, book, "announce")


def claims_outside(patch: pytest.MonkeyPatch) -> None:
    """Time is claimed after the booking, in a transaction of its own."""
    _apart(patch, book, "claim")


def turns_outside(patch: pytest.MonkeyPatch) -> None:
    """Whose turn it was is counted after the booking, in a transaction of its own."""
    _apart(patch, book.turns, "count", seconds=0.05)


def _apart(patch: pytest.MonkeyPatch, module: Any, step: str, *, seconds: float = 0.01) -> None:
    """This step of booking is done so long after the rest is on disk, whichever way was booked."""
    does = getattr(module, step)
    waiting: list[tuple[Any, Any]] = []

    async def later(_tx: Any, *given: Any, **named: Any) -> None:
        waiting.append((given, named))

    def followed(tried: Any) -> Any:
        async def tries(store: Any, *given: Any) -> Any:
            answer = await tried(store, *given)
            await asyncio.sleep(seconds)
            while waiting:
                booked, named = waiting.pop()
                async with store.write() as tx:
                    await does(tx, *booked, **named)
            return answer

        return tries

    patch.setattr(module, step, later)
    for way, tries in ((book, "_try"), (series, "_try"), (waitlist, "_try_accept")):
        patch.setattr(way, tries, followed(getattr(way, tries)))


def key_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The idempotency key is not kept."""

    async def forgets(_tx: Any, **_named: Any) -> None:
        return

    patch.setattr(bookings, "remember", forgets)


def disk_fails(patch: pytest.MonkeyPatch) -> None:
    """No broken build but a broken disk: COMMIT fails once it was on its way, while a file `fail` is there."""
    commit = database.SQLiteDatabase._commit

    def fails(self: Any) -> None:
        commit(self)
        if self.path.with_name("fail").exists():
            raise apsw.IOError("disk I/O error")

    patch.setattr(database.SQLiteDatabase, "_commit", fails)


def next_version(patch: pytest.MonkeyPatch) -> None:
    """No broken build but the next one: ten steps more, each with some twenty thousand rows of its own."""
    known = migrate.migrations
    numbers = range(9_001, 9_011)
    steps = [migrate.Migration(number, f"{number}_next", STEP.format(number), f"{number:064}") for number in numbers]
    patch.setattr(migrate, "migrations", lambda: [*known(), *steps])


MUTANTS: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (
    synchronous_off,
    synchronous_normal,
    guard_dropped,
    acknowledged_before_commit,
    outbox_outside,
    claims_outside,
    key_forgotten,
)
OF_TEAMS = (turns_outside,)  # where one host has everything to themselves there is nothing to see


@contextmanager
def broken(mutant: Callable[[pytest.MonkeyPatch], None]) -> Iterator[None]:
    """This process is that build while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        mutant(patch)
        yield


if __name__ == "__main__":
    from cally.cli import main

    name = sys.argv.pop(1)
    with broken(
        next(
            mutant
            for mutant in (none, disk_fails, next_version, *MUTANTS, *OF_TEAMS, *LEAKS)
            if mutant.__name__ == name
        )
    ):
        main()
