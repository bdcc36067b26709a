"""Foreign calendar files are read in a process of their own (TRUST fact 7)."""

import asyncio
import zoneinfo

import msgspec

from cally.apart import run_apart
from cally.calendars.reading import Found, Orders
from cally.calendars.unreadable import UnreadableError
from cally.errors import CallyError

WALL_SECONDS = 30
MOST_ANSWER_BYTES = 16 * 1024 * 1024
SENTENCES = {
    "apart_too_long": "The calendar takes too long to read.",
    "apart_too_large": "The calendar is too large to read.",
}


async def read_apart(data: bytes, orders: Orders, *, wall_seconds: float = WALL_SECONDS) -> Found:
    """The busy time in a file, read by a child process within the limits of `orders`; the loop stays free.

    Raises `UnreadableError` when the file is not to be trusted, or when reading it took more than it may.
    """
    given = msgspec.json.encode(msgspec.structs.replace(orders, zone_paths=tuple(zoneinfo.TZPATH)))
    try:
        _, answer = await run_apart(
            "cally.calendars.reading",
            given,
            data,
            wall_seconds=wall_seconds,
            most_answer_bytes=MOST_ANSWER_BYTES,
        )
    except CallyError as error:
        raise UnreadableError(SENTENCES[error.code]) from None
    return await asyncio.to_thread(_found, answer)


def _found(answer: bytes) -> Found:
    try:
        found = msgspec.json.decode(answer, type=Found)
    except msgspec.DecodeError as error:
        raise UnreadableError("The calendar could not be read.") from error
    if found.error:
        raise UnreadableError(found.error)
    return found
