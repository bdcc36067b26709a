"""Copies of the database: a consistent one while others write, how many rows it has, and whether a copy is sound.

All of it is slow and blocks: to be called in a thread, where each function opens a connection of its own.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import msgspec

from cally.amounts import amount
from cally.errors import CallyError
from cally.files import sync_folder
from cally.store import integrity, migrate, occupancy, sqlite

STEP_PAGES = 256
OPERATIONS_BETWEEN_LOOKS = 1_000_000
SPARE_BYTES = 32 * 1024**2

SNAPSHOT = """
SELECT count(*)
FROM sqlite_schema
"""
COUNTS = """
SELECT s.name, SUM(d.ncell)
FROM sqlite_schema AS s
JOIN dbstat AS d
  ON d.name = s.name
WHERE s.type = 'table'
  AND d.pagetype = 'leaf'
GROUP BY s.name
ORDER BY s.name
"""
STEPS_TAKEN = """
SELECT MAX(number)
FROM migration
"""
MADE_SINCE = """
SELECT (SELECT count(*) FROM booking WHERE created_at > :at),
       (SELECT count(*) FROM account WHERE created_at > :at),
       (SELECT count(*) FROM audit_entry WHERE at > :at)
"""

Told = Callable[[int, int], None]


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy holds: pages and their size, its schema's number, and the rows of each table."""

    pages: int
    page_bytes: int
    schema: int
    counts: dict[str, int]


class Newer(msgspec.Struct, frozen=True, kw_only=True):
    """How much was written after an instant."""

    bookings: int
    accounts: int
    audit_entries: int


def copy_database(source: Path, key: bytes, copy: Path, told: Told) -> Copied:
    """A copy of the database as it stands at one instant, with the same key, while others go on writing.

    `copy` must not exist; it is one complete file, on the disk when this returns, and nothing of it stays when it
    fails. `told` hears of pages done and pages in all, and may raise to break off. Raises `storage_full` before it
    begins when there is no room, `storage_failed`, `database_unreadable`.
    """
    require_room(copy.parent, size_bytes(source) + SPARE_BYTES)
    try:
        with _faults_told(), _open(source, key) as reading:
            reading.execute("BEGIN")
            reading.execute(SNAPSHOT).fetchall()
            counts = _counts(reading, told)
            _copy_pages(reading, key, copy, told)
            found = Copied(
                pages=_number(reading.pragma("page_count")),
                page_bytes=_number(reading.pragma("page_size")),
                schema=_schema(reading),
                counts=counts,
            )
        _sync(copy)
    except BaseException:
        _discard(copy)
        raise
    return found


def examine(copy: Path, key: bytes, told: Told) -> tuple[Copied, list[str]]:
    """What a copy holds, and everything that is wrong with it, in words: pages, references, guard, double bookings.

    The copy is opened for reading only, and is left as it is. Raises what opening a database raises, and what `told`
    raises, which is called now and then with nothing to say.
    """
    with _faults_told(), _open(copy, key, check=migrate.check) as reading:
        reading.set_progress_handler(lambda: _broken_off(told), OPERATIONS_BETWEEN_LOOKS)
        faults = [str(row[0]) for row in reading.execute(integrity.PAGES) if row[0] != "ok"]
        faults += [f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in reading.execute(integrity.REFERENCES)]
        if reading.execute(integrity.GUARDS).get != integrity.GUARDS_WANTED:
            faults.append("the guard against double bookings is missing")
        faults += [f"the claims {row[0]} and {row[1]} overlap" for row in reading.execute(occupancy.OVERLAPS)]
        found = Copied(
            pages=_number(reading.pragma("page_count")),
            page_bytes=_number(reading.pragma("page_size")),
            schema=_schema(reading),
            counts=_counts(reading, told),
        )
    return found, faults


def schema_of(path: Path, key: bytes) -> int:
    """The number of the last step that a database has been through, of whichever version."""
    with _faults_told(), _open(path, key) as reading:
        return _schema(reading)


def opens(file: Path, key: bytes) -> bool:
    """Whether the first page of a file is that of a database with this key; the others may be missing."""
    try:
        sqlite.connect(file, key, read_only=True).close()
    except CallyError as error:
        return isinstance(error.__cause__, apsw.CorruptError)
    return True


def written_since(path: Path, key: bytes, at: int) -> Newer | None:
    """What was written after an instant; None when the database is not there or cannot be read any more."""
    try:
        with _faults_told(), _open(path, key) as reading:
            row = reading.execute(MADE_SINCE, {"at": at}).fetchall()[0]
    except (CallyError, apsw.Error):
        return None
    return Newer(bookings=_number(row[0]), accounts=_number(row[1]), audit_entries=_number(row[2]))


def size_bytes(path: Path) -> int:
    """The database with what still lies in its log."""
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def require_room(folder: Path, needed: int) -> None:
    """Raise `storage_full` unless so many bytes are free where a folder is."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        sentence = f"Copying the database needs {amount(needed)} of room, and {amount(free)} are free."
        raise CallyError("storage_full", sentence)


def _copy_pages(reading: apsw.Connection, key: bytes, copy: Path, told: Told) -> None:
    writing = sqlite.connect(copy, key)
    try:
        writing.pragma("journal_mode", "memory")
        writing.pragma("synchronous", "off")  # one sync at the end is enough: before it, nobody counts on the file
        with writing.backup("main", reading, "main") as copying:
            while not copying.done:
                copying.step(STEP_PAGES)
                told(copying.page_count - copying.remaining, copying.page_count)
        writing.pragma("journal_mode", "delete")  # whoever opens it needs no other file beside it
    finally:
        writing.close()


def _counts(connection: apsw.Connection, told: Told) -> dict[str, int]:
    told(0, 0)
    return {str(name): _number(count) for name, count in connection.execute(COUNTS)}


def _schema(connection: apsw.Connection) -> int:
    return _number(connection.execute(STEPS_TAKEN).get)


def _number(value: object) -> int:
    return int(str(value))


def _broken_off(told: Told) -> bool:
    told(0, 0)
    return False


@contextmanager
def _open(path: Path, key: bytes, *, check: sqlite.Check | None = None) -> Iterator[apsw.Connection]:
    connection = sqlite.connect(path, key, read_only=True, check=check)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except apsw.FullError as error:
        raise sqlite.storage_full() from error
    except apsw.BusyError as error:
        raise sqlite.storage_busy() from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise CallyError("database_unreadable", "The database's pages are damaged.") from error
    except sqlite.DISK_ERRORS as error:
        raise sqlite.storage_failed() from error


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _discard(copy: Path) -> None:
    for name in (copy.name, copy.name + "-journal", copy.name + "-wal", copy.name + "-shm"):
        copy.with_name(name).unlink(missing_ok=True)
