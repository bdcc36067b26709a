"""Guests book over HTTP while the server is killed again and again; then the oracle judges what is left."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from sqlcipher3 import dbapi2 as sqlcipher

from cally.model.ids import new_id, new_uid
from tests.process.asking import Caller
from tests.process.cuts import BLOCK
from tests.process.house import furnish, slot, wanted
from tests.process.oracle import Acknowledged, violations
from tests.process.served import Served

GUESTS = 24
SLOTS = 10_000
TRY_AGAIN_SECONDS = 0.02
OVERLAP_SECONDS = 0.004


class Figures(NamedTuple):
    """How it went: `statuses` counts the answers, `violations` the broken promises by kind."""

    kills: int
    acknowledged: int
    statuses: dict[int, int]
    slowest_restart_seconds: float
    violations: dict[str, int]


async def kill(directory: Path, *, kills: int, seed: int, mutant: str = "none") -> Figures:
    """Kill a server of that build so many times while guests book, let them finish, and judge."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    served = Served(directory / "state", mutant=mutant)
    with served:
        await furnish(served, served.admin_token())
        crowd = _Crowd(served, chance)
        try:
            slowest = await _killed(served, kills, chance)
            await crowd.finish()
        finally:
            crowd.disperse()
        served.stop()
    key = bytes.fromhex((served.state_dir / "cally.key").read_text())
    found = Counter(line.split(":")[0] for line in violations(served.state_dir / "cally.db", key, crowd.told))
    found += Counter({"server error": sum(n for status, n in crowd.statuses.items() if status >= 500)})
    return Figures(kills, len(crowd.told), dict(crowd.statuses), round(slowest, 2), dict(found))


async def _killed(served: Served, kills: int, chance: random.Random) -> float:
    slowest = 0.0
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.05, 0.9))
        served.kill()
        began = time.monotonic()
        await asyncio.to_thread(served.start)
        slowest = max(slowest, time.monotonic() - began)
    return slowest


class _Crowd:
    """Guests who do not give up before they know, and somebody with the key who writes by hand."""

    def __init__(self, served: Served, chance: random.Random) -> None:
        self.told: list[Acknowledged] = []
        self.statuses: Counter[int] = Counter()
        self._served = served
        self._chance = chance
        self._leaving = False
        self._tasks = [asyncio.create_task(self._guest(number)) for number in range(GUESTS)]
        self._tasks.append(asyncio.create_task(asyncio.to_thread(self._intruder)))

    async def finish(self) -> None:
        """Everybody ends what they have begun."""
        self._leaving = True
        await asyncio.gather(*self._tasks)

    def disperse(self) -> None:
        """Whoever is still there goes, whatever happened to the server."""
        self._leaving = True
        for task in self._tasks:
            task.cancel()

    async def _guest(self, guest: int) -> None:
        caller = Caller(self._served.port)
        number = 0
        while not self._leaving:
            number += 1
            await self._book(caller, f"{guest}-{number}")
        caller.close()

    async def _book(self, caller: Caller, name: str) -> None:
        starts_at = slot(self._chance.randrange(SLOTS))
        body = wanted(starts_at, 0)
        body["guest"] |= {"name": name, "email": f"cleo{name}@example.org"}
        while True:
            try:
                answer = await caller.post("/api/v1/bookings", body, idempotency_key=name)
            except (OSError, EOFError):
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                continue
            self.statuses[answer.status] += 1
            if answer.status in {200, 201}:
                email, uid = body["guest"]["email"], answer.json()["uid"]
                self.told.append(Acknowledged(name, email, uid, int(starts_at.timestamp())))
            return

    def _intruder(self) -> None:
        """A stock SQLCipher with the key, which tries to write overlapping blocks while the server runs."""
        key = (self._served.state_dir / "cally.key").read_text().strip()
        connection = sqlcipher.connect(self._served.state_dir / "cally.db", isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{key}'\"")
        while not self._leaving:
            time.sleep(OVERLAP_SECONDS)
            with contextlib.suppress(sqlcipher.IntegrityError, sqlcipher.OperationalError):
                connection.execute(BLOCK, {"id": new_id(int(time.time())), "uid": new_uid()})
        connection.close()
