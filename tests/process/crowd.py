"""Guests who do not give up before they know: of one host, of a team, in series, in classes and in line for them."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from cally.model.ids import new_id, new_uid
from tests.process.asking import Answer, Caller
from tests.process.cuts import BLOCK
from tests.process.house import slot, wanted
from tests.process.rows import Acknowledged, Ended, Told, Waits
from tests.process.served import Served
from tests.process.teamhouse import DATES, wanted_of_team

GUESTS = {"single": 16, "panel": 4, "weekly": 3, "class": 6}
SLOTS = 10_000
TRY_AGAIN_SECONDS = 0.02
OVERLAP_SECONDS = 0.004

Act = Callable[[Caller, str, datetime], Awaitable[None]]


class Crowd:
    """Guests, and somebody with the key who writes by hand.

    `told` is what they were told, `done` counts it by kind, `codes` the faults that they were answered with.
    """

    def __init__(self, served: Served, chance: random.Random) -> None:
        self.told: list[Told] = []
        self.statuses: Counter[int] = Counter()
        self.codes: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self._served = served
        self._chance = chance
        self._leaving = False
        acts: dict[str, Act] = {
            "single": self._single,
            "panel": self._panel,
            "weekly": self._weekly,
            "class": self._class,
        }
        guests = [(kind, number) for kind, count in GUESTS.items() for number in range(count)]
        self._tasks = [asyncio.create_task(self._guest(acts[kind], f"{kind}-{number}")) for kind, number in guests]
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

    async def _guest(self, act: Act, guest: str) -> None:
        caller = Caller(self._served.port)
        number = 0
        while not self._leaving:
            number += 1
            await act(caller, f"{guest}-{number}", slot(self._chance.randrange(SLOTS)))
        caller.close()

    async def _single(self, caller: Caller, name: str, starts_at: datetime) -> None:
        body = wanted(starts_at, 0)
        body["guest"] |= {"name": name, "email": f"cleo{name}@example.org"}
        await self._book(caller, name, body, "single")

    async def _panel(self, caller: Caller, name: str, starts_at: datetime) -> None:
        await self._book(caller, name, wanted_of_team("panel", starts_at, name), "panel")

    async def _weekly(self, caller: Caller, name: str, starts_at: datetime) -> None:
        body = wanted_of_team("weekly", starts_at, name)
        await self._book(caller, name, body | {"series": {"rhythm": "weekly", "count": DATES}}, "series")

    async def _class(self, caller: Caller, name: str, starts_at: datetime) -> None:
        """Three seats are taken by two; two others wait; each who was there leaves, and who waits takes the place."""
        companion = {"companions": [{"email": f"friend{name}@example.org", "name": "Dana"}]}
        first = await self._seat(caller, f"{name}-a", starts_at, companion)
        second = await self._seat(caller, f"{name}-b", starts_at, {})
        lines = [await self._wait(caller, f"{name}-{letter}", starts_at) for letter in "cd"]
        for booking, entry in zip((second, first), lines, strict=True):
            if booking is not None:
                await self._cancel(caller, booking)
            if entry is not None:
                await self._accept(caller, entry)

    async def _seat(self, caller: Caller, name: str, starts_at: datetime, more: dict[str, Any]) -> Any:
        return await self._book(caller, name, wanted_of_team("class", starts_at, name) | more, "seat")

    async def _book(self, caller: Caller, name: str, body: dict[str, Any], kind: str) -> Any:
        """The booking as it was acknowledged, with all its dates; None where the slot is gone."""
        answer = await self._insist(caller, "/api/v1/bookings", body, idempotency_key=name)
        if answer.status not in {200, 201}:
            return None
        booked = answer.json()
        self._tell(booked, name, body["guest"]["email"])
        for one in booked.get("series", {}).get("bookings", [])[1:]:
            self._tell(one, "", body["guest"]["email"])
        self.done[kind] += 1
        return booked

    async def _wait(self, caller: Caller, name: str, starts_at: datetime) -> Any:
        answer = await self._insist(caller, "/api/v1/waitlist", wanted_of_team("class", starts_at, name))
        if answer.status != 201:
            return None
        self.told.append(Waits(answer.json()["uid"]))
        self.done["waiting"] += 1
        return answer.json()

    async def _cancel(self, caller: Caller, booking: Any) -> None:
        secret = booking["manage_url"].rpartition("/")[2]
        path = f"/api/v1/bookings/{booking['uid']}/cancellation"
        if (await self._insist(caller, path, {}, x_manage_token=secret)).status == 200:
            self.told.append(Ended(booking["uid"]))
            self.done["cancelled"] += 1

    async def _accept(self, caller: Caller, entry: Any) -> None:
        secret = entry["manage_url"].rpartition("/")[2]
        answer = await self._insist(caller, f"/api/v1/waitlist/{entry['uid']}/acceptance", {}, x_manage_token=secret)
        if answer.status in {200, 201}:
            self._tell(answer.json(), "", entry["guest"]["email"])
            self.done["accepted"] += 1

    def _tell(self, booking: Any, key: str, email: str) -> None:
        starts_at = datetime.fromisoformat(booking["starts_at"])
        self.told.append(Acknowledged(key, email, booking["uid"], int(starts_at.timestamp())))

    async def _insist(self, caller: Caller, path: str, body: object, **headers: str) -> Answer:
        """Ask until there is an answer, whoever dies meanwhile."""
        while True:
            try:
                answer = await caller.post(path, body, **headers)
            except (OSError, EOFError):
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                continue
            self.statuses[answer.status] += 1
            if answer.status >= 500:
                self.codes[answer.json()["code"]] += 1
                await asyncio.sleep(TRY_AGAIN_SECONDS)
            return answer

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
