"""Log lines in files of their own: one for each day, old ones compressed and after some days removed.

A disk that is full, a file that somebody moved or removed, or a directory that is gone costs lines, never the process.
"""

import gzip
import logging
import os
import re
import threading
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cally.ops.logs import Json

NAME = "cally.log"
OF_A_DAY = re.compile(r"cally-(\d{4}-\d\d-\d\d)(?:\.\d+)?\.log(?:\.gz)?")
LOOK_SECONDS = 2.0
RETRY_SECONDS = 5.0
PIECE = 262_144

log = logging.getLogger("cally.logs")


class DailyFile(logging.Handler):
    """Keeps log lines as JSON in `cally.log`, which becomes `cally-DATE.log.gz` when its day (UTC) is over.

    Files are kept for `days` and readable by their owner alone. What another program (logrotate) has moved away is
    begun anew. Lines that could not be written are counted, and the number is noted once writing is possible again.
    """

    def __init__(self, folder: Path, *, days: int) -> None:
        super().__init__()
        self.setFormatter(Json())
        self._folder = folder
        self._days = days
        self._file = folder / NAME
        self._descriptor = -1
        self._day: date | None = None
        self._looked_at = 0.0
        self._failed_at = -RETRY_SECONDS
        self.lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what cannot be written is only counted."""
        today = datetime.fromtimestamp(record.created, UTC).date()
        try:
            if self._may_try():
                self._make_ready(today)
                self._write(self.format(record))
                return
        except OSError:
            self._give_up()
        except Exception:  # noqa: BLE001 - a line that cannot be made must not end what is logged about
            self.handleError(record)
            return
        self.lost += 1

    def close(self) -> None:
        """Let go of the file."""
        with self.lock or threading.Lock():
            self._let_go()
        super().close()

    def _may_try(self) -> bool:
        return self._descriptor >= 0 or time.monotonic() - self._failed_at >= RETRY_SECONDS

    def _make_ready(self, today: date) -> None:
        if self._descriptor >= 0 and time.monotonic() - self._looked_at >= LOOK_SECONDS and self._was_moved():
            self._let_go()
        if self._day is not None and today > self._day:
            self._let_go()
        if self._descriptor < 0:
            self._open(today)

    def _open(self, today: date) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._put_away(today)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(self._file, flags, 0o600)
        self._day, self._looked_at = today, time.monotonic()
        tidying = threading.Thread(target=tidy, args=(self._folder, today, self._days), name="log files", daemon=True)
        tidying.start()

    def _put_away(self, today: date) -> None:
        """A file whose last line is of another day gets that day's name, beside whatever has it already."""
        with suppress(FileNotFoundError):
            written = datetime.fromtimestamp(self._file.stat().st_mtime, UTC).date()
            if written < today:
                self._file.rename(_free(self._folder, written))

    def _was_moved(self) -> bool:
        self._looked_at = time.monotonic()
        try:
            there, ours = self._file.stat(), os.fstat(self._descriptor)
        except OSError:
            return True
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)

    def _write(self, line: str) -> None:
        said = [line]
        if self.lost:
            said.insert(0, self.format(_left_out(self.lost)))
        text = "".join(f"{one}\n" for one in said).encode()
        if self._is_torn():
            text = b"\n" + text
        if os.write(self._descriptor, text) < len(text):
            raise OSError
        self.lost = 0

    def _is_torn(self) -> bool:
        """Whether the file ends within a line, as a full disk leaves it."""
        size = os.fstat(self._descriptor).st_size
        return size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"

    def _give_up(self) -> None:
        """For some seconds; the next line after them tries again."""
        self._let_go()
        self._failed_at = time.monotonic()

    def _let_go(self) -> None:
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = -1


def keep(folder: Path, *, days: int) -> None:
    """Keep what is logged from now on in files as well; a directory that cannot be used is said, and tried again."""
    logging.getLogger().addHandler(DailyFile(folder, days=days))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        log.warning("CALLY_LOG_DIR %s cannot be written to; log lines are on standard error alone.", folder)


def tidy(folder: Path, today: date, days: int) -> None:
    """Compress files of days that are over, and remove those that are older than `days`."""
    with suppress(OSError):
        for file in sorted(folder.iterdir()):
            match = OF_A_DAY.fullmatch(file.name)
            if match is None:
                continue
            with suppress(OSError, ValueError):
                if date.fromisoformat(match[1]) <= today - timedelta(days=days):
                    file.unlink()
                elif file.suffix != ".gz":
                    _compress(file)


def _compress(file: Path) -> None:
    """Whole or not at all: the file goes when its compressed one is on the disk."""
    packed = file.with_name(file.name + ".gz")
    part = file.with_name(file.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with file.open("rb") as source, os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as target:
                while piece := source.read(PIECE):
                    target.write(piece)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(packed)
        file.unlink()
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _free(folder: Path, day: date) -> Path:
    number = 0
    while True:
        file = folder / f"cally-{day}{f'.{number}' if number else ''}.log"
        if not file.exists() and not file.with_name(file.name + ".gz").exists():
            return file
        number += 1


def _left_out(number: int) -> logging.LogRecord:
    said = f"Lines that could not be written to this file: {number}."
    return logging.LogRecord("cally.logs", logging.WARNING, "", 0, said, (), None)
