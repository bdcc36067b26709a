"""Durable jobs a second with a hundred queued and with a hundred thousand; the time from booking to accepted mail."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.booking import bare_rows_per_second
from cally.jobs import Worker
from cally.store import Store, jobs, open_store
from cally.vault import Vault
from tests.process.asking import Caller
from tests.process.house import furnish, slot, wanted
from tests.process.post_office import PostOffice
from tests.process.served import Served

FEW, MANY = 100, 100_000
OWNERS = 50
SECONDS = 4
BOOKINGS = 60
LATER_SECONDS = 30 * 86_400
BATCH = 5_000


def measure() -> dict[str, Any]:
    """Half of what is queued is ready, half for next month; a job is one that is planned, leased, done and counted."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="cally-bench-") as name:
        directory = Path(name)
        for queued in (FEW, MANY):
            found[f"{queued} queued"] = asyncio.run(_work_off(directory / f"{queued}.db", queued))
        ceiling = bare_rows_per_second(directory / "bare.db", rows_a_commit=1)
        for figures in found.values():
            figures["ceiling_rows_per_second"] = round(ceiling)
            figures["of_ceiling"] = round(figures["jobs_per_second"] / ceiling, 2)
        found["many_against_few"] = round(
            found[f"{MANY} queued"]["cpu_ms_per_job"] / found[f"{FEW} queued"]["cpu_ms_per_job"], 2
        )
        found["booking to mail"] = asyncio.run(_to_mail(directory / "state"))
    return found


async def _work_off(path: Path, queued: int) -> dict[str, Any]:
    """How many a second while the queue stays as long as it is: each job that is done plans another one."""
    store, now = open_store(path, Vault(bytes(32)).database_key), int(time.time())
    await _fill(store, queued, now)
    done = 0

    async def work(subject: int, now: int) -> None:
        nonlocal done
        done += 1
        async with store.write() as tx:
            new = MANY + done
            await jobs.insert(tx, kind="bench", subject=new, due_at=now, now=now, owner=1 + subject % OWNERS)

    worker = Worker(store, lambda: int(time.time()), {"bench": work})
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.5)
    first, cpu, began = done, time.process_time(), time.monotonic()
    await asyncio.sleep(SECONDS)
    took, used, many = time.monotonic() - began, time.process_time() - cpu, done - first
    await worker.drain(5)
    await running
    await store.close()
    return {"jobs_per_second": round(many / took), "cpu_ms_per_job": round(1_000 * used / max(1, many), 2)}


async def _fill(store: Store, many: int, now: int) -> None:
    for begin in range(0, many, BATCH):
        async with store.write() as tx:
            for subject in range(begin, min(begin + BATCH, many)):
                due_at = now if subject % 2 else now + LATER_SECONDS
                await jobs.insert(tx, kind="bench", subject=subject, due_at=due_at, now=now, owner=1 + subject % OWNERS)


async def _to_mail(state_dir: Path) -> dict[str, Any]:
    """One guest after the other: from the moment a booking was asked for until a mail server has taken their mail."""
    office = PostOffice(moods=False)
    await office.open()
    waits = []
    with Served(state_dir, CALLY_SMTP_URL=office.url) as served:
        await furnish(served, served.admin_token())
        for number in range(BOOKINGS):
            caller, asked = Caller(served.port), time.monotonic()
            answer = await caller.post("/api/v1/bookings", wanted(slot(number), number), idempotency_key=f"{number}")
            assert answer.status == 201, answer.content  # noqa: S101 - a benchmark of failures is none
            to = f"cleo{number}@example.org"
            for _ in iter(lambda to=to: any(name.endswith(to) for name in office.copies), True):
                await asyncio.sleep(0.001)
            waits.append(time.monotonic() - asked)
            caller.close()
    office.close()
    waits.sort()
    return {
        "p50_ms": round(1_000 * waits[len(waits) // 2], 1),
        "p99_ms": round(1_000 * waits[len(waits) * 99 // 100], 1),
    }
