"""What an upgrade does in the state directory, by its owner: the snapshot, the schema that is there, the way back."""

import asyncio
from pathlib import Path

from cally.errors import CallyError
from cally.ops.backups import proving, restoring, trailer
from cally.ops.backups.making import own_folder, snapshot
from cally.ops.backups.targets.face import Progress
from cally.ops.backups.threads import silent
from cally.store import SQLiteDatabase, copying, rehearsals
from cally.store.rehearsals import BookedSince

UNKNOWN = -1
MOST_LISTED = 200
SCRATCH = "restoring"


def take_snapshot(database: Path, key: bytes, *, now: int, progress: Progress = silent) -> str:
    """The path of a snapshot, made and proved. Raises what making and proving raise."""
    file = snapshot(database, key, own_folder(database.parent), why="before upgrade", now=now, progress=progress)
    proving.prove(file, key, progress=progress)
    return str(file)


def schema_of(database: Path, key: bytes) -> int:
    """The schema that the database has, whichever version wrote it; -1 when nobody can tell."""
    try:
        return copying.schema_of(database, key)
    except CallyError:
        return UNKNOWN


def go_back_to(file: Path, database: Path, key: bytes, *, now: int) -> str:
    """Put a snapshot in the place of the database, which nobody serves; where the replaced one is kept."""
    with proving.scratch_folder(database.parent / SCRATCH, sweep=True) as scratch:
        prepared = restoring.prepare(file, key, database, scratch, progress=silent)
        erased = restoring.erased_beside(file, key)
        replaced = restoring.carry_out(prepared, key, database, erased=erased, now=now)
    return str(replaced)


def booked_since(file: Path, database: Path, key: bytes) -> list[BookedSince]:
    """What was booked after a snapshot, by the database as it is; the first two hundred."""
    at = trailer.manifest_of(file, key).made_at

    async def read() -> list[BookedSince]:
        store = SQLiteDatabase(database, key)
        try:
            return await rehearsals.list_booked_since(store.reader, at, limit=MOST_LISTED)
        finally:
            await store.close()

    return asyncio.run(read())
