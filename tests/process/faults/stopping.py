"""SIGTERM again and again while guests ask, each on a connection of its own; a parent holds the listening socket.

Whoever is connected is answered, by the process that stops or by the next one.
"""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.process.asking import Caller
from tests.process.faults.judged import Found, prepared
from tests.process.house import slot, wanted
from tests.process.kills import judged
from tests.process.rows import Acknowledged
from tests.process.served import ROOT, Served

AS_MANAGER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "-m", "cally", "serve"])
"""
STOPS, QUICK_STOPS = 40, 2
GUESTS = 12
PATIENCE_SECONDS = 120


class Held(Served):
    """A server that takes its socket from us: those who connect while none runs wait in the queue."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(state_dir)
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self.port = self.listening.getsockname()[1]
        self.environ["CALLY_BIND"] = "fd:3"

    def spawn(self) -> None:
        """Start it as a service manager does, and wait for nothing."""
        number = self.listening.fileno()
        words = [sys.executable, "-c", AS_MANAGER, str(number)]
        with self.log_file.open("a") as log, self.out_file.open("a") as out:
            self.process = subprocess.Popen(
                words, cwd=ROOT, env=self.environ, stdout=out, stderr=log, text=True, pass_fds=[number]
            )


async def inflict(directory: Path, quick: bool) -> Found:
    """Guests book and look without a pause; `exit` and `first answer` are the slowest, in seconds."""
    broken: Counter[str] = Counter()
    served = Held(await prepared(directory / "state"))
    with served:
        crowd = _Askers(served)
        exits, answers = [], []
        for _ in range(QUICK_STOPS if quick else STOPS):
            await asyncio.sleep(0.4)
            began = time.monotonic()
            code = await asyncio.to_thread(served.stop, signal.SIGTERM)
            exits.append(time.monotonic() - began)
            broken += Counter({"exit code": int(code != 0)})
            began = time.monotonic()
            await asyncio.to_thread(served.start)
            answers.append(time.monotonic() - began)
        await crowd.leave()
        await asyncio.to_thread(served.stop)
        broken += Counter(judged(served, crowd.told)) + Counter({"traceback": served.log().count("Traceback")})
    served.listening.close()
    broken += Counter({"dropped": crowd.dropped, "server error": crowd.faults()})
    figures: dict[str, Any] = {"stops": len(exits), "answers": dict(crowd.statuses), "dropped": crowd.dropped}
    figures |= {"slowest exit s": round(max(exits), 2), "slowest first answer s": round(max(answers), 2)}
    return Found(figures, dict(broken))


class _Askers:
    """Guests who ask once and expect an answer, one after the other."""

    def __init__(self, served: Served) -> None:
        self.statuses: Counter[int] = Counter()
        self.told: list[Acknowledged] = []
        self.dropped = 0
        self._port = served.port
        self._leaving = False
        self._tasks = [asyncio.create_task(self._ask(number)) for number in range(GUESTS)]

    async def leave(self) -> None:
        """Everybody waits for their last answer."""
        self._leaving = True
        await asyncio.gather(*self._tasks)

    def faults(self) -> int:
        """How many answers were 5xx."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    async def _ask(self, guest: int) -> None:
        number = guest
        while not self._leaving:
            number += GUESTS
            caller = Caller(self._port)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await (self._book(caller, number) if guest % 2 else self._look(caller))
            except (OSError, EOFError, TimeoutError):
                self.dropped += 1
            finally:
                caller.close()

    async def _look(self, caller: Caller) -> None:
        self.statuses[(await caller.get("/ada/intro")).status] += 1

    async def _book(self, caller: Caller, number: int) -> None:
        body, key = wanted(slot(number), number), f"key {number}"
        answer = await caller.post("/api/v1/bookings", body, idempotency_key=key)
        self.statuses[answer.status] += 1
        if answer.status == 201:
            booked = answer.json()
            starts_at = int(slot(number).timestamp())
            self.told.append(Acknowledged(key, body["guest"]["email"], booked["uid"], starts_at))
