"""The first start of a build: unpack what this Python needs, all or nothing, and remove builds that nobody uses."""

import errno
import fcntl
import hashlib
import lzma
import math
import os
import shutil
import sys
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pyz.boot import facts, folders
from pyz.boot.machine import ARCHITECTURES, UnfitError
from pyz.boot.start import hold, is_of_another_build

NEW, OLD = "new-", "old-"
FULL = (errno.ENOSPC, errno.EDQUOT)
BROKEN = (lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, KeyError)


class DamagedError(UnfitError):
    """The file is not what was built; no other folder can help."""


def unpacked(archive: Path, name: str) -> Path:
    """The folder with all that this machine needs of the build, in the best place there is; raises UnfitError."""
    wrong = ""
    for folder in folders.candidates():
        try:
            return _unpacked_in(folder.path, archive, name)
        except DamagedError:
            raise
        except UnfitError as error:
            wrong = wrong or str(error)
    raise UnfitError(wrong)


def sweep(folder: Path, name: str) -> None:
    """Remove what other builds and broken starts have left there, unless a process holds it or unpacks right now."""
    try:
        with _locked(folder, wait=False):
            _sweep(folder, name)
    except (OSError, UnfitError):
        return  # another start will


def _unpacked_in(folder: Path, archive: Path, name: str) -> Path:
    mask = os.umask(0o022)
    try:
        folders.make(folder)
        wrong = folders.refusal(folder)
        if wrong:
            raise UnfitError(wrong)
        tree = folder / name
        with _locked(folder, wait=True):
            if not hold(tree):
                _sweep(folder, name)
                _unpack(archive, folder, tree)
                if not hold(tree):
                    raise UnfitError(f"{tree} was removed while it was made. Please start again.")
        return tree
    except OSError as error:
        raise UnfitError(_explained(error, folder, name)) from error
    finally:
        os.umask(mask)


def _unpack(archive: Path, folder: Path, tree: Path) -> None:
    free = os.statvfs(folder)
    if free.f_bavail * free.f_frsize < _needed(tree.name):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    sys.stderr.write(f"Unpacking Cally, once for this build, to {folder} ...\n")
    new = Path(tempfile.mkdtemp(prefix=NEW, dir=folder))
    try:
        new.chmod(0o755)  # who may come here is for the folder above to say
        _side_by_side(archive, _parts(tree.name), new)
        _to_the_disk(new)
        new.rename(tree)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    _to_the_disk(folder)


def _parts(name: str) -> list[str]:
    """What a machine needs: all parts that are not another architecture's."""
    mine = name.rpartition("-")[2]
    return [part for part in facts.PARTS if part == mine or part not in ARCHITECTURES]


def _needed(name: str) -> int:
    return sum(facts.PARTS[part][1] for part in _parts(name))


def _side_by_side(archive: Path, parts: list[str], to: Path) -> None:
    """A thread for each part: unpacking leaves the interpreter's lock alone."""
    failed: list[BaseException] = []

    def work(part: str) -> None:
        try:
            _part(archive, part, to)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            failed.append(error)

    threads = [threading.Thread(target=work, args=(part,), name=part, daemon=True) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not failed:
        return
    if isinstance(failed[0], BROKEN):
        said = f"{archive} is damaged ({failed[0]}). Fetch it again, and verify its signature."
        raise DamagedError(said) from failed[0]
    raise failed[0]


def _part(archive: Path, part: str, to: Path) -> None:
    """Unpack one part, without what is for other Pythons; raises one of BROKEN unless it is what was built."""
    other = ".cpython-3"
    mine = ".cpython-{}{}-".format(*sys.version_info[:2])
    with zipfile.ZipFile(archive) as packed, packed.open(f"{part}.tar.xz") as raw:
        checked = _Checked(raw)
        with lzma.LZMAFile(cast("IO[bytes]", checked)) as stream, tarfile.open(fileobj=stream, mode="r|") as members:
            for member in members:
                base = member.name.rpartition("/")[2]
                if member.isreg() and (other not in base or mine in base):
                    _file(members.extractfile(member), member.name, to)
        checked.finish()
    if checked.digest.hexdigest() != facts.PARTS[part][0]:
        raise tarfile.TarError(f"{part} is not what was built")


def _file(data: IO[bytes] | None, name: str, to: Path) -> None:
    if data is None or name.startswith("/") or ".." in name.split("/"):
        raise tarfile.TarError(f"{name} is no name of ours")
    path = to / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(data, file)


class _Checked:
    """A file that remembers the SHA-256 of what was read."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw = raw
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.raw.read(size)
        self.digest.update(data)
        return data

    def finish(self) -> None:
        """Read what is left."""
        while self.read(65_536):
            pass


def _sweep(folder: Path, name: str) -> None:
    """Under the folder's lock, so that whatever is half made was left by a process that is gone.

    A build that was unpacked after this one stays: somebody rehearses an upgrade.
    """
    mine = folder / name
    since = mine.stat().st_mtime if mine.exists() else math.inf
    for path in sorted(folder.iterdir()):
        if path.name.startswith((NEW, OLD)):
            shutil.rmtree(path, ignore_errors=True)
        elif is_of_another_build(path.name, name) and path.stat().st_mtime <= since:
            _remove(path, folder / f"{OLD}{path.name}")


def _remove(path: Path, aside: Path) -> None:
    try:
        held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.rename(aside)
    except OSError:
        return  # in use, or no locks here: it stays
    finally:
        os.close(held)
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def _locked(folder: Path, *, wait: bool) -> Iterator[None]:
    """One process at a time; raises UnfitError when another one has it and `wait` is off."""
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise UnfitError("Another start is at work.") from None
            sys.stderr.write("Another start is unpacking; waiting for it ...\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _to_the_disk(folder: Path) -> None:
    """Bring the file system that a folder is on to the disk: thousands of files at once, not one by one."""
    try:
        import ctypes  # noqa: PLC0415 - for this alone

        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            done = ctypes.CDLL(None, use_errno=True).syncfs(held)
        finally:
            os.close(held)
        code = ctypes.get_errno()
    except (ImportError, AttributeError, MemoryError, OSError):
        os.sync()
        return
    if done != 0:
        raise OSError(code, os.strerror(code))


def _explained(error: OSError, folder: Path, name: str) -> str:
    if error.errno in FULL:
        megabytes = _needed(name) // 1_000_000 + 1
        return (
            f"The disk is full: Cally needs {megabytes} MB in {folder}. "
            "Free some, or set CALLY_CACHE_DIR to a folder on another disk."
        )
    return f"The cache folder {folder} cannot be used ({error.strerror}). {folders.HINT} that can be written to."
