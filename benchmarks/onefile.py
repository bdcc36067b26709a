"""The one file: its size, its first start with an empty cache, later ones, and the first answer of its server."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.bare import ROOT
from tests.process.served import free_port, is_live

FILE = ROOT / "dist" / "cally.pyz"
TIMES = 5


def measure() -> dict[str, Any]:
    """Seconds and megabytes; needs `make pyz`. The second start still compiles modules, those after it do not."""
    if not FILE.is_file():
        return {"missing": "make pyz"}
    with tempfile.TemporaryDirectory(prefix="cally-bench-") as name:
        folder = Path(name)
        first = _seconds(folder, "version")
        unpacked = sum(path.stat().st_blocks * 512 for path in (folder / "cache").rglob("*"))
        first_answer = _first_answer(folder)
        return {
            "file_mb": round(FILE.stat().st_size / 1e6, 1),
            "unpacked_mb": round(unpacked / 1e6, 1),
            "first_start_seconds": first,
            "version_seconds": _median([_seconds(folder, "version") for _ in range(TIMES)]),
            "first_answer_after_unpacking_seconds": first_answer,
            "first_answer_seconds": _median([_first_answer(folder) for _ in range(TIMES)]),
        }


def _seconds(folder: Path, *words: str) -> float:
    began = time.monotonic()
    subprocess.run(_words(*words), env=_environ(folder), check=True, capture_output=True)
    return round(time.monotonic() - began, 3)


def _first_answer(folder: Path) -> float:
    """From nothing to an answer; the database is there but for the first time."""
    port = free_port()
    environ = _environ(folder) | {"CALLY_BIND": f"127.0.0.1:{port}"}
    began = time.monotonic()
    process = subprocess.Popen(_words("serve"), env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not is_live(port):
        if process.poll() is not None:
            raise SystemExit("The one file did not serve.")
        time.sleep(0.005)
    seconds = round(time.monotonic() - began, 3)
    process.kill()
    process.wait()
    return seconds


def _words(*words: str) -> list[str]:
    return [sys.executable, str(FILE), *words]


def _environ(folder: Path) -> dict[str, str]:
    places = {"CALLY_CACHE_DIR": str(folder / "cache"), "CALLY_STATE_DIR": str(folder / "state")}
    return {"PATH": os.environ["PATH"], "HOME": str(folder), **places}


def _median(found: list[float]) -> float:
    return round(statistics.median(found), 3)
