"""Local files on their way: read piece by piece off the loop, and written so that half a file never stays."""

import asyncio
import contextlib
import errno
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from cally.errors import CallyError
from cally.ops.backups.targets.face import Progress
from cally.ops.backups.targets.reaching import failed

PIECE_BYTES = 256 * 1024
SPARE_BYTES = 32 * 1024**2


async def pieces(file: Path, progress: Progress, *, start: int = 0, size: int | None = None) -> AsyncIterator[bytes]:
    """What a file holds from byte `start` on, `size` bytes of it, telling progress over the whole file.

    Raises `target_failed` when the file is shorter than it was.
    """
    with await asyncio.to_thread(file.open, "rb") as reading:
        total = os.fstat(reading.fileno()).st_size
        left = total - start if size is None else size
        reading.seek(start)
        while left:
            piece = await asyncio.to_thread(reading.read, min(left, PIECE_BYTES))
            if not piece:
                raise failed(f"{file.name} became shorter while it was sent.")
            left -= len(piece)
            yield piece
            progress(reading.tell(), total)


class Arriving:
    """A new file that comes in from elsewhere, of a size known before; left half it goes again.

    Raises `target_failed` when there is no room, or when the bytes are not as many as were said.
    """

    def __init__(self, file: Path, size: int, progress: Progress) -> None:
        self.file, self.size, self.done, self.progress = file, size, 0, progress
        self._writing: BinaryIO | None = None

    async def __aenter__(self) -> Self:
        try:
            self._writing = await asyncio.to_thread(self._open)
        except OSError as error:
            raise self._no_room(error) from error
        return self

    async def add(self, data: bytes) -> None:
        """The next bytes."""
        self.done += len(data)
        if self.done > self.size:
            raise failed(f"The target sent more than the {self.size:,} bytes that it says the file has.")
        try:
            await asyncio.to_thread(self._write, data)
        except OSError as error:
            raise self._no_room(error) from error
        self.progress(self.done, self.size)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self.done != self.size:
                raise failed(f"The target sent {self.done:,} of {self.size:,} bytes, and broke off.")
            if error is None:
                await asyncio.to_thread(self._sync)
        except OSError as problem:
            self._drop()
            raise self._no_room(problem) from problem
        except BaseException:
            self._drop()
            raise
        if error is not None:
            self._drop()
        elif self._writing is not None:
            self._writing.close()

    def _open(self) -> BinaryIO:
        """How much comes is what a server says: no server may fill this disk."""
        if shutil.disk_usage(self.file.parent).free < self.size + SPARE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.fdopen(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")

    def _write(self, data: bytes) -> None:
        if self._writing is not None:
            self._writing.write(data)

    def _sync(self) -> None:
        if self._writing is not None:
            self._writing.flush()
            os.fsync(self._writing.fileno())

    def _drop(self) -> None:
        if self._writing is not None:
            with contextlib.suppress(OSError):  # what could not be written is not wanted any more
                self._writing.close()
        self.file.unlink(missing_ok=True)

    def _no_room(self, error: OSError) -> CallyError:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        why = "there is no room left" if full else error.strerror or "it cannot be written"
        return failed(f"{self.file.parent} does not take the file: {why}.")
