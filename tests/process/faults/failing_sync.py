"""The n-th fsync fails: nobody knows what is on the disk, so the process stops with 1 and the next one finds out."""

import asyncio
import random
import shutil
from collections import Counter
from pathlib import Path

from tests.process.crowd import Crowd
from tests.process.faults import stracing
from tests.process.faults.judged import Found, Left, prepared
from tests.process.kills import judged
from tests.process.served import Served

CALLS = "fsync,fdatasync"
FIRST = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144)
QUICK = (5,)
SECONDS = 8


async def inflict(directory: Path, quick: bool) -> Found | Left:
    """For many n, each on a state of its own with guests who go on asking until they are answered."""
    if reason := stracing.reason():
        return Left(reason)
    await prepared(directory / "furnished")
    broken: Counter[str] = Counter()
    happened: Counter[str] = Counter()
    acknowledged = 0
    for number in QUICK if quick else FIRST:
        state = shutil.copytree(directory / "furnished", directory / f"n{number}")
        found, told = await _fail(state, number, broken)
        happened[found] += 1
        acknowledged += told
    return Found({"n": len(QUICK if quick else FIRST), **happened, "acts acknowledged": acknowledged}, dict(broken))


async def _fail(state: Path, number: int, broken: Counter[str]) -> tuple[str, int]:
    async with stracing.failing(state, CALLS, f"error=EIO:when={number}") as (failing, answers):
        if not answers:
            broken += Counter({"exit code": int(failing.process is None or failing.process.returncode != 1)})
            broken += stracing.in_words(failing) + Counter(judged(failing, []))
            return "refused to start", 0
        crowd = Crowd(failing, random.Random(number))  # noqa: S311 - reproducible, no secret
        try:
            code = await stracing.ended(failing, SECONDS)
            if code is None:
                await asyncio.to_thread(failing.kill)
            broken += Counter({"exit code": int(code not in {1, None})}) + stracing.in_words(failing)
            broken += Counter(await asyncio.to_thread(judged, failing, list(crowd.told)))
            await _goes_on(failing, crowd, broken)
        finally:
            crowd.disperse()
        return "stopped with 1" if code == 1 else "was not reached", crowd.done.total()


async def _goes_on(failing: Served, crowd: Crowd, broken: Counter[str]) -> None:
    """On a disk that works again, at the same address, everybody ends what they began."""
    failing.before = ()
    await asyncio.to_thread(failing.start)
    await crowd.finish()
    await asyncio.to_thread(failing.stop)
    broken += Counter(judged(failing, list(crowd.told)))
    broken += Counter({f"answered {code}": n for code, n in crowd.codes.items() if not code.startswith("storage_")})
