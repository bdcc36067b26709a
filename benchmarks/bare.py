"""The ceiling for answers: Granian alone, embedded as Cally embeds it, giving the same bytes to everybody."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BACKLOG = 4_096


@contextmanager
def bare(size: int) -> Iterator[tuple[int, int]]:
    """A bare server whose answers have so many bytes: its port and its process's number."""
    from tests.process.served import free_port, is_live  # noqa: PLC0415 - the child must not pay for it

    port = free_port()
    process = subprocess.Popen(command(port, size), cwd=ROOT, env=environ())
    try:
        while not is_live(port):
            pass
        yield port, process.pid
    finally:
        process.kill()
        process.wait()


def command(port: int, size: int) -> list[str]:
    """What starts it."""
    return [sys.executable, "-m", "benchmarks.bare", str(port), str(size)]


def environ() -> dict[str, str]:
    """The environment of a usual start: compiled modules may be kept."""
    from tests.process.served import KEPT_OUT  # noqa: PLC0415 - the child must not pay for it

    return {name: value for name, value in os.environ.items() if name not in KEPT_OUT}


async def _serve(port: int, size: int) -> None:
    """Nothing of Cally is imported here, so that start and memory are Granian's own."""
    from granian import net  # noqa: PLC0415 - the parent must not pay for it
    from granian.constants import Interfaces  # noqa: PLC0415 - as above
    from granian.server.embed import Server  # noqa: PLC0415 - as above

    holder: Any = net.SocketHolder  # type: ignore[attr-defined]
    listening = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    body = b"x" * size
    head = [(b"content-type", b"text/html"), (b"content-length", str(size).encode())]

    class Bare(Server):
        def _init_shared_socket(self) -> None:
            self._ssp: Any = None
            self._shd: Any = holder(listening.detach(), False, BACKLOG)

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    listening.setblocking(False)
    await Bare(answer, interface=Interfaces.ASGINL, backlog=BACKLOG, websockets=False, log_enabled=False).serve()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
