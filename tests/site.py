"""A real web server of a few lines, on this machine: it answers as it is told and remembers what it was asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec

LOCAL = ("127.0.0.0/8",)
Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


class Asked(msgspec.Struct, frozen=True):
    """One request: its path and its headers, names in lower case."""

    path: str
    headers: dict[str, str]


class Site:
    """What the server answers by path (404 for the rest), and all it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def give(self, path: str, body: bytes, *, status: str = "200 OK", **headers: str) -> str:
        """Answer a path with this from now on; its address."""
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.answers[path] = "\r\n".join([*lines, "", ""]).encode() + body
        return self.url + path

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        asked = Asked(first.split(" ")[1], headers)
        self.asked.append(asked)
        answer = self.answers.get(asked.path, b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        try:
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except ConnectionError:
            pass  # whoever asked has heard enough
        finally:
            writer.close()


@asynccontextmanager
async def site(*, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """A site that serves until the block ends, encrypted if it can prove who it is."""
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
