"""The store for one request: its first transaction begins with what must hold, or be noted, in there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from cally.store import Reader, Store, Writer

First = Callable[[Writer], Awaitable[None]]


class GuardedStore:
    """Everything of the store behind it; `first` comes before anything else in the first transaction that commits.

    What `first` raises takes the transaction back. `passed` says whether one has committed.
    """

    def __init__(self, store: Store, first: First) -> None:
        self._store, self._first, self.passed = store, first, False

    def __getattr__(self, name: str) -> Any:
        """What else there is of a store."""
        return getattr(self._store, name)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """A transaction, begun with `first` until one has committed."""
        async with self._store.write() as tx:
            if not self.passed:
                await self._first(tx)
            yield tx
        self.passed = True


class _Seen:
    """The store as an open transaction sees it, to read only."""

    def __init__(self, store: Store, tx: Writer) -> None:
        self._store, self._tx = store, tx

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @property
    def reader(self) -> Reader:
        return self._tx


def as_store(guarded: GuardedStore) -> Store:
    """The same for whoever wants a store."""
    return cast("Store", guarded)


def seen_from(store: Store, tx: Writer) -> Store:
    """The store whose reader is this transaction."""
    return cast("Store", _Seen(store, tx))
