"""Proving a backup: every byte compared, restored into a scratch place, opened, checked and counted."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cally.errors import CallyError
from cally.ops.backups import trailer
from cally.ops.backups.targets.face import Progress
from cally.ops.backups.threads import silent
from cally.store import copying
from cally.vault import Vault

SCRATCH = ".cally-scratch-"
COUNTED = ("booking", "account", "event_type")


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was shown to be good: what it says of itself, and the rows of each table in the restored copy."""

    manifest: trailer.Manifest
    counts: dict[str, int]

    @property
    def verdict(self) -> str:
        """What was found, in one sentence."""
        bookings, accounts, event_types = (self.counts.get(table, 0) for table in COUNTED)
        return (
            f"Restored, opened and checked; every table has its rows, "
            f"among them {bookings:,} bookings, {accounts:,} accounts and {event_types:,} event types."
        )


def prove(file: Path, key: bytes, *, progress: Progress = silent, scratch: Path | None = None) -> Proof:
    """Show that a backup can be restored; the file itself is left as it is.

    `scratch` is the folder where a copy is laid out for the time (the file's own by default). Raises `backup_refused`
    with its reason (`unsound` when what is in it is not as it should be), `storage_full`, `storage_failed`.
    """
    with scratch_folder(scratch or file.parent) as folder:
        copy = folder / file.name
        manifest = lay_out(file, key, copy, progress)
        return prove_laid_out(copy, key, manifest, name=file.name, progress=progress)


def prove_in_place(file: Path, key: bytes, *, progress: Progress = silent) -> Proof:
    """As `prove`, with a file that may be cut: its trailer goes, and the database alone is left."""
    manifest = trailer.verify(file, key, progress)
    os.truncate(file, manifest.database_bytes)
    return prove_laid_out(file, key, manifest, name=file.name, progress=progress)


def lay_out(file: Path, key: bytes, copy: Path, progress: Progress) -> trailer.Manifest:
    """The database of a backup as a file of its own, on the disk, after every byte of the backup was compared.

    `copy` must not exist; nothing of it stays when this fails.
    """
    manifest = trailer.verify(file, key, progress)
    try:
        copying.require_room(copy.parent, manifest.database_bytes + copying.SPARE_BYTES)
        _write(file, copy, manifest.database_bytes, progress)
    except OSError as error:
        copy.unlink(missing_ok=True)
        raise CallyError("storage_failed", f"{copy.parent} cannot be written ({error.strerror}).") from error
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return manifest


def prove_laid_out(copy: Path, key: bytes, manifest: trailer.Manifest, *, name: str, progress: Progress) -> Proof:
    """Open, check and count the database that was laid out from a backup."""
    try:
        found, faults = copying.examine(copy, key, progress)
    except CallyError as error:
        if error.code == "database_newer":
            raise trailer.refused("newer", f"{name}: {error.sentence}") from error
        if error.code.startswith("database_"):
            raise trailer.refused("unsound", f"{name} cannot be opened: {error.sentence}") from error
        raise
    stated = trailer.open_counts(Vault(key), manifest)
    if found.counts != stated or (found.pages, found.schema) != (manifest.pages, manifest.schema):
        odd = sorted(table for table in stated | found.counts if stated.get(table) != found.counts.get(table))
        faults.append(f"other rows than the original had ({', '.join(odd) or 'pages'})")
    if faults:
        raise trailer.refused("unsound", f"{name} is not sound: {faults[0]}.")
    return Proof(manifest=manifest, counts=found.counts)


@contextmanager
def scratch_folder(beside: Path, *, sweep: bool = False) -> Iterator[Path]:
    """A folder of its owner alone that is gone afterwards; `sweep` removes those that killed processes left there."""
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in beside.glob(f"{SCRATCH}*") if sweep else ():
        shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(file: Path, copy: Path, size: int, progress: Progress) -> None:
    left = size
    with file.open("rb") as reading, copy.open("xb") as writing:
        os.fchmod(writing.fileno(), 0o600)
        while chunk := reading.read(min(trailer.CHUNK_BYTES, left)):
            writing.write(chunk)
            left -= len(chunk)
            progress(size - left, size)
        writing.flush()
        os.fsync(writing.fileno())
