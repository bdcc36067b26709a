"""What the operating system says about this process and its disks; asked in a thread, for a disk may hang."""

import os
import resource
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec

CGROUP = Path("/sys/fs/cgroup")


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """A file system as an ordinary process sees it: `free_bytes` is what may still be written."""

    name: str
    path: str
    device: int
    free_bytes: int
    total_bytes: int

    @property
    def used_bytes(self) -> int:
        """Everything that is not free."""
        return self.total_bytes - self.free_bytes


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One look. `cpu_seconds` grows from the start of the process; `own_bytes` is None but now and then."""

    at: float
    cpu_seconds: float
    memory_bytes: int
    own_bytes: int | None
    threads: int
    open_files: int
    load: float
    disks: dict[str, Disk]


def read(places: Mapping[str, Path], *, with_own: bool) -> Reading:
    """Look now. `with_own` also asks for the memory that would come free if the process ended, which takes longer."""
    import psutil  # noqa: PLC0415 - heavy: a thread's business, after the start

    process = psutil.Process()
    with process.oneshot():
        times = process.cpu_times()
        return Reading(
            at=time.monotonic(),
            cpu_seconds=times.user + times.system,
            memory_bytes=process.memory_info().rss,
            own_bytes=process.memory_full_info().uss if with_own else None,
            threads=process.num_threads(),
            open_files=process.num_fds(),
            load=os.getloadavg()[0],
            disks=disks(places),
        )


def places(state_dir: Path) -> dict[str, Path]:
    """The directories whose disks count: everything of this instance, and its backups."""
    return {"state": state_dir, "backups": state_dir / "backups"}


def disks(places: Mapping[str, Path]) -> dict[str, Disk]:
    """The file systems of these places; a place on the same one as an earlier place, or not there, is left out."""
    found: dict[str, Disk] = {}
    for name, path in places.items():
        try:
            at, device = os.statvfs(path), path.stat().st_dev
        except OSError:
            continue
        if all(disk.device != device for disk in found.values()):
            found[name] = Disk(
                name=name,
                path=str(path),
                device=device,
                free_bytes=at.f_bavail * at.f_frsize,
                total_bytes=(at.f_blocks - at.f_bfree + at.f_bavail) * at.f_frsize,
            )
    return found


@lru_cache(maxsize=1)
def memory_limit() -> int:
    """Bytes that the process may have: the machine's memory, or less where a unit or container says so."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([total, *_cgroup_limits()])


def cores() -> int:
    """How many the process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def most_open_files() -> int:
    """How many files and connections the process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _cgroup_limits() -> list[int]:
    """What each group above this process allows (version 2; elsewhere nothing is said)."""
    try:
        own = next(line[3:] for line in Path("/proc/self/cgroup").read_text().split("\n") if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    group, found = CGROUP / own.strip("/"), []
    for folder in (group, *group.parents):
        try:
            found.append(int((folder / "memory.max").read_text()))
        except (OSError, ValueError):  # no limit there, or "max"
            continue
        if folder == CGROUP:
            break
    return found
