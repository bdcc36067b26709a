"""A second process on the same directory, over and over: it refuses in words, and the first one does not notice."""

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.process.faults.judged import Found, guests, prepared
from tests.process.served import ROOT, Served, free_port

TIMES, QUICK_TIMES = 8, 1


async def inflict(directory: Path, quick: bool) -> Found:
    """While guests book; then the first is killed, and another one starts at once."""
    broken: Counter[str] = Counter()
    served = Served(await prepared(directory / "state"))
    with served:
        async with guests(served, broken) as crowd:
            for _ in range(QUICK_TIMES if quick else TIMES):
                refused = await asyncio.to_thread(_second, served)
                told = f"process {served.process.pid}" in refused.stderr if served.process else False
                broken += Counter({"second not refused": int(refused.returncode != 1 or not told)})
                broken += Counter({"traceback": refused.stderr.count("Traceback")})
                served.kill()
                await asyncio.to_thread(served.start)
        figures = {"refused": QUICK_TIMES if quick else TIMES, "acts acknowledged": crowd.done.total()}
    return Found(figures, dict(broken))


def _second(served: Served) -> subprocess.CompletedProcess[str]:
    environ = served.environ | {"CALLY_BIND": f"127.0.0.1:{free_port()}", "CALLY_LOG": "text"}
    words = [sys.executable, "-m", "cally", "serve"]
    return subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120)
