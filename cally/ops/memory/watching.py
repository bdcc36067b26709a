"""The health check of memory: what the process uses now, what it may, and whether it grows."""

import os
from collections.abc import Callable
from pathlib import Path

from cally.ops.memory.growth import WINDOWS_SECONDS, Growth, Verdict, growth, judged
from cally.ops.monitor.keeping import history
from cally.store import Reader

LOOK_SECONDS = 300
STATM = Path("/proc/self/statm")
CGROUP = Path("/proc/self/cgroup")
CGROUPS = Path("/sys/fs/cgroup")


class MemoryWatch:
    """Looks at the history every five minutes, and at the present each time; both are cheap.

    `started_at` says since when this process has run, None while nobody knows.
    """

    def __init__(self, started_at: Callable[[], int | None]) -> None:
        self._started_at = started_at
        self._looked_at: int | None = None
        self._growth: Growth | None = None
        self._limit = limit_bytes()

    async def standing(self, db: Reader, now: int) -> Verdict:
        """How it stands, in words."""
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOK_SECONDS:
            self._looked_at = now
            started_at = self._started_at()
            points = (
                await history(db, "memory_bytes", now - max(WINDOWS_SECONDS), now) if started_at is not None else []
            )
            self._growth = growth(points, started_at=started_at or now, now=now)
        return judged(self._growth, used_bytes=used_bytes(), limit_bytes=self._limit)


def used_bytes() -> int:
    """What of this process is in memory now."""
    return int(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def limit_bytes(cgroup: Path = CGROUP, cgroups: Path = CGROUPS) -> int | None:
    """The least that a control group of this process allows, else what the machine has; None when nobody knows."""
    found = [_machine()]
    try:
        path = cgroup.read_text(encoding="utf-8").strip().rpartition("::")[2].strip("/")
        parts = Path(path).parts
        found += [_number(cgroups.joinpath(*parts[:number]) / "memory.max") for number in range(len(parts) + 1)]
    except OSError:
        pass
    return min((limit for limit in found if limit), default=None)


def _machine() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


def _number(file: Path) -> int | None:
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None
