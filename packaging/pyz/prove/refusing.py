"""What is only seen with real mounts, users and kills: where the file refuses, waits, or begins anew."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pyz.prove.places import Place

FOREIGN = 4_711
WRONG = 78


def refusals(place: Place) -> Iterator[tuple[str, bool, str]]:
    """What was tried, whether it went as it must, and what was said. The place must be one of this machine."""
    yield _refused(place, "a cache that may not be written to", "ro,size=1m", "cannot be")
    yield _refused(place, "a cache mounted noexec", "noexec,size=500m", "noexec")
    yield _refused(place, "a disk of 64 MB", "size=64m", "The disk is full")
    yield _refused(
        place,
        "a cache of somebody else's",
        "size=500m",
        "belongs to another user",
        lambda at: os.chown(at, FOREIGN, FOREIGN),
    )
    yield _refused(place, "a cache that everybody may write to", "size=500m", "chmod go-w", lambda at: at.chmod(0o777))
    yield _at_once(place)
    yield _killed(place)


def _refused(
    place: Place, what: str, options: str, said: str, change: Callable[[Path], None] | None = None
) -> tuple[str, bool, str]:
    with _mounted(place.folder / "mounted", options) as at:
        if change is not None:
            change(at)
        done = place.run("--version", environ={"CALLY_CACHE_DIR": str(at)})
        left = [path.name for path in at.iterdir() if path.name != "lock"]
    told = done.stderr.strip().splitlines()
    return what, done.returncode == WRONG and said in done.stderr and not left, told[-1] if told else "nothing"


def _at_once(place: Place) -> tuple[str, bool, str]:
    """Five first starts at the same moment."""
    cache = _fresh(place)
    environ = place.environ(CALLY_CACHE_DIR=str(cache))
    words = place.words("--version")
    starts = [subprocess.Popen(words, env=environ, stdout=-1, stderr=-1, text=True) for _ in range(5)]
    said = [process.communicate(timeout=600) for process in starts]
    unpacked = sum("Unpacking" in err for _, err in said)
    good = unpacked == 1 and {process.returncode for process in starts} == {0}
    return "five first starts at once", good, f"{unpacked} unpacked, {len(starts)} ran"


def _killed(place: Place) -> tuple[str, bool, str]:
    """kill -9 at ten moments of a first start; then one that is left alone."""
    cache = _fresh(place)
    environ = place.environ(CALLY_CACHE_DIR=str(cache))
    for moment in range(10):
        process = subprocess.Popen(place.words("--version"), env=environ, stdout=-1, stderr=-1)
        time.sleep(0.05 + moment * 0.15)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = place.run("--version", environ={"CALLY_CACHE_DIR": str(cache)})
    left = sorted(path.name.partition("-")[0] for path in cache.iterdir())
    return (
        "ten first starts killed, then one not",
        done.returncode == 0 and left == ["build", "lock"],
        done.stdout.strip(),
    )


def _fresh(place: Place) -> Path:
    cache = place.folder / "fresh"
    shutil.rmtree(cache, ignore_errors=True)
    return cache


@contextmanager
def _mounted(at: Path, options: str) -> Iterator[Path]:
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode=700,{options}", "tmpfs", str(at)], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)
