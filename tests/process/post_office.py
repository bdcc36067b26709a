"""A mail server that can be away, says "later" now and then, and may hang up before it says that it took a mail."""

import asyncio
import time
from collections import defaultdict
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

LATER_EVERY = 61
LOST_EVERY = 43


class Copy(NamedTuple):
    """One copy of a mail: when it was taken by the simulated clock and in truth, and whether the answer was lost."""

    told_at: float
    felt_at: float
    lost: bool


class PostOffice:
    """Keeps the copies by Message-ID and recipient. `off` is how far the simulated clock is ahead, in seconds.

    One without `moods` takes every mail and says so.
    """

    def __init__(self, *, moods: bool = True) -> None:
        self._moods = moods
        self.copies: defaultdict[str, list[Copy]] = defaultdict(list)
        self.off = 0.0
        self.later = 0
        self.port = 0
        self._times = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The setting that leads here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=off&from=cally@example.net"

    async def open(self) -> None:
        """Answer on the port, the same one each time."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Be away: connections are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """A whole mail has come."""
        self._times += 1
        if self._moods and self._times % LATER_EVERY == 0:
            self.later += 1
            return "451 4.3.0 try later"
        head = bytes(envelope.content or b"").split(b"\r\n\r\n", 1)[0].decode("ascii", "replace")
        name = next(line[11:].strip() for line in head.split("\r\n") if line.lower().startswith("message-id:"))
        lost = self._moods and self._times % LOST_EVERY == 0
        self.copies[f"{name} {envelope.rcpt_tos[0]}"].append(Copy(time.time() + self.off, time.monotonic(), lost))
        if lost and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined] # it is a socket's
        return "250 2.0.0 Ok"
