"""A socket in the state directory on which the machine's operator asks the running process about itself."""

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from cally.errors import CallyError
from cally.ops.memory.reporting import LONGEST_TRACE_SECONDS, MemoryReport

NAME = "cally.sock"
PATIENCE_SECONDS = 30
ASK_SECONDS = 5
LONGEST_LINE = 1_024
LONGEST_ANSWER = 4_194_304
PEER = struct.Struct("3i")

log = logging.getLogger("cally")


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody wants to know: about memory, after watching allocations for so many seconds."""

    about: str
    trace_seconds: int = 0


class Answering:
    """Answers on `cally.sock`, which only its owner and root can reach; there is one, for the directory is locked."""

    def __init__(self, state_dir: Path, report: Callable[[int], Awaitable[MemoryReport]]) -> None:
        self._folder = state_dir
        self._report = report
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to answer; a directory in which no socket can be is logged, and no reason not to serve."""
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            (self._folder / NAME).unlink(missing_ok=True)
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
            made.bind(f"/proc/self/fd/{folder}/{NAME}")  # an address has 107 bytes, and a directory may lie deep
            (self._folder / NAME).chmod(0o600)
            self._server = await asyncio.start_unix_server(self._answer, sock=made, limit=LONGEST_LINE)
        except OSError as error:
            log.warning("Nobody can ask this process about itself: %s", error.strerror)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()
            self._server = None
            (self._folder / NAME).unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not _is_trusted(writer.get_extra_info("socket")):
                return
            async with asyncio.timeout(ASK_SECONDS):
                line = await reader.readuntil(b"\n")
            asked = msgspec.json.decode(line, type=Asked)
            if asked.about == "memory":
                writer.write(msgspec.json.encode(await self._report(asked.trace_seconds)) + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError, EOFError, asyncio.LimitOverrunError) as error:
            log.debug("A question about this process was not answered: %s", type(error).__name__)
        finally:
            writer.close()


async def ask_memory(state_dir: Path, *, trace_seconds: int = 0) -> MemoryReport:
    """Ask the process that serves this directory. Raises `not_found` when none does, `too_slow` when it is silent."""
    nobody = CallyError("not_found", f"No Cally serves {state_dir}; only a running one can be asked.")
    try:
        folder = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise nobody from error
    try:
        where = f"/proc/self/fd/{folder}/{NAME}"
        reader, writer = await asyncio.open_unix_connection(where, limit=LONGEST_ANSWER)
    except OSError as error:
        raise nobody from error
    finally:
        os.close(folder)
    try:
        writer.write(msgspec.json.encode(Asked(about="memory", trace_seconds=trace_seconds)) + b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS + min(trace_seconds, LONGEST_TRACE_SECONDS)):
            return msgspec.json.decode(await reader.readuntil(b"\n"), type=MemoryReport)
    except (OSError, EOFError, ValueError) as error:
        raise CallyError("too_slow", "The running process did not answer; it may be busy. Please try again.") from error
    finally:
        writer.close()


def _is_trusted(connection: socket.socket) -> bool:
    """Whether our own user or root is on the other side."""
    _, user, _ = PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
    return user in {0, os.geteuid()}
