"""Slow work in a thread, which notices when nobody waits for it any more."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from cally.errors import CallyError
from cally.ops.backups.targets.face import Progress

T = TypeVar("T")


async def in_thread(work: Callable[[Progress], T], progress: Progress) -> T:
    """What `work` answers, called in a thread with a progress that raises `cancelled` once the caller is cancelled."""
    stop = threading.Event()

    def told(done: int, total: int) -> None:
        if stop.is_set():
            raise CallyError("cancelled", "This was broken off.")
        progress(done, total)

    try:
        return await asyncio.to_thread(work, told)
    except asyncio.CancelledError:
        stop.set()
        raise


def silent(_done: int, _total: int) -> None:
    """The progress that nobody watches."""
