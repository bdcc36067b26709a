"""Guests book over HTTP while the server is killed again and again; after each kill the oracle judges what is left."""

import asyncio
import random
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.process.crowd import Crowd
from tests.process.house import furnish
from tests.process.oracle import violations
from tests.process.rows import Told
from tests.process.served import Served
from tests.process.teamhouse import furnish_team


class Figures(NamedTuple):
    """How it went: `statuses` counts the answers, `done` the acts by kind, `violations` the broken promises by kind."""

    kills: int
    acknowledged: int
    done: dict[str, int]
    statuses: dict[int, int]
    slowest_restart_seconds: float
    violations: dict[str, int]


async def kill(directory: Path, *, kills: int, seed: int, mutant: str = "none") -> Figures:
    """Kill a server of that build so many times while guests book, let them finish, and judge."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    with Served(directory / "state") as sound:
        token = sound.admin_token()
        await furnish(sound, token)
        await furnish_team(sound, token)
        sound.stop()
    served = Served(directory / "state", mutant=mutant)
    with served:
        crowd = Crowd(served, chance)
        try:
            slowest, found = await _killed(served, kills, chance, crowd)
            await crowd.finish()
        finally:
            crowd.disperse()
        served.stop()
    found |= Counter(judged(served, list(crowd.told)))
    found += Counter({"server error": sum(n for status, n in crowd.statuses.items() if status >= 500)})
    statuses, done = dict(crowd.statuses), dict(crowd.done)
    return Figures(kills, crowd.done.total(), done, statuses, round(slowest, 2), dict(found))


async def _killed(served: Served, kills: int, chance: random.Random, crowd: Crowd) -> tuple[float, Counter[str]]:
    """The slowest restart in seconds, and what was broken after a kill, by kind."""
    slowest, found = 0.0, Counter[str]()
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.05, 0.9))
        served.kill()
        found |= Counter(await asyncio.to_thread(judged, served, list(crowd.told)))
        began = time.monotonic()
        await asyncio.to_thread(served.start)
        slowest = max(slowest, time.monotonic() - began)
    return slowest, found


def judged(served: Served, told: list[Told]) -> list[str]:
    """What is broken now, by kind, in the file as it is opened by whoever comes after the server.

    In a copy, made by another process: had this one opened and closed the file, the intruder would lose their locks.
    """
    key = bytes.fromhex((served.state_dir / "cally.key").read_text())
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["cp", *served.state_dir.glob("cally.db*"), name], check=True)
        Path(name, "cally.db-shm").unlink(missing_ok=True)
        return [line.split(":")[0] for line in violations(Path(name, "cally.db"), key, told)]
