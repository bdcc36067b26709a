"""Ten thousand guests want one slot: one of them gets it, all others are told so."""

import asyncio
import time
from collections import Counter
from pathlib import Path

from tests.process.asking import Caller
from tests.process.faults.judged import Found, prepared
from tests.process.house import slot, wanted
from tests.process.kills import judged
from tests.process.rows import Acknowledged
from tests.process.served import Served

GUESTS, QUICK_GUESTS = 10_000, 300
AT_ONCE = 800


async def inflict(directory: Path, quick: bool) -> Found:
    """So many at once, each on a connection that was there before."""
    count = QUICK_GUESTS if quick else GUESTS
    statuses: Counter[int] = Counter()
    told: list[Acknowledged] = []
    left = iter(range(count))
    with Served(await prepared(directory / "state")) as served:
        go = asyncio.Event()

        async def guest() -> None:
            caller = Caller(served.port)
            await caller.get("/api/health/live")
            await go.wait()
            for number in left:
                body = wanted(slot(70), number)
                answer = await caller.post("/api/v1/bookings", body, idempotency_key=f"key {number}")
                statuses[answer.status] += 1
                if answer.status == 201:
                    uid, starts_at = answer.json()["uid"], int(slot(70).timestamp())
                    told.append(Acknowledged(f"key {number}", body["guest"]["email"], uid, starts_at))
            caller.close()

        guests = [asyncio.create_task(guest()) for _ in range(min(AT_ONCE, count))]
        await asyncio.sleep(1)
        began = time.monotonic()
        go.set()
        await asyncio.gather(*guests)
        took = time.monotonic() - began
        await asyncio.to_thread(served.stop)
        broken = Counter(judged(served, list(told)))
    broken += Counter({"not one booking": int(statuses != Counter({201: 1, 409: count - 1}))})
    return Found({"answers": dict(statuses), "asked within s": round(took, 1)}, dict(broken))
