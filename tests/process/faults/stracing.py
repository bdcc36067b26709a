"""A server under strace, which lets calls of the system fail: a real process on a real disk, errors made up."""

import asyncio
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.process.served import Served, is_live

START_SECONDS = 120


def reason() -> str:
    """Why it cannot be had here; empty when it can."""
    if shutil.which("strace") is None:
        return "strace is missing"
    tried = subprocess.run(["strace", "-D", "-f", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True)
    return "strace may not trace here" if tried.returncode else ""


@asynccontextmanager
async def failing(state_dir: Path, calls: str, fault: str) -> AsyncIterator[tuple[Served, bool]]:
    """A server whose `calls` fail, and whether it came to answer anybody.

    `fault` is strace's `error=EIO:when=3`, counted in each thread by itself.
    """
    trace = ("-e", f"trace={calls}", "-e", f"inject={calls}:{fault}")
    served = Served(state_dir, before=("strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", *trace))
    served.spawn()
    try:
        yield served, await _answers(served)
    finally:
        if served.process is not None and served.process.poll() is None:
            served.kill()


async def _answers(served: Served) -> bool:
    """Wait for the first answer; False when it ended before."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and served.process is not None and served.process.poll() is None:
        if await asyncio.to_thread(is_live, served.port):
            return True
        await asyncio.sleep(0.01)
    return False


async def ended(served: Served, seconds: float) -> int | None:
    """The exit code once it ends by itself; None when it goes on."""
    assert served.process is not None
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if served.process.poll() is not None:
            return served.process.returncode
        await asyncio.sleep(0.02)
    return None


def in_words(served: Served) -> Counter[str]:
    """A process that ends says why in a sentence, not with its stack."""
    return Counter({"traceback": served.log().count("Traceback")})
