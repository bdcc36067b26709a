"""Putting another database in the place of the one that is there: it survives a power cut at every step.

The new file gets the name `cally.db.restoring-<stamp>` first. From then on the swap counts as done: whoever opens the
database next finishes it (`finish_swap`, called by `open_store`). What was there stays as `cally.db.replaced-<stamp>`,
with its log beside it if it could not be folded in.
"""

import fcntl
import os
from pathlib import Path

import apsw

from cally.errors import CallyError
from cally.files import sync_folder
from cally.store import sqlite

RESTORING = ".restoring-"
REPLACED = ".replaced-"
BESIDE = ("-wal", "-shm")


def swap_in(path: Path, ready: Path, *, stamp: str) -> Path | None:
    """Put `ready`, a complete database on the same disk, in the place of `path`, which nobody has open.

    Where the replaced one is now; None when there was none. Raises `storage_failed`; it then did not happen, or is
    finished by the next who opens the database.
    """
    had_one = path.exists()
    try:
        ready.rename(path.with_name(f"{path.name}{RESTORING}{stamp}"))
        sync_folder(path.parent)
        finish_swap(path)
    except OSError as error:
        raise CallyError("storage_failed", f"{path} cannot be replaced ({error.strerror}).") from error
    return path.with_name(f"{path.name}{REPLACED}{stamp}") if had_one else None


def finish_swap(path: Path) -> bool:
    """Finish a swap that a crash cut short; whether there was one. Harmless to repeat, and by several at once."""
    if not path.parent.exists():
        return False
    found = sorted(path.parent.glob(f"{path.name}{RESTORING}*"))
    finished = [_finish(path, ready) for ready in found]
    return any(finished)


def fold(path: Path, key: bytes) -> None:
    """Fold a database's log into its file, if it can be opened at all."""
    try:
        connection = sqlite.connect(path, key)
    except CallyError:
        return
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.Error:
        return
    finally:
        connection.close()


def _finish(path: Path, ready: Path) -> bool:
    try:
        descriptor = os.open(ready, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not ready.exists():  # another process has finished it meanwhile
            return False
        _keep_replaced(path, path.with_name(path.name + REPLACED + ready.name.partition(RESTORING)[2]))
        sync_folder(path.parent)
        ready.replace(path)
        sync_folder(path.parent)
    finally:
        os.close(descriptor)
    return True


def _keep_replaced(path: Path, replaced: Path) -> None:
    """A log beside the new file would be played into it, so it goes to the old one first."""
    if path.exists() and not replaced.exists():
        try:
            os.link(path, replaced)
        except OSError:  # a file system without links
            path.rename(replaced)
    log, shared = (path.with_name(path.name + end) for end in BESIDE)
    if log.exists():
        if log.stat().st_size and not replaced.with_name(replaced.name + BESIDE[0]).exists():
            log.rename(replaced.with_name(replaced.name + BESIDE[0]))
        else:
            log.unlink()
    shared.unlink(missing_ok=True)
