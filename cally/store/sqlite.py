"""SQLite, encrypted: opening a file (SQLCipher 4 format, raw key, WAL, FULL) and telling its errors apart."""

import os
from collections.abc import Callable
from pathlib import Path

import apsw

from cally.errors import CallyError
from cally.store.driver import Duplicate, Overlap, Row, Value

APPLICATION_ID = 0x43414C59  # "CALY", kept in the header so that a foreign file is told from ours
GUARD_PREFIX = "occupancy: "
SYNCHRONOUS = "full"  # an answered booking survives a power cut; NORMAL lost acknowledged commits (TRUST fact 1)
STATEMENT_CACHE = 300
PAGE_CACHE_KIB = 16_000
BUSY_MILLISECONDS = 5_000
LOG_BYTES = 67_108_864
PLAIN_HEADER = b"SQLite format 3\0"
VFS: str | None = None  # SQLite's own choice
DISK_ERRORS = (apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.CantOpenError, apsw.ReadOnlyError)

Check = Callable[[apsw.Connection], object]


def connect(path: Path, key: bytes, *, read_only: bool = False, check: Check | None = None) -> apsw.Connection:
    """Open or create an encrypted file. The key is proven, and `check` may raise, before anything is written.

    Raises `CallyError("database_unreadable")` for a wrong key or a foreign file; the file is then untouched.
    """
    if not read_only:
        _make_private(path)
    _refuse_plain(path)
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE
    try:
        connection = apsw.Connection(str(path), flags=flags, vfs=VFS, statementcachesize=STATEMENT_CACHE)
    except apsw.Error as error:
        raise _unreadable(path, "it cannot be opened") from error
    try:
        _unlock(connection, key, path)
        if check is not None:
            check(connection)
        _set_up(connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def is_plain(path: Path) -> bool:
    """Whether the file is an unencrypted SQLite database: its first bytes say so."""
    with path.open("rb") as file:
        return file.read(len(PLAIN_HEADER)) == PLAIN_HEADER


def execute(connection: apsw.Connection, statement: str, values: dict[str, Value]) -> list[Row]:
    """All rows of one statement; refusals of the guard and of unique constraints get their own errors."""
    try:
        return connection.execute(statement, values).fetchall()
    except apsw.ConstraintError as error:
        raise _constraint(error) from error
    except apsw.FullError as error:
        raise storage_full() from error
    except apsw.BusyError as error:
        raise storage_busy() from error
    except DISK_ERRORS as error:
        raise storage_failed() from error


def commit_error(error: apsw.Error) -> CallyError:
    """The store's error for a failed COMMIT; after `storage_failed` the outcome is unknown (TRUST fact 2)."""
    if isinstance(error, apsw.FullError):
        return storage_full()
    return storage_busy() if isinstance(error, apsw.BusyError) else storage_failed()


def storage_full() -> CallyError:
    """The disk cannot take more: nothing was changed."""
    return CallyError(
        "storage_full", "The server's disk is full: nothing was changed. The administrator must make room."
    )


def storage_busy() -> CallyError:
    """Another program is writing for longer than is bearable: nothing was changed."""
    return CallyError("storage_busy", "Another program holds the database; nothing was changed. Please try again.")


def storage_failed() -> CallyError:
    """The disk, or what it holds, is at fault."""
    return CallyError("storage_failed", "The server's disk failed. The administrator must look at it.")


def _make_private(path: Path) -> None:
    """Names and addresses of guests are nobody else's: a new file is its owner's alone, an old one becomes so."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unreadable(path, error.strerror or "it cannot be opened") from error
    try:
        found = os.fstat(descriptor)
        if found.st_mode & 0o077 and found.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _refuse_plain(path: Path) -> None:
    try:
        plain = is_plain(path)
    except OSError as error:
        raise _unreadable(path, error.strerror or "it cannot be opened") from error
    if plain:
        raise _unreadable(path, "it is a plain SQLite file, not an encrypted Cally database")


def _unlock(connection: apsw.Connection, key: bytes, path: Path) -> None:
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    if _has_log(path):  # refusing must not fold it into the file
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    for name, value in (("cipher", "sqlcipher"), ("legacy", 4), ("key", f"raw:{key.hex()}")):
        connection.pragma(name, value)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise _unreadable(path, "the key is another one, or it is not a Cally database") from error
    except apsw.BusyError as error:
        raise storage_busy() from error
    except DISK_ERRORS as error:
        raise _unreadable(path, "the disk cannot read it") from error


def _has_log(path: Path) -> bool:
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _set_up(connection: apsw.Connection, *, read_only: bool) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)  # else many statements are planned anew for each value
    connection.pragma("temp_store", "memory")  # sorters would spill names in clear
    connection.pragma("cache_size", -PAGE_CACHE_KIB)
    connection.pragma("trusted_schema", False)
    connection.pragma("cell_size_check", True)
    if not read_only:
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", SYNCHRONOUS)
        connection.pragma("journal_size_limit", LOG_BYTES)
        connection.pragma("foreign_keys", True)
        connection.pragma("recursive_triggers", True)  # so that REPLACE fires the triggers of what it removes


def _constraint(error: apsw.ConstraintError) -> Exception:
    if GUARD_PREFIX in str(error):
        return Overlap(str(error))
    if getattr(error, "extendedresult", None) in {apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY}:
        return Duplicate(str(error))
    return error


def _unreadable(path: Path, why: str) -> CallyError:
    return CallyError("database_unreadable", f"{path} cannot be opened: {why}.")
