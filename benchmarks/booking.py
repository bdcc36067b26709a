"""Durable bookings a second with 1, 8 and 32 guests at once, beside bare encrypted commits on the same disk."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.load import cpu_seconds
from cally.store import sqlite
from tests.process.asking import Caller
from tests.process.house import furnish, slot, wanted
from tests.process.served import Served

SECONDS = 4
GUESTS = (1, 8, 32)
SLOTS = 60_000
TABLE = "CREATE TABLE bare (id INTEGER PRIMARY KEY, content BLOB) STRICT"
INSERT = "INSERT INTO bare (content) VALUES (randomblob(2000))"


def measure() -> dict[str, Any]:
    """Every booking is another free slot of one host; two kilobytes a bare row, about what a booking writes."""
    with tempfile.TemporaryDirectory(prefix="cally-bench-") as name:
        directory = Path(name)
        with Served(directory / "state") as served:
            found = asyncio.run(_measure(served))
        for guests in GUESTS:
            ceiling = bare_rows_per_second(directory / f"bare{guests}.db", rows_a_commit=guests)
            figures = found[f"{guests} guests"]
            figures["ceiling_rows_per_second"] = round(ceiling)
            figures["of_ceiling"] = round(figures["bookings_per_second"] / ceiling, 2)
    return found


async def _measure(served: Served) -> dict[str, Any]:
    await furnish(served, served.admin_token())
    assert served.process is not None  # noqa: S101 - for the type checker
    process = psutil.Process(served.process.pid)
    slots = list(range(SLOTS))
    random.Random(1).shuffle(slots)  # noqa: S311 - the same order every time
    free = iter(slots)
    return {f"{guests} guests": await _book(served.port, process, guests, free) for guests in GUESTS}


async def _book(port: int, process: psutil.Process, guests: int, free: Iterator[int]) -> dict[str, Any]:
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    until = time.monotonic() + SECONDS

    async def guest() -> None:
        caller = Caller(port)
        while time.monotonic() < until:
            number = next(free)
            asked = time.monotonic()
            answer = await caller.post(
                "/api/v1/bookings", wanted(slot(number), number), idempotency_key=f"key {number}"
            )
            waits.append(time.monotonic() - asked)
            statuses[answer.status] += 1
        caller.close()

    cpu, began = cpu_seconds(process), time.monotonic()
    await asyncio.gather(*(guest() for _ in range(guests)))
    took = time.monotonic() - began
    booked = statuses[201]
    waits.sort()
    return {
        "bookings_per_second": round(booked / took),
        "cpu_ms_per_booking": round(1_000 * (cpu_seconds(process) - cpu) / max(1, booked), 2),
        "p50_ms": round(1_000 * waits[len(waits) // 2], 1),
        "p99_ms": round(1_000 * waits[len(waits) * 99 // 100], 1),
        "statuses": dict(statuses),
    }


def bare_rows_per_second(path: Path, *, rows_a_commit: int) -> float:
    """The ceiling: encrypted rows of two kilobytes, so many of them a commit."""
    connection = sqlite.connect(path, bytes(32))
    connection.execute(TABLE)
    began, rows = time.monotonic(), 0
    while time.monotonic() - began < SECONDS / 2:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(rows_a_commit):
            connection.execute(INSERT)
        connection.execute("COMMIT")
        rows += rows_a_commit
    took = time.monotonic() - began
    connection.close()
    return rows / took
