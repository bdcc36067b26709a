"""kill -9 of a whole process while it starts for the first time, while it migrates, and while it stops."""

import asyncio
import random
import shutil
import signal
from collections import Counter
from pathlib import Path

from tests.process.asking import Caller
from tests.process.faults.judged import Found, healthy_again, prepared
from tests.process.house import furnish, slot, wanted
from tests.process.kills import judged
from tests.process.rows import Acknowledged
from tests.process.served import Served

TIMES, QUICK_TIMES = 15, 1
BOOKINGS = 40
NEXT = "next_version"  # a build with ten more migrations


async def inflict(directory: Path, quick: bool) -> Found:
    """At a random moment each time; then a start without a kill must find everything in order."""
    times = QUICK_TIMES if quick else TIMES
    chance = random.Random(1)  # noqa: S311 - reproducible, no secret
    broken: Counter[str] = Counter()
    first = [await _first_start(directory / f"first{number}", chance, broken) for number in range(times)]
    await prepared(directory / "furnished")
    told = await _booked(directory / "furnished")
    migrating = await _migrating(directory, told, times, chance, broken)
    stopping = await _stopping(directory / "furnished", told, times, chance, broken)
    figures = {"first starts killed": sum(first), "migrations killed": migrating, "stops killed": stopping}
    return Found(figures, dict(broken))


async def _first_start(state: Path, chance: random.Random, broken: Counter[str]) -> int:
    """On an empty directory; afterwards it can be set up and booked from."""
    served = Served(state)
    killed = await _killed(served, chance.uniform(0.05, 1.2))
    with served:
        await healthy_again(served)
        token = served.admin_token()
        await furnish(served, token)
        broken += Counter({"first start, then not booked": int((await _book(served, 0)) is None)})
        served.stop()
    broken += Counter(judged(served, [])) + Counter({"traceback": served.log().count("Traceback")})
    return killed


async def _migrating(
    directory: Path, told: list[Acknowledged], times: int, chance: random.Random, broken: Counter[str]
) -> int:
    """To a build with more migrations, over a file with bookings; the old build then opens it or refuses in words."""
    killed = 0
    for number in range(times):
        state = shutil.copytree(directory / "furnished", directory / f"migrating{number}")
        served = Served(state, mutant=NEXT)
        killed += await _killed(served, chance.uniform(0.2, 1.5))
        broken += Counter(judged(served, list(told)))
        with served:
            await healthy_again(served)
            await asyncio.to_thread(served.stop)
        broken += Counter(judged(served, list(told))) + Counter({"traceback": served.log().count("Traceback")})
        old = Served(state)
        old.spawn()
        assert old.process is not None
        code = await asyncio.to_thread(old.process.wait, 120)
        is_told = "newer" in old.log()
        broken += Counter({"an old build opens a newer file": int(code != 1 or not is_told)})
    return killed


async def _stopping(
    state: Path, told: list[Acknowledged], times: int, chance: random.Random, broken: Counter[str]
) -> int:
    killed = 0
    for _ in range(times):
        served = Served(state)
        with served:
            assert served.process is not None
            served.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(chance.uniform(0, 0.3))
            killed += served.process.poll() is None
            served.kill()
        broken += Counter(judged(served, list(told)))
    return killed


async def _killed(served: Served, seconds: float) -> int:
    """Started, and killed after so long, or as soon as it answers: from then on it is the torture's."""
    served.spawn()
    assert served.process is not None
    await asyncio.sleep(seconds)
    was_running = served.process.poll() is None
    served.kill()
    return int(was_running)


async def _booked(state: Path) -> list[Acknowledged]:
    with Served(state) as served:
        told = [await _book(served, number) for number in range(BOOKINGS)]
        await asyncio.to_thread(served.stop)
    return [one for one in told if one is not None]


async def _book(served: Served, number: int) -> Acknowledged | None:
    caller = Caller(served.port)
    body, key = wanted(slot(number), number), f"key {number}"
    answer = await caller.post("/api/v1/bookings", body, idempotency_key=key)
    caller.close()
    if answer.status != 201:
        return None
    return Acknowledged(key, body["guest"]["email"], answer.json()["uid"], int(slot(number).timestamp()))
