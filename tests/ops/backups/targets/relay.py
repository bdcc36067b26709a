"""A wire between us and a real server, which can be cut, and can fall silent, after so many bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

Mood = Literal["carry", "cut", "stall"]


class Relay:
    """What the wire does once `after` bytes went one way: `up` from us, `down` to us."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.port = 0
        self.up: Mood = "carry"
        self.down: Mood = "carry"
        self.after = 0

    def mend(self) -> None:
        """From now on it carries everything."""
        self.up = self.down = "carry"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        up = down = None
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.server_port)
            up = asyncio.create_task(self._pipe(reader, server_writer, "up"))
            down = asyncio.create_task(self._pipe(server_reader, writer, "down"))
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            server_writer.close()
        except asyncio.CancelledError:
            pass  # the loop ends
        finally:
            for one in (up, down):
                if one is not None:
                    one.cancel()
            writer.close()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Literal["up", "down"]
    ) -> None:
        done = 0
        with contextlib.suppress(OSError):
            while data := await reader.read(16_384):
                done += len(data)
                mood: Mood = getattr(self, way)
                if mood != "carry" and done > self.after:
                    if mood == "stall":
                        await asyncio.Event().wait()
                    return
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def wire(server_port: int) -> AsyncIterator[Relay]:
    """A relay to a port of this machine, for as long as the block lasts."""
    relay = Relay(server_port)
    server = await asyncio.start_server(relay.carry, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
