"""Which snapshot an old version can go back to, when a newer one has written the database."""

from pathlib import Path

from cally.errors import CallyError
from cally.ops import lock
from cally.ops.backups import names, trailer
from cally.ops.backups.making import own_folder, snapshot
from cally.ops.backups.trailer import Manifest
from cally.store import stepping


def with_way_back(error: CallyError, state_dir: Path, key: bytes) -> CallyError:
    """The refusal of a newer database, saying which snapshot this version could use; other errors as they are."""
    if error.code != "database_newer":
        return error
    found = newest_for(state_dir, key, int(error.facts["knows"]))
    if found is None:
        return error
    file, manifest = found
    more = (
        f"To go back instead, `cally restore {file}`: the snapshot that was made before that upgrade (Cally "
        f"{manifest.cally}, schema {manifest.schema}). What was booked since then would be lost."
    )
    return CallyError(error.code, f"{error.sentence} {more}", **error.facts)


def require_current(database: Path, key: bytes, *, now: int) -> None:
    """Before a command opens a database of an older version: make a snapshot, as a start of the server does.

    Raises `conflict` while a server of that older version is at work on it, and what opening it raises.
    """
    try:
        lacking = stepping.missing(database, key)
    except CallyError as error:
        raise with_way_back(error, database.parent, key) from error
    if lacking is None:
        return
    held = lock.holder(database.parent)
    if held is not None:
        sentence = (
            f"The server that runs (process {held[0]}) is of an older version than this command; restart it first."
        )
        raise CallyError("conflict", sentence)
    snapshot(database, key, own_folder(database.parent), why="before upgrade", now=now)


def newest_for(state_dir: Path, key: bytes, schema: int) -> tuple[Path, Manifest] | None:
    """The newest snapshot made before an upgrade whose database a version that knows this schema can use."""
    found = []
    for file in own_folder(state_dir).glob("*.backup"):
        if names.is_before_upgrade(file.name):
            try:
                manifest = trailer.manifest_of(file, key)
            except (CallyError, OSError):
                continue
            if manifest.schema <= schema:
                found.append((manifest.made_at, file, manifest))
    if not found:
        return None
    _, file, manifest = max(found, key=lambda one: (one[0], one[1]))
    return file, manifest
