"""A load generator on raw sockets: connections that ask the same thing again as soon as it is answered."""

import asyncio
import time
from collections.abc import Iterator
from itertools import repeat
from typing import NamedTuple

import psutil


class Load(NamedTuple):
    """What was measured at the server: answers, how long it took, and the processor time it cost."""

    answers: int
    seconds: float
    cpu_seconds: float
    failures: int
    answer_bytes: int

    def figures(self) -> dict[str, float]:
        """For people: answers a second, CPU milliseconds an answer."""
        return {
            "answers_per_second": round(self.answers / self.seconds),
            "cpu_ms_per_answer": round(1_000 * self.cpu_seconds / max(1, self.answers), 3),
            "server_cpu_share": round(self.cpu_seconds / self.seconds, 2),
            "answer_bytes": self.answer_bytes,
            "failures": self.failures,
        }


class Asking(asyncio.Protocol):
    """One connection that never rests while there are requests left."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._received = b""
        self._missing = 0
        self.answers = 0
        self.failures = 0
        self.answer_bytes = 0
        self.done = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count a whole answer, and ask again."""
        if self._missing:
            self._missing -= len(data)
        else:
            self._received += data
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._missing = _body_bytes(self._received[:end]) - (len(self._received) - end - 4)
            self.failures += not self._received.startswith(b"HTTP/1.1 200")
            self.answer_bytes = len(self._received) + self._missing
            self._received = b""
        if self._missing == 0:
            self.answers += 1
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has hung up: whoever waits for the end must not wait for ever."""
        self.done.set()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set()
        else:
            self._transport.write(request)


def _body_bytes(head: bytes) -> int:
    at = head.lower().index(b"content-length: ") + 16
    return int(head[at:].split(b"\r", 1)[0])


async def load(port: int, path: str, process: psutil.Process, *, connections: int = 16, seconds: float = 4) -> Load:
    """Ask for a path on so many connections, after a second that does not count."""
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: text/html,*/*\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    asking = [
        (await loop.create_connection(lambda: Asking(repeat(request)), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.sleep(1)
    counted, cpu, began = sum(one.answers for one in asking), cpu_seconds(process), time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    result = Load(
        sum(one.answers for one in asking) - counted,
        took,
        cpu_seconds(process) - cpu,
        sum(one.failures for one in asking),
        asking[0].answer_bytes,
    )
    for one in asking:
        one.close()
    return result


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time that the process has used, in the kernel too."""
    times = process.cpu_times()
    return float(times.user + times.system)
