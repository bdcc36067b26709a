"""A look through uploads by ClamAV, where an operator runs it: its INSTREAM command over a socket."""

import asyncio
import struct

from cally.errors import invalid
from cally.model.accounts import Actor
from cally.store import Store, audit

CHUNK_BYTES = 65_536
SECONDS = 20
MOST_ANSWER_BYTES = 4_096
FIELD = "picture"


async def require_clean(store: Store, data: bytes, clamav: str, *, now: int, actor: Actor) -> None:
    """Raise `invalid` for a file in which the scanner finds something, or that it could not look through.

    `clamav` is `unix:PATH` or `host:port`.
    """
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _asked(data, clamav)
    except (OSError, TimeoutError, ValueError, EOFError) as error:
        raise invalid(
            FIELD, "The virus scanner does not answer, so no file is taken; please try again later."
        ) from error
    if answer == "stream: OK":
        return
    async with store.write() as tx:
        tag = f"{actor.kind}:upload:refuse"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject="upload", found=answer[:100])
    if answer.endswith("FOUND"):
        raise invalid(FIELD, "The virus scanner finds something in this file; it is not taken.")
    raise invalid(FIELD, "The virus scanner could not look through this file; it is not taken.")


async def _asked(data: bytes, clamav: str) -> str:
    kind, _, rest = clamav.partition(":")
    if kind == "unix":
        reader, writer = await asyncio.open_unix_connection(rest)
    else:
        host, _, port = clamav.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK_BYTES):
            part = data[start : start + CHUNK_BYTES]
            writer.write(struct.pack(">I", len(part)) + part)
            await writer.drain()
        writer.write(struct.pack(">I", 0))
        await writer.drain()
        answer = await reader.readuntil(b"\0")
    finally:
        writer.close()
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
