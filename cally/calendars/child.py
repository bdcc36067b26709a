"""Foreign files are read in a process of their own: what they do to it, they do to nobody else (TRUST fact 7)."""

import asyncio
import signal
import sys
import zoneinfo
from asyncio.subprocess import DEVNULL, PIPE, Process

import msgspec

from cally.calendars.reading import Found, Orders
from cally.calendars.unreadable import UnreadableError

WALL_SECONDS = 30
MOST_ANSWER_BYTES = 16 * 1024 * 1024
START = """
import json, sys
sys.path[:] = json.loads(sys.stdin.buffer.readline())
from cally.calendars.reading import main
main(sys.stdin.buffer.readline())
"""
FLAGS = ("-I", "-S", "-B", "-X", "utf8")  # nothing from the environment, from the folder or from site; no files written


async def read_apart(data: bytes, orders: Orders, *, wall_seconds: float = WALL_SECONDS) -> Found:
    """The busy time in a file, read by a child process within the limits of `orders`; the loop stays free.

    Raises `UnreadableError` when the file is not to be trusted, or when reading it took more than it may.
    """
    given = msgspec.structs.replace(orders, zone_paths=tuple(zoneinfo.TZPATH))
    head = msgspec.json.encode(sys.path) + b"\n" + msgspec.json.encode(given) + b"\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, *FLAGS, "-c", START, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(wall_seconds):
            answer = await _exchange(process, head, data)
    except TimeoutError:
        raise UnreadableError("The calendar takes too long to read.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return await asyncio.to_thread(_found, process.returncode, answer)


async def _exchange(process: Process, *input_parts: bytes) -> bytes:
    feeding = asyncio.create_task(_feed(process, input_parts))
    try:
        answer = await _up_to(process, MOST_ANSWER_BYTES)
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
    raise UnreadableError("The calendar is too large to read.")


def _found(code: int | None, answer: bytes) -> Found:
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise UnreadableError("The calendar takes too long to read.")
    try:
        found = msgspec.json.decode(answer, type=Found)
    except msgspec.DecodeError as error:
        raise UnreadableError("The calendar could not be read.") from error
    if found.error:
        raise UnreadableError(found.error)
    return found
