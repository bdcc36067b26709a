"""A look at the audit log's chain that runs beside everything else, and says how far it is."""

import asyncio

from cally.clock import Clock
from cally.ops import audit_log
from cally.store import Store

PATIENCE_SECONDS = 2.0


class AuditCheck:
    """At most one look at a time; `done` of `whole` entries were looked at."""

    def __init__(self) -> None:
        self.done = 0
        self.whole = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether a look is going on."""
        return self._task is not None and not self._task.done()

    async def start(self, store: Store, clock: Clock) -> None:
        """Look, unless somebody does already; wait a moment for the end, which a short log reaches."""
        if self._task is None or self._task.done():
            self.done, self.whole = 0, 0
            self._task = asyncio.create_task(self._look(store, clock), name="audit")
        await asyncio.wait([self._task], timeout=PATIENCE_SECONDS)

    async def _look(self, store: Store, clock: Clock) -> None:
        await audit_log.keep_verdict(store, await audit_log.verify(store.reader, now=clock(), progress=self._heard))

    def _heard(self, done: int, whole: int) -> None:
        self.done, self.whole = done, whole
