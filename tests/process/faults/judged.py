"""What a fault has shown, and what all faults have in common: guests who book, an oracle, a probe."""

import asyncio
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.process.asking import Answer, Caller
from tests.process.crowd import Crowd
from tests.process.faults import desk
from tests.process.house import furnish
from tests.process.kills import judged
from tests.process.served import Served
from tests.process.teamhouse import furnish_team

HEALTHY_SECONDS = 180


class Found(NamedTuple):
    """`figures` for people; `broken` counts the broken promises by kind and is empty when all were kept."""

    figures: dict[str, Any]
    broken: dict[str, int]


class Left(NamedTuple):
    """A fault that cannot be made here, and why."""

    reason: str


Inflict = Callable[[Path, bool], Awaitable[Found | Left]]


_made: list[tempfile.TemporaryDirectory[str]] = []  # a furnished state, once for all faults of a process


async def prepared(state_dir: Path) -> Path:
    """A state directory with hosts, a team, event types and a password for Ada, that nobody serves."""
    if not _made:
        made = tempfile.TemporaryDirectory(prefix="cally-furnished-")
        with Served(Path(made.name) / "state") as served:
            token = served.admin_token()
            await furnish(served, token)
            await furnish_team(served, token)
            desk.set_password(served)
            await asyncio.to_thread(served.stop)
        _made.append(made)
    return shutil.copytree(Path(_made[0].name) / "state", state_dir)


@asynccontextmanager
async def guests(served: Served, broken: Counter[str], *, seed: int = 1) -> AsyncIterator[Crowd]:
    """Guests book while the block runs, then end what they have begun; the server is stopped and its file judged."""
    crowd = Crowd(served, random.Random(seed))  # noqa: S311 - reproducible, no secret
    try:
        yield crowd
        await crowd.finish()
    finally:
        crowd.disperse()
    code = await asyncio.to_thread(served.stop)
    broken += Counter({"stopped with an error": int(code != 0)})
    broken += Counter(await asyncio.to_thread(judged, served, list(crowd.told)))
    broken += Counter({"server error": sum(n for code, n in crowd.codes.items() if not code.startswith("storage_"))})
    broken += Counter({"traceback": served.log().count("Traceback")})


async def healthy_again(served: Served) -> float:
    """Seconds until the readiness probe answers 200 again; more than the budget when it does not."""
    began = time.monotonic()
    while time.monotonic() - began < HEALTHY_SECONDS:
        if (await asked(served, "/api/health/ready")).status == 200:
            break
        await asyncio.sleep(0.05)
    return round(time.monotonic() - began, 2)


async def asked(served: Served, path: str) -> Answer:
    """GET on a connection of its own; status 0 when there was no answer."""
    caller = Caller(served.port)
    try:
        return await caller.get(path)
    except (OSError, EOFError):
        return Answer(0, b"")
    finally:
        caller.close()
