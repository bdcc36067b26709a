"""One process per state directory: a lock that says who holds it and that dies with its holder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cally.errors import CallyError

NAME = "cally.lock"


@contextmanager
def hold(state_dir: Path, *, now: int) -> Iterator[None]:
    """Be the only serving process of this directory while the block runs; `kill -9` frees the lock too.

    Raises `CallyError("database_in_use")` that names the process which holds it, and since when.
    """
    descriptor = _opened(state_dir)
    try:
        _take(descriptor, state_dir)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {now}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(state_dir: Path) -> tuple[int, int] | None:
    """`(pid, since)` of the process that serves this directory now; None when none does."""
    try:
        descriptor = os.open(state_dir / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _written(descriptor)
    finally:
        os.close(descriptor)
    return None


def _opened(state_dir: Path) -> int:
    """The file, made where it is missing.

    Root comes here too (`cally upgrade`): no link is followed, and what it makes belongs to the directory's owner.
    """
    try:
        descriptor = os.open(state_dir / NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CallyError("storage_failed", f"{state_dir / NAME} cannot be locked ({error.strerror}).") from error
    if os.geteuid() == 0:
        owner = state_dir.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _take(descriptor: int, state_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, since = _written(descriptor)
        clock = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        sentence = f"Another Cally already serves {state_dir}: process {pid}, since {clock}. Stop it first."
        raise CallyError("database_in_use", sentence, pid=pid, since=since) from None


def _written(descriptor: int) -> tuple[int, int]:
    pid, _, since = os.pread(descriptor, 64, 0).decode("ascii", "replace").strip().partition(" ")
    return (int(pid), int(since)) if pid.isdecimal() and since.isdecimal() else (0, 0)
