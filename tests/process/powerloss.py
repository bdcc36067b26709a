"""Power cuts, simulated: what SQLite wrote and synced is recorded, and disks are made of it as a cut may leave them.

Writes that were not synced survive in part: none, all, the first few, any, or any of their sectors. A sync is
believed: what came before it is on the disk.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

import apsw

SECTOR_BYTES = 512
MODES = ("none", "all", "first", "any", "sectors")


class Write(NamedTuple):
    """Bytes put at an offset."""

    file: str
    offset: int
    data: bytes


class Truncation(NamedTuple):
    """A file cut, or grown, to a size."""

    file: str
    size: int


class Sync(NamedTuple):
    """What was written to this file before is on the disk."""

    file: str


Event = Write | Truncation | Sync | object


class Recorder(apsw.VFS):
    """SQLite's own file system with a memory; `note` puts an event of the outside world into it."""

    kept: ClassVar[list["Recorder"]] = []  # the ciphers' file system keeps a pointer to each for ever

    def __init__(self) -> None:
        self.name = f"recorded{len(self.kept)}"
        super().__init__(self.name, "unix")
        self.kept.append(self)
        self.events: list[Event] = []
        self.recording = False

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        """Every file but the log's index, which is not of the disk."""
        return _File(self, name, flags)

    def note(self, event: object) -> None:
        """Remember that this happened now."""
        if self.recording:
            self.events.append(event)


class _File(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._recorder = recorder
        self._name = Path(path).name if path else ""
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._recorder.note(Write(self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(size)
        self._recorder.note(Truncation(self._name, size))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        self._recorder.note(Sync(self._name))


class Disk:
    """What a disk holds for certain, and what is still on its way there."""

    def __init__(self, directory: Path) -> None:
        self._certain = {
            path.name: bytearray(path.read_bytes()) for path in directory.iterdir() if not path.name.endswith("-shm")
        }
        self._pending: dict[str, list[Write | Truncation]] = defaultdict(list)

    def take(self, event: Event) -> None:
        """Go one event further."""
        if isinstance(event, Write | Truncation):
            self._pending[event.file].append(event)
        elif isinstance(event, Sync):
            content = self._certain.setdefault(event.file, bytearray())
            for change in self._pending.pop(event.file, []):
                _apply(content, change)

    def cut(self, directory: Path, mode: str, chance: random.Random) -> None:
        """Leave in `directory` what the disk holds when the power goes now."""
        directory.mkdir(parents=True)
        for name in {*self._certain, *self._pending}:
            content = bytearray(self._certain.get(name, b""))
            for change in _survivors(self._pending.get(name, []), mode, chance):
                _apply(content, change)
            (directory / name).write_bytes(content)


def _survivors(pending: list[Write | Truncation], mode: str, chance: random.Random) -> Iterator[Write | Truncation]:
    count = {"none": 0, "first": chance.randrange(len(pending) + 1)}.get(mode, len(pending))
    for change in pending[:count]:
        if mode == "any" and chance.random() < 0.4:
            continue
        if mode == "sectors" and isinstance(change, Write):
            yield from _sectors(change, chance)
        else:
            yield change


def _sectors(write: Write, chance: random.Random) -> Iterator[Write]:
    for start in range(0, len(write.data), SECTOR_BYTES):
        if chance.random() < 0.5:
            yield Write(write.file, write.offset + start, write.data[start : start + SECTOR_BYTES])


def _apply(content: bytearray, change: Write | Truncation) -> None:
    if isinstance(change, Truncation):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.data)] = change.data
