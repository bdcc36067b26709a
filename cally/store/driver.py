"""The face of a database: what rooms may ask of one, whichever database stands behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from cally.errors import CallyError
from cally.store.commit_times import CommitTimes

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
    """An open database: one reader, and transactions that are durable when their block has ended.

    `failed` is set, and `broken` with it, when the outcome of a COMMIT is unknown: the process must start anew.
    `in_flight` is how many transactions wait, run, or are being committed now. `path` is its file.
    `commits` is how often and how long the disk was waited for.
    """

    path: Path
    in_flight: int
    commits: CommitTimes
    failed: CallyError | None
    broken: asyncio.Event

    @property
    def reader(self) -> Reader:
        """Sees what is committed, and nothing else."""

    def write(self) -> AbstractAsyncContextManager[Writer]:
        """A transaction: committed and on disk when the block ends, rolled back when it raises.

        Raises `CallyError`: `storage_full`, `storage_failed` (outcome unknown), `storage_busy`.
        """

    async def close(self) -> None:
        """Wait for running commits and let go of the file."""


class Overlap(Exception):  # noqa: N818 - an expected "no", named for what it says
    """The database refused a claim that overlaps another one, or a seat beyond the last."""


class Duplicate(Exception):  # noqa: N818 - as above
    """A unique constraint refused the row."""


Transactions = AsyncIterator[Writer]
