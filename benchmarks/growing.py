"""Memory over a million requests from thousands of addresses, with all limits on, beside a bare server's.

After the first hundred thousand every cache is full: what grows from then on is a leak.
"""

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bare import bare
from benchmarks.load import Asking
from tests.process.asking import Caller
from tests.process.house import furnish, midnight, slot, wanted
from tests.process.served import Served

WARM = 100_000
MEASURED = int(os.environ.get("BENCH_REQUESTS", "1000000"))  # fewer for a first look
STEPS = 10
CONNECTIONS = 16
BOOKINGS = 200
ADDRESSES = 20_000
STRANGE_EVERY = 50  # every so many requests ask for what is not there


def measure() -> dict[str, Any]:
    """MiB of the process's own memory: idle, after bookings, warm, and after each tenth of the measured requests."""
    with (
        tempfile.TemporaryDirectory(prefix="cally-bench-") as name,
        Served(Path(name) / "state", limits="on", CALLY_TRUSTED_PROXIES="127.0.0.1") as served,
    ):
        found = asyncio.run(_cally(served))
    with bare(2_000) as (port, pid):
        found["bare"] = asyncio.run(_grown(port, psutil.Process(pid), ["/"]))
    return found


async def _cally(served: Served) -> dict[str, Any]:
    token = served.admin_token()
    await furnish(served, token)
    assert served.process is not None  # noqa: S101 - for the type checker
    process = psutil.Process(served.process.pid)
    idle = _own_mib(process)
    caller = Caller(served.port, token=token)
    for number in range(BOOKINGS):
        await caller.post("/api/v1/bookings", wanted(slot(number), number), idempotency_key=f"key {number}")
    caller.close()
    booked = _own_mib(process)
    days = [midnight(1 + number).date() for number in range(40)]
    paths = ["/ada/intro", "/ada/long", "/ada", "/api/health/live"]
    paths += [f"/api/v1/hosts/ada/event-types/intro/slots?from={day}&to={day}&tz=UTC" for day in days]
    return {"idle_mib": idle, f"after_{BOOKINGS}_bookings_mib": booked, **await _grown(served.port, process, paths)}


async def _grown(port: int, process: psutil.Process, paths: list[str]) -> dict[str, Any]:
    dice = random.Random(1)  # noqa: S311 - dice, not secrets
    statuses = await _ask(port, _requests(port, paths, WARM, dice))
    warm, mib = _own_mib(process), []
    for number in range(STEPS):
        sys.stderr.write(f"bench: growing, {number} of {STEPS}\n")
        statuses += await _ask(port, _requests(port, paths, MEASURED // STEPS, dice))
        mib.append(_own_mib(process))
    growth = round(mib[-1] - warm, 1)
    figures = {"warm_mib": warm, "each_tenth_mib": mib, "growth_mib": growth, "resident_mib": _resident_mib(process)}
    return figures | {"requests": WARM + MEASURED, "not_200": statuses}


def _requests(port: int, paths: list[str], count: int, dice: random.Random) -> Iterator[bytes]:
    for number in range(count):
        path = f"/nobody{dice.randrange(10**9)}" if number % STRANGE_EVERY == 0 else paths[number % len(paths)]
        guest = dice.randrange(ADDRESSES)
        address = f"10.7.{guest >> 8}.{guest & 255}"
        head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: text/html,*/*\r\nx-forwarded-for: {address}"
        yield f"{head}\r\n\r\n".encode()


async def _ask(port: int, requests: Iterator[bytes]) -> int:
    """Ask all of it; how many answers were not 200."""
    loop = asyncio.get_running_loop()
    asking = [
        (await loop.create_connection(lambda: Asking(requests), "127.0.0.1", port))[1] for _ in range(CONNECTIONS)
    ]
    for one in asking:
        await one.done.wait()
        one.close()
    return sum(one.failures for one in asking)


def _own_mib(process: psutil.Process) -> float:
    return round(process.memory_full_info().uss / 2**20, 1)


def _resident_mib(process: psutil.Process) -> float:
    return round(process.memory_info().rss / 2**20, 1)
