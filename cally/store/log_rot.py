"""Rot inside the write-ahead log: SQLite would silently forget every commit behind it, so it is found and kept.

SQLite reads the log up to the first frame whose checksum fails, for that is where a power cut may have torn it. But a
frame behind a commit is only written once that commit was synced: whoever finds later commits of the same log behind
the end that SQLite sees, or a commit with more behind it, sees rot. In the very last commit nobody can tell.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import apsw

from cally.store import sqlite

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
LAST_FRAME_AT = 16  # in the index beside the log, where its readers find the last frame that counts
PAGE_BYTES = 4_096
KEPT = ".damaged-"


class _Frame(NamedTuple):
    """A frame of this log: its number from 1 on, and whether it ends a commit."""

    number: int
    commits: bool


def keep_if_rotten(database: Path, key: bytes, *, now: int) -> Path | None:
    """A copy of the log if commits in it cannot be read any more, None if all is well.

    To be called by whoever holds the instance lock, before anything else opens the file.
    """
    log = database.with_name(database.name + "-wal")
    frames = list(_frames(log))
    if not frames or not _hides_commits(frames, _last_readable(database, key)):
        return None
    kept = log.with_name(f"{log.name}{KEPT}{now}")
    kept.touch(mode=0o600)
    with log.open("rb") as source, kept.open("wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    return kept


def kept_logs(database: Path) -> list[Path]:
    """Copies of damaged logs that nobody has looked at and removed yet."""
    return sorted(database.parent.glob(f"{database.name}-wal{KEPT}*"))


def _hides_commits(frames: list[_Frame], last_readable: int) -> bool:
    behind = [frame for frame in frames if frame.number > last_readable]
    first_end = next((frame.number for frame in behind if frame.commits), None)
    return first_end is not None and behind[-1].number > first_end


def _frames(log: Path) -> Iterator[_Frame]:
    """Those that were written since the log was last begun anew: they bear its salt, give or take a turned bit."""
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return
    with file:
        header = file.read(HEADER_BYTES)
        page_bytes, salt = int.from_bytes(header[8:12], "big"), header[16:24]
        if len(header) < HEADER_BYTES or page_bytes.bit_count() != 1:
            page_bytes = PAGE_BYTES
        number = 0
        while len(head := file.read(FRAME_HEADER_BYTES)) == FRAME_HEADER_BYTES:
            number += 1
            if _nearly(head[8:16], salt):
                yield _Frame(number, head[4:8] != bytes(4))
            file.seek(page_bytes, os.SEEK_CUR)


def _nearly(one: bytes, other: bytes) -> bool:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count() <= 1


def _last_readable(database: Path, key: bytes) -> int:
    """The last frame that SQLite takes as written, as its index has it once the log was read."""
    connection = sqlite.connect(database, key)
    try:
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        index = database.with_name(database.name + "-shm").read_bytes()
        return int.from_bytes(index[LAST_FRAME_AT : LAST_FRAME_AT + 4], sys.byteorder)
    finally:
        connection.close()
