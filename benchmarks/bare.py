"""The ceiling for answers: Granian alone, embedded as Cally embeds it, giving the same bytes to everybody."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from cally.config import Bind
from tests.process.served import KEPT_OUT, free_port, is_live

ROOT = Path(__file__).parents[1]


@contextmanager
def bare(size: int) -> Iterator[tuple[int, psutil.Process]]:
    """A bare server whose answers have so many bytes: its port and its process."""
    port = free_port()
    process = subprocess.Popen(command(port, size), cwd=ROOT, env=environ())
    try:
        while not is_live(port):
            pass
        yield port, psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def command(port: int, size: int) -> list[str]:
    """What starts it."""
    return [sys.executable, "-m", "benchmarks.bare", str(port), str(size)]


def environ() -> dict[str, str]:
    """The environment of a usual start: compiled modules may be kept."""
    import os  # noqa: PLC0415 - of the parent only

    return {name: value for name, value in os.environ.items() if name not in KEPT_OUT}


async def _serve(port: int, size: int) -> None:
    from cally.app import _Server  # noqa: PLC0415 - the parent must not pay for it
    from cally.ops.listening import Listening  # noqa: PLC0415 - as above

    body = b"x" * size
    head = [(b"content-type", b"text/html"), (b"content-length", str(size).encode())]

    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})

    await _Server(answer, Listening(Bind(address="127.0.0.1", port=port))).serve()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
