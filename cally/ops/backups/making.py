"""Making a backup: `snapshot(database, key, folder, why=…, now=…)` gives one complete file, and blocks meanwhile.

It works on a database that is being served as well as on one that nobody has open (before a migration or an upgrade:
`why="before upgrade"`); `proving.prove(file, key)` then shows that it can be restored. Run both in a thread where a
loop is running.
"""

from pathlib import Path

from cally import __version__
from cally.errors import CallyError
from cally.files import sync_folder
from cally.model.backups import Why
from cally.ops.backups import trailer
from cally.ops.backups.names import name_of
from cally.ops.backups.targets.face import Progress
from cally.ops.backups.threads import silent
from cally.store import copying
from cally.vault import Vault

FOLDER = "backups"


def own_folder(state_dir: Path) -> Path:
    """Where backups are kept on this machine unless an admin says otherwise."""
    return state_dir / FOLDER


def snapshot(database: Path, key: bytes, folder: Path, *, why: Why, now: int, progress: Progress = silent) -> Path:
    """Make a backup of the database in a folder (made when missing), whole and on the disk when this returns.

    Its path is answered; its name says when and why. `progress` hears of pages done and pages in all, and may raise to
    break off; nothing of the file then stays. Raises `storage_full` before it begins when room is short,
    `storage_failed`, `database_unreadable`.
    """
    vault = Vault(key)
    file = folder / name_of(vault.key_id, now, why)
    part = folder / f".{file.name}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        copied = copying.copy_database(database, key, part, progress)
        manifest = trailer.Manifest(
            format=trailer.FORMAT,
            made_at=now,
            why=why,
            cally=__version__,
            schema=copied.schema,
            pages=copied.pages,
            page_bytes=copied.page_bytes,
            key=vault.key_id,
            sha256="",
            counts=trailer.seal_counts(vault, copied.counts, now),
        )
        trailer.append(part, vault, manifest, progress)
        part.rename(file)
        sync_folder(folder)
    except OSError as error:
        raise CallyError("storage_failed", f"{folder} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
    return file
