"""The encrypted database: opening it, its transactions, its migrations; the nouns' SQL is in one module per noun."""

from pathlib import Path

from cally.store import sqlite
from cally.store.database import SQLiteDatabase
from cally.store.driver import Database, Duplicate, Overlap, Reader, Writer
from cally.store.migrate import check
from cally.store.migrate import migrate as bring_up_to_date
from cally.store.swapping import finish_swap

__all__ = ["Database", "Duplicate", "Overlap", "Reader", "SQLiteDatabase", "Store", "Writer", "open_store"]

Store = Database


def open_store(path: Path, key: bytes) -> SQLiteDatabase:
    """Open (or create) the database file and bring its schema up to date.

    Raises `CallyError` in one clear sentence, the file untouched: `database_unreadable`, `database_newer`,
    `database_foreign`, `database_altered`.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    finish_swap(path)
    connection = sqlite.connect(path, key, check=check)
    try:
        bring_up_to_date(connection)
    finally:
        connection.close()
    return SQLiteDatabase(path, key)
