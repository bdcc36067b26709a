"""SQLite, encrypted: opening a file (SQLCipher 4 format, raw key, WAL, FULL) and telling its errors apart."""

from pathlib import Path
from typing import Any

import apsw

from cally.errors import CallyError
from cally.store.driver import Duplicate, Overlap, Row, Value

APPLICATION_ID = 0x43414C59  # "CALY", kept in the header so that a foreign file is told from ours
GUARD_PREFIX = "occupancy: "
STATEMENT_CACHE = 300
PAGE_CACHE_KIB = 16_000


def connect(path: Path, key: bytes, *, read_only: bool = False) -> apsw.Connection:
    """Open or create an encrypted file. The key is proven before anything is written.

    Raises `CallyError("database_unreadable")` for a wrong key or a foreign file; the file is then untouched.
    """
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = apsw.Connection(str(path), flags=flags, statementcachesize=STATEMENT_CACHE)
    try:
        _unlock(connection, key, path)
        _set_up(connection, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def is_plain(path: Path) -> bool:
    """Whether the file is an unencrypted SQLite database: its first bytes say so."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _unlock(connection: apsw.Connection, key: bytes, path: Path) -> None:
    if path.stat().st_size and is_plain(path):
        raise CallyError("database_unreadable", f"{path} is a plain SQLite file, not an encrypted Cally database.")
    for name, value in (("cipher", "sqlcipher"), ("legacy", 4), ("key", f"raw:{key.hex()}")):
        connection.pragma(name, value)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    except apsw.NotADBError as error:
        sentence = f"{path} cannot be opened with this key: the key is another one, or the file is not a Cally database."
        raise CallyError("database_unreadable", sentence) from error


def _set_up(connection: apsw.Connection, *, read_only: bool) -> None:
    connection.pragma("foreign_keys", True)
    connection.pragma("cache_size", -PAGE_CACHE_KIB)
    connection.pragma("trusted_schema", False)
    if not read_only:
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "full")


def execute(connection: apsw.Connection, statement: str, values: dict[str, Value]) -> list[Row]:
    """All rows of one statement; refusals of the guard and of unique constraints get their own errors."""
    try:
        return connection.execute(statement, values).fetchall()
    except apsw.ConstraintError as error:
        raise constraint(error) from error
    except apsw.FullError as error:
        raise storage_full() from error


def constraint(error: apsw.ConstraintError) -> Exception:
    """The store's error for a constraint of the database."""
    if str(error).startswith(GUARD_PREFIX) or GUARD_PREFIX in str(error):
        return Overlap(str(error))
    if error.extendedresult in {apsw.SQLITE_CONSTRAINT_UNIQUE, apsw.SQLITE_CONSTRAINT_PRIMARYKEY}:
        return Duplicate(str(error))
    return error


def storage_full() -> CallyError:
    """The disk cannot take more: nothing was changed."""
    return CallyError("storage_full", "The server's disk is full: nothing was changed. The administrator must make room.")


def is_full(error: BaseException) -> bool:
    """Whether an error at COMMIT says that the disk is full (nothing was changed)."""
    return isinstance(error, apsw.FullError)


def pragma(connection: apsw.Connection, name: str, *value: Any) -> Any:
    """One pragma of this connection."""
    return connection.pragma(name, *value)
