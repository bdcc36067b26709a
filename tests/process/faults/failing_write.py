"""Writes fail for a while with ENOSPC: what was asked is refused with `storage_full`, and then it goes on."""

import asyncio
import shutil
from collections import Counter
from pathlib import Path

from tests.process.crowd import Crowd
from tests.process.faults import stracing
from tests.process.faults.judged import Found, Left, guests, prepared

CALLS = "pwrite64"
WINDOWS = ("40..60", "100..101", "200..400", "555", "900..1500")
QUICK = ("60..90",)
SECONDS = 4
PATIENCE_SECONDS = 120


async def inflict(directory: Path, quick: bool) -> Found | Left:
    """Another stretch of writes each time, on a state of its own."""
    if reason := stracing.reason():
        return Left(reason)
    await prepared(directory / "furnished")
    broken: Counter[str] = Counter()
    acts, refused = 0, 0
    for window in QUICK if quick else WINDOWS:
        state = shutil.copytree(directory / "furnished", directory / window)
        async with stracing.failing(state, CALLS, f"error=ENOSPC:when={window}") as (failing, answers):
            if not answers:
                broken["did not start"] += 1
                continue
            async with guests(failing, broken) as crowd:
                await asyncio.sleep(SECONDS)
                broken += Counter({"does not go on": int(not await _goes_on(crowd))})
            acts, refused = acts + crowd.done.total(), refused + crowd.codes["storage_full"]
    figures = {"stretches": len(QUICK if quick else WINDOWS), "acts acknowledged": acts, "refused": refused}
    return Found(figures, dict(broken))


async def _goes_on(crowd: Crowd) -> bool:
    """Whether acts are acknowledged again."""
    before = crowd.done.total()
    for _ in range(10 * PATIENCE_SECONDS):
        if crowd.done.total() > before:
            return True
        await asyncio.sleep(0.1)
    return False
