"""Room kept back on the disk, so that somebody can still sign in and tidy up when it is full."""

import errno
import logging
import os
import shutil
from pathlib import Path

from cally.errors import CallyError

NAME = "cally.reserve"
RESERVE_BYTES = 16 * 1024**2
TIGHT_BYTES = 32 * 1024**2  # with less, nothing new is booked: what is left is for everything else

log = logging.getLogger(__name__)


def look_after(state_dir: Path) -> None:
    """Give the reserve up when the disk is as good as full, and make it again once there is room for it."""
    file = state_dir / NAME
    try:
        free = shutil.disk_usage(state_dir).free
        if file.exists():
            if free < RESERVE_BYTES:
                file.unlink()
                log.warning("The disk is full: the reserve of %d MiB was given up. Make room.", RESERVE_BYTES >> 20)
        elif free > 2 * RESERVE_BYTES + TIGHT_BYTES:
            _make(file)
    except OSError as error:
        log.warning("The reserve on the disk could not be looked after: %s", error.strerror)


def require_room(state_dir: Path) -> None:
    """Raise `storage_full` when there is too little room on the disk to take on anything new."""
    if shutil.disk_usage(state_dir).free < TIGHT_BYTES:
        sentence = "The server's disk is full: nothing new can be booked. The administrator must make room."
        raise CallyError("storage_full", sentence)


def _make(file: Path) -> None:
    """Whole or not at all; its blocks are taken, not only its length."""
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
    except OSError as error:
        file.unlink()
        if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSPC}:
            raise
    finally:
        os.close(descriptor)
