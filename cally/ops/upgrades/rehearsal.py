"""A rehearsal (M4): another version answers on a copy of the database, and what guests would notice is said."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cally.errors import CallyError
from cally.ops.backups.proving import scratch_folder
from cally.ops.backups.targets.face import Progress
from cally.ops.upgrades import answers, programs
from cally.ops.upgrades.answers import Line
from cally.ops.upgrades.compared import Compared, compare
from cally.ops.upgrades.programs import Program
from cally.store import copying

SCRATCH = "rehearsals"
DAYS = 60
Heard = Callable[[str], None]


async def rehearse(
    program: Program,
    database: Path,
    key: bytes,
    *,
    now: int,
    days: int,
    heard: Heard,
    progress: Progress,
    config: Path | None = None,
) -> Compared:
    """Let another program bring a copy of the database up to date and answer; what differs from this one's answers.

    The database itself is only read, and may be served meanwhile; no job of the copy ever runs. `heard` is told each
    step, `config` is the settings file in use. Raises `storage_full` before it begins when there is no room,
    `program_failed` when the other one cannot.
    """
    with scratch_folder(database.parent / SCRATCH, sweep=True) as folder:
        copy = folder / database.name
        heard("Copying the database")
        copying.copy_database(database, key, copy, progress)
        heard("Asking this version")
        own = [line async for line in answers.answers(copy, key, now=now, days=days)]
        heard("Letting the other version bring the copy up to date and asking it")
        other = [line async for line in _other(program, folder, key, now, days)]
    found = compare(own, other, now=now, days=days)
    return msgspec.structs.replace(found, settings=programs.refused_settings(program, config))


async def _other(program: Program, folder: Path, key: bytes, now: int, days: int) -> AsyncIterator[Line]:
    decoder = msgspec.json.Decoder(Line)
    words = ("rehearsal", "answer", "--now", str(now), "--days", str(days))
    with _handed(key) as descriptor:
        settings = {"CALLY_STATE_DIR": str(folder), "CALLY_KEY_FILE": f"/proc/self/fd/{descriptor}"}
        for text in programs.run(program, words, settings, descriptors=(descriptor,)):
            try:
                yield decoder.decode(text)
            except msgspec.MsgspecError as error:
                raise CallyError("program_failed", "That program answers in another language.") from error


@contextmanager
def _handed(key: bytes) -> Iterator[int]:
    """The key in a file that is nowhere but in memory, for a child to read."""
    descriptor = os.memfd_create("key", 0)
    try:
        os.write(descriptor, key.hex().encode())
        yield descriptor
    finally:
        os.close(descriptor)
