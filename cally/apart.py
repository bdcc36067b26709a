"""A process of its own for what others sent: what a file does to it, it does to nobody else (TRUST fact 7)."""

import asyncio
import os
import resource
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from cally.errors import CallyError

START = """
import json, sys
sys.path[:] = json.loads(sys.stdin.buffer.readline())
from {module} import main
main(sys.stdin.buffer.readline())
"""
FLAGS = ("-I", "-S", "-B", "-X", "utf8")  # nothing from the environment, from the folder or from site; no files written
NICENESS = 5
MEGABYTE = 1024 * 1024


async def run_apart(
    module: str, orders: bytes, data: bytes, *, wall_seconds: float, most_answer_bytes: int
) -> tuple[int, bytes]:
    """What `module.main` answers to a line of orders and the data behind it, and how it ended; the loop stays free.

    Raises `CallyError`: `apart_too_long` when it takes more time than it may, `apart_too_large` when it says more.
    """
    import json  # noqa: PLC0415 - needed here alone

    head = json.dumps(sys.path).encode() + b"\n" + orders + b"\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, *FLAGS, "-c", START.format(module=module), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(wall_seconds):
            answer = await _exchange(process, most_answer_bytes, head, data)
    except TimeoutError:
        raise CallyError("apart_too_long", "This takes too long to read.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise CallyError("apart_too_long", "This takes too long to read.")
    return process.returncode or 0, answer


def give_up_powers(*, memory_bytes: int, processor_seconds: int) -> None:
    """In the child: limit memory and processor; no file may grow, few may be opened, no process be started."""
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: processor_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))
    os.nice(NICENESS)


async def _exchange(process: Process, most: int, *input_parts: bytes) -> bytes:
    feeding = asyncio.create_task(_feed(process, input_parts))
    try:
        answer = await _up_to(process, most)
        await process.wait()
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
    return answer


async def _feed(process: Process, input_parts: tuple[bytes, ...]) -> None:
    if process.stdin is None:
        return
    for part in input_parts:
        process.stdin.write(part)
        await process.stdin.drain()
    process.stdin.close()


async def _up_to(process: Process, most: int) -> bytes:
    """Everything the child says; one that says more than it may is not believed at all."""
    if process.stdout is None:
        return b""
    try:
        await process.stdout.readexactly(most)
    except asyncio.IncompleteReadError as end:
        return end.partial
    raise CallyError("apart_too_large", "This is too large to read.")
