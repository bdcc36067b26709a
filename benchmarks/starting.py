"""Cold start to the first answer, and memory when idle, beside a bare Granian process."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bare import ROOT, command, environ
from tests.process.served import Served, free_port, is_live

TIMES = 5
IDLE_SECONDS = 3


def measure() -> dict[str, Any]:
    """The median of several starts; compiled modules are there, as after an installation."""
    with tempfile.TemporaryDirectory(prefix="cally-bench-") as name:
        served = Served(Path(name) / "state", limits="on")
        served.start()
        served.kill()
        seconds = _median(served.start, served.kill)
        served.start()
        assert served.process is not None  # noqa: S101 - for the type checker
        memory = _idle_memory(served.process.pid)
        served.kill()
    bare = _Bare()
    bare.start()
    bare.kill()
    bare_seconds = _median(bare.start, bare.kill)
    bare.start()
    bare_memory = _idle_memory(bare.process.pid)
    bare.kill()
    return {
        "first_answer_seconds": seconds,
        "bare_first_answer_seconds": bare_seconds,
        "idle": memory,
        "bare_idle": bare_memory,
    }


class _Bare:
    """The bare server, started and killed as `Served` is."""

    def start(self) -> None:
        """Start it and wait for an answer."""
        port = free_port()
        self.process = subprocess.Popen(command(port, 64), cwd=ROOT, env=environ())
        while not is_live(port):
            time.sleep(0.005)

    def kill(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


def _median(start: Callable[[], None], kill: Callable[[], None]) -> float:
    found = []
    for _ in range(TIMES):
        began = time.monotonic()
        start()
        found.append(time.monotonic() - began)
        kill()
    return round(statistics.median(found), 3)


def _idle_memory(pid: int) -> dict[str, float]:
    time.sleep(IDLE_SECONDS)
    memory = psutil.Process(pid).memory_full_info()
    return {"resident_mib": round(memory.rss / 2**20, 1), "own_mib": round(memory.uss / 2**20, 1)}
