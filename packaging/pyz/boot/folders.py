"""Where the file may be unpacked: a folder that nobody else can write to, and that programs may be loaded from."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from pyz.boot.machine import UnfitError

FOR_ROOT = "/var/cache/cally-root"  # not /root: a command gives root's power up for that of the state's owner
TEMPORARY = "/tmp"  # noqa: S108 - judged like every other folder
HINT = "Set CALLY_CACHE_DIR to a folder of your own"


class Folder(NamedTuple):
    """A folder without symbolic links in its path, and whether somebody has named it."""

    path: Path
    named: bool


def candidates() -> list[Folder]:
    """The folders to try, the best first; the only one where one is named."""
    named = os.environ.get("CALLY_CACHE_DIR") or os.environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    if named:
        return [Folder(Path(named).resolve(), named=True)]
    user = os.geteuid()
    found = [FOR_ROOT] if user == 0 else []
    outside, home = os.environ.get("XDG_CACHE_HOME", ""), os.environ.get("HOME", "")
    if outside.startswith("/"):
        found.append(f"{outside}/cally")
    elif home.startswith("/"):
        found.append(f"{home}/.cache/cally")
    found.append(f"{os.environ.get('TMPDIR') or TEMPORARY}/cally-{user}")
    return [Folder(Path(path).resolve(), named=False) for path in found]


def refusal(folder: Path) -> str | None:
    """Why a folder that exists must not be used, in a sentence; None when it may.

    Its path was without links when it was chosen: one that has come since was put there by somebody else.
    """
    found = folder.lstat()
    trusted = {0, os.geteuid(), Path("/").stat().st_uid}
    if not stat.S_ISDIR(found.st_mode):
        return f"{folder} is not a folder. {HINT}."
    if found.st_uid not in trusted:
        return f"The cache folder {folder} belongs to another user, who could put programs there. {HINT}."
    if found.st_mode & (stat.S_IWOTH | stat.S_IWGRP):
        return f"Others may write to the cache folder {folder}, and could put programs there: chmod go-w {folder}"
    for above in folder.parents:
        found = above.lstat()
        if found.st_uid not in trusted or _lets_others_write(found):
            return f"The cache folder lies in {above}, where others may write, and could put programs. {HINT}."
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return (
            f"No program may be loaded from {folder}, for it is mounted noexec. "
            "Set CALLY_CACHE_DIR to a folder from where programs may run."
        )
    return None


def make(folder: Path) -> None:
    """Make the folder where it is missing, for its owner alone (root's may be read by all); raises UnfitError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700)
    except FileExistsError:
        pass
    except OSError as error:
        said = f"The cache folder {folder} cannot be made ({error.strerror}). {HINT} that can be written to."
        raise UnfitError(said) from error


def _lets_others_write(found: os.stat_result) -> bool:
    """By its mode; a person's own group, as many systems give each user, is not others, and a sticky folder is safe."""
    if found.st_mode & stat.S_ISVTX:
        return False
    in_others_group = found.st_gid not in {0, os.getegid()}
    return bool(found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and in_others_group))
