"""Restoring: everything is looked at first, then one database takes the place of the other, and nothing is lost."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cally.errors import CallyError
from cally.ops.backups import names, proving
from cally.ops.backups.proving import Proof
from cally.ops.backups.targets.face import Progress
from cally.store import copying, erased_file
from cally.store.copying import Newer
from cally.store.swapping import fold, swap_in
from cally.vault import Vault, key_from_text, write_key

STAMP = "%Y%m%dT%H%M%SZ"


class Restorable(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was laid out and proved: its database, ready to be swapped in, and what would be lost.

    `newer` is what was written here after the backup was made; None when there is no database here that can be read.
    """

    database: Path
    proof: Proof
    newer: Newer | None


def prepare(file: Path, key: bytes, database: Path, scratch: Path, *, progress: Progress) -> Restorable:
    """Lay a backup out in a scratch folder on the database's disk and prove it; what is there now stays as it is.

    Raises `backup_refused` with its reason, `storage_full`, `storage_failed`.
    """
    copy = scratch / "restored.db"
    manifest = proving.lay_out(file, key, copy, progress)
    proof = proving.prove_laid_out(copy, key, manifest, name=file.name, progress=progress)
    newer = copying.written_since(database, key, manifest.made_at) if database.exists() else None
    return Restorable(database=copy, proof=proof, newer=newer)


def carry_out(prepared: Restorable, key: bytes, database: Path, *, erased: str, now: int) -> Path | None:
    """Put a prepared backup in the place of the database, which nobody serves; where the replaced one is now.

    `erased` are lines of another list of erased guests: they are written down first, so that whoever was erased after
    the backup was made is erased again at the next start. Raises `storage_failed`.
    """
    erased_file.ErasedFile(database.parent).take_over(erased)
    if database.exists():
        fold(database, key)
    stamp = datetime.fromtimestamp(now, UTC).strftime(STAMP)
    return swap_in(database, prepared.database, stamp=stamp)


def erased_beside(file: Path, key: bytes) -> str:
    """The list of erased guests that lies beside a backup, as a target or a copied state directory has it."""
    texts = []
    for name in (names.erasures_name(Vault(key).key_id), erased_file.NAME):
        try:
            texts.append((file.parent / name).read_text(encoding="ascii", errors="replace"))
        except OSError:
            continue
    return "\n".join(texts)


def require_same_key(key: bytes, key_file: Path) -> None:
    """Raise `key_invalid` when another key is kept here: it would open neither the backup nor what comes after."""
    if not key_file.exists():
        return
    try:
        same = key_from_text(key_file.read_text(encoding="ascii")) == key
    except (ValueError, OSError):
        same = False
    if not same:
        sentence = (
            f"{key_file} holds another key than the one that was given. Nothing was changed: move it and its database "
            "away first, or choose an empty CALLY_STATE_DIR."
        )
        raise CallyError("key_invalid", sentence)


def keep_key(key: bytes, key_file: Path) -> bool:
    """Write the key where there is none; whether it was."""
    if key_file.exists():
        return False
    write_key(key_file, key)
    return True
