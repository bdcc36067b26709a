"""`make storm`: a mail server that is away for a day while messages queue up, and comes back; once more with kill -9.

Each message must arrive, none twice except after a lost answer (or a kill in the middle) and then under the same
Message-ID, and nothing about a meeting that has begun. Prints its figures as JSON; exits with 1 when a promise was
broken.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cally.model.messages import Snapshot
from cally.store import sqlite
from tests.process.asking import Caller
from tests.process.house import SLOTS_A_DAY, furnish, midnight, slot, wanted
from tests.process.post_office import PostOffice
from tests.process.put_ahead import FILE
from tests.process.served import Served

HOUR, DAY = 3_600, 86_400
BEGINS_HOUR = 20  # of the simulated day: the meetings of the next morning and noon begin while nothing can be sent
GUESTS = 8
SLOTS = 2_500  # eleven weeks of them
STEP_SECONDS = 60
STEP_PAUSE_SECONDS = 0.4
SLACK_SECONDS = STEP_SECONDS + 20  # the clock may be put forward while a mail is on its way
KILLED_WITHIN_SECONDS = 20  # a copy that was taken so long before a kill may not have been noted
LOOK_SECONDS = 0.3
DUE = """
SELECT count(*)
FROM job
WHERE kind = 'mail'
  AND state IN ('waiting', 'running')
  AND due_at <= :now
"""
UNDONE = """
SELECT count(*)
FROM message
LEFT JOIN job ON job.kind = 'mail' AND job.subject = message.id
WHERE message.medium = 'mail'
  AND message.state = 'waiting'
  AND (message.due_at IS NULL OR message.due_at <= :now OR job.id IS NULL)
"""
MESSAGES = """
SELECT message_id, address, state, kind, snapshot, attempts
FROM message
WHERE medium = 'mail'
"""
DEAD = """
SELECT count(*)
FROM job
WHERE state = 'dead'
"""


class Size(NamedTuple):
    """How big a storm is: `kills` are made `kill_every` seconds apart, of the last steps and what follows."""

    messages: int
    steps: int
    kills: int
    kill_every: float = 3.0
    patience: float = 900.0


class Result(NamedTuple):
    """`figures` for people; `broken` counts the broken promises by kind."""

    figures: dict[str, Any]
    broken: dict[str, int]


async def storm(directory: Path, size: Size) -> Result:
    """Queue the messages, be away for a day in so many steps, come back, wait for all of them, and judge."""
    made = _Storm(directory, size)
    await made.office.open()
    made.office.close()
    made.served.environ["CALLY_SMTP_URL"] = made.office.url
    with made.served:
        await made.queue()
        await made.away()
        worst = await made.health()
        async with made.killing():
            seconds = await made.back()
        await asyncio.to_thread(made.served.stop)
    made.office.close()
    return made.judged(worst, seconds)


class _Storm:
    """One server whose clock is a file, its mail server, and what was done to it."""

    def __init__(self, directory: Path, size: Size) -> None:
        self.size = size
        self.office = PostOffice()
        self.clock = directory / "clock"
        self.killed: list[float] = []
        self.steps: list[float] = []
        self.booked = 0
        begins_at = midnight(0).timestamp() + BEGINS_HOUR * HOUR
        self.today = int(begins_at < time.time())  # an evening later, when it is late already
        self._set(begins_at + self.today * DAY - time.time())
        self.served = Served(directory / "state", program="tests.process.put_ahead", **{FILE: str(self.clock)})

    @property
    def now(self) -> int:
        """The simulated instant."""
        return int(time.time() + self.office.off)

    async def queue(self) -> None:
        """Guests book until so many messages are on their way: one to the guest, one to the host for each."""
        await furnish(self.served, self.served.admin_token())
        bookings = self.size.messages // 2
        numbers = iter(range(bookings))
        apart = max(1, SLOTS // bookings)

        async def guest() -> None:
            caller = Caller(self.served.port)
            for number in numbers:
                starts_at = slot(self.today * SLOTS_A_DAY + number * apart)
                body, status = wanted(starts_at, number), 408
                while status == 408:  # a busy machine: the request took too long to arrive
                    answer = await caller.post("/api/v1/bookings", body, idempotency_key=f"key {number}")
                    status = answer.status
                assert status == 201, answer.content
                self.booked += 1
            caller.close()

        await asyncio.gather(*(guest() for _ in range(GUESTS)))

    async def away(self) -> None:
        """A day goes by in steps; after each, everything that has come due is tried."""
        for step in range(self.size.steps):
            began = time.monotonic()
            self._set(self.office.off + DAY / self.size.steps)
            await asyncio.sleep(2 * LOOK_SECONDS)
            await self._until_none(DUE)
            self.steps.append(time.monotonic() - began)
            _say(f"{round((step + 1) * 24 / self.size.steps)} hours without a mail server, {self.steps[-1]:.0f} s")

    async def back(self) -> float:
        """The mail server answers again; the clock goes on, a minute at a time, until everything has arrived."""
        await self.office.open()
        began = time.monotonic()
        while self._count(UNDONE):
            self._set(self.office.off + STEP_SECONDS)
            await asyncio.sleep(STEP_PAUSE_SECONDS)
            await self._until_none(DUE)
            if time.monotonic() - began > self.size.patience:
                break
        return time.monotonic() - began

    async def health(self) -> dict[str, str]:
        """What is said of jobs and mail after a day without a mail server."""
        caller = Caller(self.served.port)
        checks = (await caller.get("/api/health")).json()["checks"]
        caller.close()
        return {name: checks[name]["status"] for name in ("jobs", "mail")}

    @asynccontextmanager
    async def killing(self) -> AsyncIterator[None]:
        """kill -9 every few seconds meanwhile, and a new start each time."""
        at_work = asyncio.create_task(self._kill())
        try:
            yield
        finally:
            at_work.cancel()
            await asyncio.gather(at_work, return_exceptions=True)

    def judged(self, worst: dict[str, str], seconds: float) -> Result:
        """Every message against every copy."""
        broken, states = Counter[str](), Counter[str]()
        copies = {name: found for name, found in self.office.copies.items() if not name.startswith("<letter.")}
        for message_id, address, state, kind, snapshot, _ in self._rows(MESSAGES):
            states[f"{kind} {state}"] += 1
            begins_at = msgspec.json.decode(snapshot, type=Snapshot).last_start
            taken = copies.pop(f"{message_id} {address}", [])
            broken["sent but not taken"] += state == "sent" and not taken
            broken["taken but not sent"] += state != "sent" and bool(taken) and not taken[-1].lost
            broken["given up"] += state == "failed"
            broken["waits for ever"] += state == "waiting" and kind not in {"reminder", "follow_up"}
            broken["after its meeting"] += sum(
                copy.told_at > begins_at + SLACK_SECONDS for copy in taken if kind != "follow_up"
            )
            broken["twice for no reason"] += sum(
                not one.lost and not self._killed_after(one.felt_at, other.felt_at) for one, other in pairwise(taken)
            )
        broken["under a name that is not known"] += len(copies)
        broken["dead job"] += self._count(DEAD)
        broken["traceback"] += self.served.log().count("Traceback")
        broken["health is green"] += worst["mail"] == "ok"
        broken["too few messages"] += states.total() < self.size.messages
        figures = {
            "bookings": self.booked,
            "messages": dict(sorted(states.items())),
            "mails": len(self.office.copies),
            "copies": sum(map(len, self.office.copies.values())),
            "answers lost": sum(copy.lost for found in self.office.copies.values() for copy in found),
            "told to come later": self.office.later,
            "kills": len(self.killed),
            "health after a day": worst,
            "seconds of an hour away": round(max(self.steps, default=0), 1),
            "seconds until all had arrived": round(seconds, 1),
        }
        return Result(figures, {name: many for name, many in broken.items() if many})

    async def _kill(self) -> None:
        while len(self.killed) < self.size.kills:
            await asyncio.sleep(self.size.kill_every)
            self.killed.append(time.monotonic())
            await asyncio.to_thread(self.served.kill)
            await asyncio.shield(asyncio.to_thread(self.served.start))

    def _killed_after(self, first: float, second: float) -> bool:
        return any(first - 1 <= at <= min(second, first + KILLED_WITHIN_SECONDS) for at in self.killed)

    async def _until_none(self, statement: str) -> None:
        """What is due now; not what comes due again meanwhile, for retries go on and on."""
        now, until = self.now, time.monotonic() + self.size.patience
        for _ in iter(lambda: self._count(statement, now) and time.monotonic() < until, False):
            await asyncio.sleep(LOOK_SECONDS)

    def _set(self, off: float) -> None:
        """Put the clock so many seconds ahead, in one step."""
        self.office.off = off
        new = self.clock.with_suffix(".new")
        new.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(f"{off:+.0f}\n")
        new.rename(self.clock)

    def _count(self, statement: str, now: int | None = None) -> int:
        values = {"now": self.now if now is None else now} if ":now" in statement else {}
        return int(self._rows(statement, **values)[0][0])

    def _rows(self, statement: str, **values: int) -> list[Any]:
        key = bytes.fromhex((self.served.state_dir / "cally.key").read_text())
        connection = sqlite.connect(self.served.state_dir / "cally.db", key, read_only=True)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()


def main() -> int:
    """Both storms; 0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="storm", description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000, help="how many wait for the mail server")
    parser.add_argument("--steps", type=int, default=6, help="of how many steps the day is made")
    parser.add_argument("--kills", type=int, default=40, help="how often the server of the second storm is killed")
    asked = parser.parse_args()
    results: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    passed = True
    for name, kills in (("away for a day", 0), ("the same with kill -9", asked.kills)):
        _say(f"{asked.messages} messages, {name}")
        with tempfile.TemporaryDirectory(prefix="cally-storm-") as folder:
            found = asyncio.run(storm(Path(folder), Size(asked.messages, asked.steps, kills)))
        passed = passed and not found.broken
        results[name] = {**found.figures, "broken": found.broken}
    print(json.dumps({"passed": passed, **results}, indent=2))  # noqa: T201 - the figures are the result
    return 0 if passed else 1


def _say(what: str) -> None:
    sys.stderr.write(f"storm: {what}\n")


if __name__ == "__main__":
    sys.exit(main())
