"""A small HTTP client on raw sockets: many guests at once for little processor time, and errors as they are."""

import asyncio
from typing import Any, NamedTuple

import msgspec


class Answer(NamedTuple):
    """What the server said; `content` is the body."""

    status: int
    content: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.content)


class Caller:
    """One connection, kept open between requests; opened anew when the server has closed it."""

    def __init__(self, port: int, *, token: str = "") -> None:
        self._port = port
        self._token = token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> Answer:
        """GET; raises OSError or EOFError when no whole answer arrives."""
        return await self._ask("GET", path, b"", {})

    async def post(self, path: str, body: object, **headers: str) -> Answer:
        """POST as JSON; `idempotency_key="x"` becomes the header `idempotency-key: x`."""
        return await self._ask("POST", path, msgspec.json.encode(body), headers)

    async def post_nothing(self, path: str) -> Answer:
        """POST without a body."""
        return await self._ask("POST", path, b"", {})

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        try:
            writer.write(self._head(method, path, body, headers) + body)
            return await self._answer(reader)
        except BaseException:
            self.close()
            raise

    def _head(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{self._port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self._token:
            lines.append(f"authorization: Bearer {self._token}")
        if body:
            lines += ["content-type: application/json", f"content-length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        status = int(head[0].split(" ", 2)[1])
        if fields.get("transfer-encoding") == "chunked":
            content = await self._chunks(reader)
        else:
            content = await reader.readexactly(int(fields.get("content-length", "0")))
        if fields.get("connection") == "close":
            self.close()
        return Answer(status, content)

    async def _chunks(self, reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int((await reader.readline()).strip(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(parts)
