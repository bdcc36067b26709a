"""`python -m tests.process.little_room FILE serve`: `cally serve` on a disk that has as many MiB free as FILE says."""

import os
import sys
from pathlib import Path
from typing import Any

MIB = 1_048_576
NAMES = tuple(name for name in dir(os.statvfs_result) if name.startswith("f_"))
looked = os.statvfs


class Room:
    """What the system says of a disk, with another number of free blocks."""

    def __init__(self, found: os.statvfs_result, free_bytes: int) -> None:
        for name in NAMES:
            setattr(self, name, getattr(found, name))
        self.f_bavail = self.f_bfree = free_bytes // found.f_frsize


def with_little_room(file: Path) -> None:
    """From now on every disk has as much room as the file says."""

    def statvfs(path: Any) -> Any:
        return Room(looked(path), int(file.read_text()) * MIB)

    os.statvfs = statvfs


if __name__ == "__main__":
    from cally.cli import main

    with_little_room(Path(sys.argv.pop(1)))
    main()
