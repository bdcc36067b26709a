"""The start of the one file: find what was unpacked for this Python, hold on to it, and run Cally from there."""

import fcntl
import os
import sys
from pathlib import Path

from pyz.boot import facts, folders, machine
from pyz.boot.machine import UnfitError

WRONG_MACHINE = 78
PREFIX = "build-"


def main() -> None:
    """Run Cally; exit 78 with a sentence when this machine or the cache folder must be changed first."""
    archive = Path(__file__).parents[2].absolute()
    try:
        tree = ready(archive, f"{PREFIX}{facts.BUILD[:16]}-{machine.name()}")
    except UnfitError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(WRONG_MACHINE)
    become(archive, tree)
    from cally.cli import main as cally  # noqa: PLC0415 - it is there from now on

    cally()


def ready(archive: Path, name: str) -> Path:
    """The folder with the bundle for this Python, unpacked now if it has not been; raises UnfitError."""
    for folder in folders.candidates():
        tree = folder.path / name
        if tree.is_dir() and folders.refusal(folder.path) is None and hold(tree):
            if any(is_of_another_build(entry.name, name) for entry in folder.path.iterdir()):
                from pyz.boot import unpacking  # noqa: PLC0415 - only after an upgrade

                unpacking.sweep(folder.path, name)
            return tree
    from pyz.boot import unpacking  # noqa: PLC0415 - heavy: only at the first start

    return unpacking.unpacked(archive, name)


def is_of_another_build(entry: str, name: str) -> bool:
    """Whether a folder of that name holds one; the trees of one build for several Pythons stay side by side."""
    return entry.startswith(PREFIX) and entry.split("-")[1] != name.split("-")[1]


def hold(tree: Path) -> bool:
    """Keep a tree from being removed while this process lives; False when it is not there (any more).

    The lock is on the folder itself and ends with the process. Where locks are not to be had, it goes without.
    """
    try:
        held = os.open(tree, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)  # somebody is about to remove it
        return False
    except OSError:
        pass
    if _is(held, tree):
        return True
    os.close(held)  # removed between the two
    return False


def become(archive: Path, tree: Path) -> None:
    """Make this process one that imports from the standard library and the tree alone, in that order.

    What else is installed for this Python is not ours to meet, and nothing of ours may shadow the standard library.
    """
    library = Path(os.__file__).parent
    zipped = "python{}{}.zip".format(*sys.version_info[:2])
    own = [path for path in sys.path if Path(path) == library or Path(path).name in {"lib-dynload", zipped}]
    sys.path[:] = [*own, str(tree)]
    sys.path_importer_cache.pop(str(archive), None)
    sys.argv[0] = str(archive)
    vars(sys.modules["__main__"])["ONE_FILE"] = str(archive)


def _is(held: int, tree: Path) -> bool:
    try:
        there = tree.stat()
    except OSError:
        return False
    return os.path.samestat(there, os.fstat(held))
