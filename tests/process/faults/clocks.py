"""The clock jumps, forwards and back, by hours and by weeks, over nights without an hour, and while asleep.

Each booking's mails must arrive once, whatever the clock did; recurring jobs must go on by the new time; whoever is
signed in stays so unless their time is over.
"""

import asyncio
import shutil
import signal
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

from cally.store import sqlite
from tests.process.asking import Caller
from tests.process.faults.desk import signed_in
from tests.process.faults.judged import Found, Left, prepared
from tests.process.house import slot, wanted
from tests.process.kills import judged
from tests.process.rows import Acknowledged
from tests.process.served import Served

HOUR, DAY = 3_600, 86_400
GUESTS = 3
FIRST_SLOT = 11_600  # after all nights
SETTLE_SECONDS = 1.5
PATIENCE_SECONDS = 180
WAITING = """
SELECT count(*)
FROM message
WHERE medium = 'mail' AND state <> 'sent'
"""
STUCK = """
SELECT name, due_at, started_at, last_error
FROM recurring_job
"""
LONGEST_CADENCE = 7 * DAY
# the hour before each zone's clocks change: two that lose an hour, two that get one, and half an hour of Lord Howe
NIGHTS = {
    "Europe/Berlin": datetime(2027, 3, 28, 0, 58, tzinfo=UTC),
    "America/New_York": datetime(2027, 3, 14, 6, 58, tzinfo=UTC),
    "Europe/London": datetime(2027, 10, 31, 0, 58, tzinfo=UTC),
    "America/Sao_Paulo": datetime(2027, 2, 21, 1, 58, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2027, 4, 3, 14, 58, tzinfo=UTC),
}


class Jump(NamedTuple):
    """A clock that is so many seconds off the true one, before and after `asleep` seconds of standing still."""

    name: str
    off: int
    asleep: float = 0.0


JUMPS = (
    Jump("+1 h", HOUR),
    Jump("back, -1 h", -HOUR),
    Jump("+40 d", 40 * DAY),
    Jump("back, -2 d", -2 * DAY),
    Jump("suspended for 8 h", 8 * HOUR, asleep=2.0),
    Jump("true again", 0),
)
QUICK = (JUMPS[0], JUMPS[3])


STAY = frozenset({"+1 h", "back, -1 h", "back, -2 d", "true again"})  # a session outlives these; others may end it


class Postbox:
    """A mail server that takes everything and keeps the names of messages."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """A whole mail has come."""
        head = bytes(envelope.content or b"").split(b"\r\n\r\n", 1)[0].decode("ascii", "replace")
        names = [line[11:].strip() for line in head.split("\r\n") if line.lower().startswith("message-id:")]
        self.names[f"{names} {envelope.rcpt_tos}"] += 1
        return "250 2.0.0 Ok"


async def inflict(directory: Path, quick: bool) -> Found | Left:
    """One process lives through all jumps; another one through each night, in a machine of that zone."""
    library = await asyncio.to_thread(_library)
    if not library:
        return Left("faketime is missing")
    postbox, loop = Postbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0)
    smtp = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?starttls=off&from=cally@example.net"
    broken: Counter[str] = Counter()
    await prepared(directory / "state")
    lived = _Lived(directory, library, smtp, postbox, broken)
    with lived.served:
        for jump in QUICK if quick else JUMPS:
            await lived.through(jump)
        await lived.settled()
        nights = 0 if quick else await lived.nights()
        await asyncio.to_thread(lived.served.stop)
    broken += Counter(judged(lived.served, lived.told)) + Counter({"traceback": lived.served.log().count("Traceback")})
    broken += Counter(
        {f"session after {name}": int(status != 200) for name, status in lived.sessions.items() if name in STAY}
    )
    broken += Counter({"mail twice": sum(count - 1 for count in postbox.names.values())})
    server.close()
    figures = {"jumps": len(QUICK if quick else JUMPS), "nights": nights, "bookings": len(lived.told)}
    return Found(figures | {"mails": postbox.names.total(), "sessions": lived.sessions}, dict(broken))


class _Lived:
    """A server whose clock is a file, and what was booked while it went wrong."""

    def __init__(self, directory: Path, library: str, smtp: str, postbox: Postbox, broken: Counter[str]) -> None:
        self.clock = directory / "clock"
        self.told: list[Acknowledged] = []
        self.sessions: dict[str, int] = {}
        self.off = 0
        self._set(0)
        self._postbox = postbox
        self._broken = broken
        self._number = 0
        self.served = Served(
            directory / "state",
            LD_PRELOAD=library,
            FAKETIME_TIMESTAMP_FILE=str(self.clock),
            FAKETIME_CACHE_DURATION="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            CALLY_SMTP_URL=smtp,
        )

    async def through(self, jump: Jump) -> None:
        """Mails are on their way when it happens, and more are caused afterwards; Ada had just signed in."""
        await self._book()
        ada = await signed_in(self.served, self._broken)
        if jump.asleep:
            await self._sleep(jump)
        else:
            self._set(jump.off)
        await self._book()
        await asyncio.sleep(SETTLE_SECONDS)
        await self._book()
        self.sessions[jump.name] = (await ada.get("/app")).status_code
        await ada.aclose()

    async def settled(self) -> None:
        """Until every mail is out; then nothing recurring may wait for a time that is far away."""
        for _ in range(4 * PATIENCE_SECONDS):
            if not self._one(WAITING):
                break
            await asyncio.sleep(0.25)
        self._broken += Counter({"mail not sent": int(self._one(WAITING))})
        await asyncio.sleep(SETTLE_SECONDS)
        now = int(time.time()) + self.off
        self._broken += Counter(
            {"recurring job far away": sum(row[1] > now + LONGEST_CADENCE for row in self._rows(STUCK))}
        )

    async def nights(self) -> int:
        """Two minutes before clocks change until after it, on a machine of that zone."""
        for tz, at in NIGHTS.items():
            await asyncio.to_thread(self.served.stop)
            self._set(int(at.timestamp() - time.time()))
            self.served.environ["TZ"] = tz
            await asyncio.to_thread(self.served.start)
            await self._book()
            self._set(self.off + 180)
            await self._book()
            await self.settled()
        return len(NIGHTS)

    async def _sleep(self, jump: Jump) -> None:
        assert self.served.process is not None
        self.served.process.send_signal(signal.SIGSTOP)
        self._set(jump.off)
        await asyncio.sleep(jump.asleep)
        self.served.process.send_signal(signal.SIGCONT)

    async def _book(self) -> None:
        caller = Caller(self.served.port)
        for _ in range(GUESTS):
            self._number += 1
            starts_at = slot(FIRST_SLOT + self._number)
            body, key = wanted(starts_at, self._number), f"key {self._number}"
            answer = await caller.post("/api/v1/bookings", body, idempotency_key=key)
            if answer.status == 201:
                forgotten = ""  # its key, for keys are kept for days, and weeks go by here
                told = Acknowledged(forgotten, body["guest"]["email"], answer.json()["uid"], int(starts_at.timestamp()))
                self.told.append(told)
            else:
                self._broken[f"booking answered {answer.status}"] += 1
        caller.close()

    def _set(self, off: int) -> None:
        """Put the clock so many seconds off, in one step."""
        self.off = off
        new = self.clock.with_suffix(".new")
        new.write_text(f"{off:+d}\n")
        new.rename(self.clock)

    def _one(self, statement: str) -> Any:
        return self._rows(statement)[0][0]

    def _rows(self, statement: str) -> list[Any]:
        key = bytes.fromhex((self.served.state_dir / "cally.key").read_text())
        connection = sqlite.connect(self.served.state_dir / "cally.db", key, read_only=True)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()


def _library() -> str:
    """Where libfaketime is; empty when it is not installed."""
    if shutil.which("faketime") is None:
        return ""
    words = ["faketime", "-f", "+0", "printenv", "LD_PRELOAD"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
