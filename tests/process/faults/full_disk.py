"""A full disk: bookings are refused in words, reading and signing in go on, and all is well with room again.

The state directory is a small tmpfs in a mount namespace of this fault's own process, so that nothing is left mounted.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2

from tests.process.asking import Answer, Caller
from tests.process.faults import desk
from tests.process.faults.judged import Found, Left, asked, guests, prepared
from tests.process.house import midnight, slot, wanted
from tests.process.served import ROOT, Served

OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
SIZE = "160m"
SECONDS, LONG_SECONDS = 2, 15
SIGN_IN_SECONDS = 180
ROOM_BYTES = 4 * 2**20  # for what guests write while the disk is being filled
FREE_SLOT = 11_000  # beyond those that the crowd wants


async def inflict(directory: Path, quick: bool) -> Found | Left:
    """In a process that may mount."""
    probe = await asyncio.to_thread(_run, [*OWN_MOUNTS, "mount", "-t", "tmpfs", "none", str(directory)])
    if probe.returncode:
        return Left(f"no mount namespace can be had here ({probe.stderr.strip()})")
    await prepared(directory / "furnished")
    words = [sys.executable, "-m", "tests.process.faults.full_disk", str(directory), str(int(quick))]
    done = await asyncio.to_thread(_run, [*OWN_MOUNTS, *words])
    if done.returncode:
        raise AssertionError(done.stderr)
    return Found(*json.loads(done.stdout))


def _run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


async def _inflict(directory: Path, quick: bool) -> Found:
    disk = directory / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", disk], check=True)  # noqa: ASYNC221 - at once
    served = Served(shutil.copytree(directory / "furnished", disk / "state"))
    served.log_file, served.out_file = directory / "log", directory / "out"
    figures: dict[str, Any] = {}
    broken: Counter[str] = Counter()
    with served:
        async with guests(served, broken) as crowd:
            await asyncio.sleep(1)
            filler = disk / "filler"
            _fill(filler)
            before = crowd.done.total()
            figures |= await _while_full(served, SECONDS if quick else LONG_SECONDS, broken)
            figures["acts done while full"] = crowd.done.total() - before
            if not quick:
                figures |= await _started_while_full(served, broken)
            filler.unlink()
            figures["booking again after s"] = await _books_again(served, broken)
        figures |= {
            "acts acknowledged": crowd.done.total(),
            "answers": dict(crowd.statuses),
            "faults": dict(crowd.codes),
        }
    return Found(figures, dict(broken))


async def _while_full(served: Served, seconds: float, broken: Counter[str]) -> dict[str, Any]:
    began = time.monotonic()
    refused: Counter[str] = Counter()
    day = midnight(300).date()
    while time.monotonic() - began < seconds:
        page = await asked(served, "/ada/intro")
        times = await asked(served, f"/api/v1/hosts/ada/event-types/intro/slots?from={day}&to={day}&tz=UTC")
        broken += Counter({"reading while full": int(page.status != 200) + int(times.status != 200)})
        answer = await _book(served, FREE_SLOT)
        refused[answer.json().get("code", "booked")] += 1
        await asyncio.sleep(0.2)
    broken += Counter({"refusal is not clear": refused.total() - refused["storage_full"]})
    health = await asked(served, "/api/health")
    broken += Counter({"health says nothing": int(health.status != 503)})
    form = await _book_on_the_page(served)
    broken += Counter({"page is not kind": int(form.status_code != 503 or "disk is full" not in form.text)})
    return {"refusals": dict(refused), "health": health.status, "signed in after s": await _signs_in(served, broken)}


async def _started_while_full(served: Served, broken: Counter[str]) -> dict[str, Any]:
    """Killed and started while nothing may be booked: it serves those who read."""
    served.kill()
    began = time.monotonic()
    try:
        await asyncio.to_thread(served.start)
    except AssertionError:
        broken["does not start while full"] += 1
        return {}
    page = await asked(served, "/ada/intro")
    broken += Counter({"reading while full": int(page.status != 200)})
    answer = await _book(served, FREE_SLOT)
    return {"started while full after s": round(time.monotonic() - began, 2), "and refuses": answer.json().get("code")}


async def _signs_in(served: Served, broken: Counter[str]) -> float:
    began = time.monotonic()
    while time.monotonic() - began < SIGN_IN_SECONDS:
        async with desk.browser(served) as ada:
            if (await desk.sign_in(ada)).status_code == 303:
                home = await ada.get("/app", follow_redirects=True)
                broken += Counter({"signed in, and sees nothing": int(home.status_code != 200)})
                return round(time.monotonic() - began, 1)
        await asyncio.sleep(0.5)
    broken["signing in while full"] += 1
    return SIGN_IN_SECONDS


async def _books_again(served: Served, broken: Counter[str]) -> float:
    began = time.monotonic()
    while time.monotonic() - began < SIGN_IN_SECONDS:
        if (await _book(served, FREE_SLOT)).status in {200, 201}:
            return round(time.monotonic() - began, 2)
        await asyncio.sleep(0.1)
    broken["does not heal"] += 1
    return SIGN_IN_SECONDS


async def _book(served: Served, number: int) -> Answer:
    caller = Caller(served.port)
    try:
        return await caller.post("/api/v1/bookings", wanted(slot(number), number), idempotency_key="while full")
    except (OSError, EOFError):
        return Answer(0, b'{"code": "no answer"}')
    finally:
        caller.close()


async def _book_on_the_page(served: Served) -> httpx2.Response:
    """The form of the booking page, as a browser without scripts sends it."""
    start = slot(FREE_SLOT + 1).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = urlencode({"slot": start, "name": "Cleo Marsh", "email": "cleo@example.org", "tz": "UTC"})
    async with desk.browser(served) as cleo:
        return await cleo.post("/ada/intro", content=body)


def _fill(filler: Path) -> None:
    """At once, until not even a page more fits."""
    with filler.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(filler.parent).free - ROOM_BYTES)
        file.seek(0, os.SEEK_END)
        with suppress(OSError):
            while file.write(bytes(4_096)):
                pass


if __name__ == "__main__":
    found = asyncio.run(_inflict(Path(sys.argv[1]), sys.argv[2] == "1"))
    sys.stdout.write(json.dumps(found))
