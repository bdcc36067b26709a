"""Answers a second and CPU milliseconds an answer: the booking page and the slots API, beside bare Granian."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bare import bare
from benchmarks.load import Load, load
from tests.process.house import furnish, midnight
from tests.process.served import Served

MONTH_DAYS = 31


def measure() -> dict[str, Any]:
    """A month of half-hour slots around the clock: the most that a page can have to show."""
    with tempfile.TemporaryDirectory(prefix="cally-bench-") as name, Served(Path(name) / "state") as served:
        return asyncio.run(_measure(served))


async def _measure(served: Served) -> dict[str, Any]:
    await furnish(served, served.admin_token())
    assert served.process is not None  # noqa: S101 - for the type checker
    process = psutil.Process(served.process.pid)
    first, last = midnight(1).date(), midnight(MONTH_DAYS).date()
    paths = {
        "booking page": "/ada/intro",
        "slots of a month": f"/api/v1/hosts/ada/event-types/intro/slots?from={first}&to={last}&tz=UTC",
        "slots of a day": f"/api/v1/hosts/ada/event-types/intro/slots?from={first}&to={first}&tz=UTC",
        "health": "/api/health/live",
    }
    return {name: await _beside_ceiling(served.port, path, process) for name, path in paths.items()}


async def _beside_ceiling(port: int, path: str, process: psutil.Process) -> dict[str, Any]:
    measured = await load(port, path, process)
    ceiling = await _ceiling(measured.answer_bytes)
    share = (measured.answers / measured.seconds) / (ceiling.answers / ceiling.seconds)
    return measured.figures() | {"ceiling": ceiling.figures(), "of_ceiling": round(share, 2)}


async def _ceiling(size: int) -> Load:
    with bare(size) as (port, pid):
        return await load(port, "/", psutil.Process(pid))
