"""The face of a database: what rooms may ask of one, whichever database stands behind it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Value = int | str | bytes | None
Row = tuple[Any, ...]


class Reader(Protocol):
    """Reads; inside a transaction it sees what the transaction wrote."""

    async def rows(self, statement: str, **values: Value) -> list[Row]:
        """All rows of a whole statement with `:name` placeholders."""

    async def row(self, statement: str, **values: Value) -> Row | None:
        """The first row, or None."""


class Writer(Reader, Protocol):
    """An open transaction. Only features open one."""

    async def run(self, statement: str, **values: Value) -> int:
        """Execute one changing statement; the number of rows it changed.

        Raises `Overlap` when the occupancy guard refuses, `Duplicate` when a unique constraint does.
        """


class Database(Protocol):
    """An open database: one reader, and transactions that are durable when their block has ended."""

    @property
    def reader(self) -> Reader: ...

    def write(self) -> AbstractAsyncContextManager[Writer]:
        """A transaction: committed and on disk when the block ends, rolled back when it raises.

        Raises `CallyError`: `storage_full`, `storage_failed` (outcome unknown), `storage_busy`.
        """

    async def close(self) -> None: ...


class Overlap(Exception):
    """The database refused a claim that overlaps another one, or a seat beyond the last."""


class Duplicate(Exception):
    """A unique constraint refused the row."""


Transactions = AsyncIterator[Writer]
