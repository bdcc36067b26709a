"""Thousands who only sit there, whose heads or bodies do not end: how quickly the next guest is answered meanwhile."""

import asyncio
import resource
import time
from collections import Counter
from pathlib import Path

from tests.process.faults.judged import Found, asked, prepared
from tests.process.served import Served

IDLE, HEADS, BODIES = 4_000, 2_000, 1_000
QUICK = 100
PROBES, QUICK_PROBES = 150, 10
FILES = 16_000
HOST = b"Host: localhost\r\n"
HALF_A_HEAD = b"GET / HTTP/1.1\r\n" + HOST + b"X: "
HALF_A_BODY = (
    b"POST /api/v1/bookings HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def inflict(directory: Path, quick: bool) -> Found:
    """Figures of a probe without them and beside them; every probe must be answered, however long it takes."""
    _allow_files()
    counts = (QUICK, QUICK, QUICK) if quick else (IDLE, HEADS, BODIES)
    with Served(await prepared(directory / "state")) as served:
        alone, _ = await _probe(served, QUICK_PROBES)
        slow = [
            asyncio.create_task(_crowd(served.port, count, sends))
            for count, sends in zip(counts, (b"", HALF_A_HEAD, HALF_A_BODY), strict=True)
        ]
        await asyncio.sleep(1 if quick else 3)
        waits, unanswered = await _probe(served, QUICK_PROBES if quick else PROBES)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
    figures = {"idle, slow heads, slow bodies": counts, "probe alone p50 ms": _share(alone, 50)}
    figures |= {f"probe p{share} ms": _share(waits, share) for share in (50, 99)}
    return Found(figures, dict(Counter({"unanswered": unanswered})))


async def _crowd(port: int, count: int, sends: bytes) -> None:
    """So many connections, made anew whenever the server hangs up."""
    await asyncio.gather(*(_sit(port, sends) for _ in range(count)))


async def _sit(port: int, sends: bytes) -> None:
    while True:
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sends)
            await reader.read()
        except OSError:
            await asyncio.sleep(0.5)
        finally:
            if writer is not None:
                writer.close()
        await asyncio.sleep(0.1)


async def _probe(served: Served, times: int) -> tuple[list[float], int]:
    waits, unanswered = [], 0
    for _ in range(times):
        began = time.monotonic()
        unanswered += (await asked(served, "/ada/intro")).status != 200
        waits.append(time.monotonic() - began)
        await asyncio.sleep(0.05)
    return sorted(waits), unanswered


def _share(waits: list[float], share: int) -> float:
    return round(1_000 * waits[len(waits) * share // 100 - (share == 100)], 1)


def _allow_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
