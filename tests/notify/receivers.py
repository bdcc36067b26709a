"""A real receiver of webhooks on this machine: it keeps each request as it came, and answers as it is told."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

LOCAL = ("127.0.0.0/8",)


class Got(msgspec.Struct, frozen=True):
    """One request: path, headers with names in lower case, and the very bytes of its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The event's type."""
        return str(msgspec.json.decode(self.body)["type"])


class Receiver:
    """Answers 204, or what stands next in `answers`: `(status, body)`, or a whole response."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answers: deque[tuple[int, bytes] | bytes] = deque()
        self.always: tuple[int, bytes] = (204, b"")
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens, with a secret in its path."""
        return f"http://127.0.0.1:{self.port}/hooks/s3cr3t-path"

    @property
    def types(self) -> list[str]:
        """The types of what came, in order."""
        return [one.type for one in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request on one connection."""
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append(Got(first.split(" ")[1], headers, body))
        answer = self.answers.popleft() if self.answers else self.always
        if isinstance(answer, tuple):
            status, said = answer
            head = f"HTTP/1.1 {status} Said\r\nconnection: close\r\n"
            head += "" if status == 204 else f"content-length: {len(said)}\r\n"
            answer = head.encode() + b"\r\n" + (b"" if status == 204 else said)
        writer.write(answer)
        try:
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that serves until the block ends."""
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
