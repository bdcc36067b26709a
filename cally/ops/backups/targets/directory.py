"""A folder on a disk of this machine as a place that keeps files: each is whole and on the disk, or not there."""

import asyncio
import os
import re
import shutil
from pathlib import Path

from cally import clock
from cally.amounts import amount
from cally.errors import CallyError
from cally.files import sync_folder
from cally.ops.backups.targets.face import Kept, Progress
from cally.ops.backups.threads import in_thread

CHUNK_BYTES = 1024**2
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
PART = re.compile(r"\.cally-[A-Za-z0-9._-]{1,200}\.part")
PART_SECONDS = 86_400
SPARE_BYTES = 16 * 1024**2


class Directory:
    """A folder; it is made, readable by its owner alone, when the first file is put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, name: str, file: Path, progress: Progress) -> None:
        """Copy, sync, then rename: the name appears with its last byte on the disk. Refused when room is short."""
        await in_thread(lambda told: self._put(name, file, told), progress)

    async def list_all(self) -> list[Kept]:
        """Plain files only; what is half there begins with a dot and is left out."""
        return await asyncio.to_thread(self._list)

    async def get(self, name: str, file: Path, progress: Progress) -> None:
        """A copy of the kept file."""
        await in_thread(lambda told: self._get(name, file, told), progress)

    async def remove(self, name: str) -> None:
        """Unlink it, and sync the folder."""
        await asyncio.to_thread(self._remove, name)

    async def close(self) -> None:
        """Nothing is held open."""

    def _put(self, name: str, file: Path, progress: Progress) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            self._require_room(file.stat().st_size)
            part = self.folder / f".{_checked(name)}.part"
            part.unlink(missing_ok=True)
            _copy(file, part, progress)
            part.rename(self.folder / name)
            sync_folder(self.folder)
        except OSError as error:
            raise self._failed(error) from error

    def _get(self, name: str, file: Path, progress: Progress) -> None:
        try:
            _copy(self.folder / _checked(name), file, progress)
        except OSError as error:
            raise self._failed(error) from error

    def _list(self) -> list[Kept]:
        try:
            with os.scandir(self.folder) as found:
                files = [(one.name, one.stat()) for one in found if one.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._failed(error) from error
        kept = [
            Kept(name=name, size_bytes=seen.st_size, modified_at=int(seen.st_mtime))
            for name, seen in files
            if NAME.fullmatch(name)
        ]
        return sorted(kept, key=lambda one: one.name)

    def _remove(self, name: str) -> None:
        try:
            (self.folder / _checked(name)).unlink(missing_ok=True)
            if self.folder.exists():
                sync_folder(self.folder)
        except OSError as error:
            raise self._failed(error) from error

    def _sweep(self) -> None:
        """Halves that a killed process left behind; young ones may be another process's."""
        before = clock.now() - PART_SECONDS
        for one in self.folder.iterdir():
            if PART.fullmatch(one.name) and one.stat().st_mtime < before:
                one.unlink(missing_ok=True)

    def _require_room(self, needed: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < needed + SPARE_BYTES:
            sentence = f"{self.folder} has {amount(free)} free, and this takes {amount(needed + SPARE_BYTES)}."
            raise CallyError("target_failed", sentence)

    def _failed(self, error: OSError) -> CallyError:
        place = error.filename or self.folder
        return CallyError("target_failed", f"{place} cannot be used: {error.strerror or error}.")


def _copy(source: Path, destination: Path, progress: Progress) -> None:
    """Copied to where nothing is yet, no link either, and on the disk; when it fails nothing stays."""
    with source.open("rb") as reading:
        total, done = os.fstat(reading.fileno()).st_size, 0
        descriptor = os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as writing:
                while chunk := reading.read(CHUNK_BYTES):
                    _write_all(writing.fileno(), chunk)
                    done += len(chunk)
                    progress(done, total)
                os.fsync(writing.fileno())
        except BaseException:
            destination.unlink(missing_ok=True)
            raise


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise CallyError("target_failed", f"“{name}” is no name for a file that is kept.")
    return name
