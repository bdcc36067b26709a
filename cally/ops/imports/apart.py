"""Reading what was uploaded in a process of its own: whatever the file does, it does it there."""

from pathlib import Path

import msgspec

from cally.apart import run_apart
from cally.errors import CallyError
from cally.model.imports import Bundle, Source
from cally.ops.imports.sql_dump import fault

WALL_SECONDS = 180
MOST_ANSWER_BYTES = 64_000_000
TOO_MUCH = "This file takes too much to read here; please import it by `cally import` at the machine."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read: `source` None means to find out; `tz` and `host` are for what does not say them."""

    name: str
    source: Source | None = None
    tz: str = ""
    host: str = ""


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is to read: the `path`, or without one what comes behind."""

    wish: Wish
    path: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, or what is wrong with it."""

    bundle: Bundle | None = None
    fault: str = ""


async def read_apart(wish: Wish, data: bytes = b"", *, path: Path | None = None) -> Bundle:
    """The bundle of an upload or of a file; raises `invalid` (`file`) in one sentence."""
    orders = msgspec.json.encode(Orders(wish=wish, path=str(path) if path is not None else ""))
    try:
        _, answer = await run_apart(
            "cally.ops.imports.child", orders, data, wall_seconds=WALL_SECONDS, most_answer_bytes=MOST_ANSWER_BYTES
        )
        told = msgspec.json.decode(answer, type=Answer)
    except (CallyError, msgspec.DecodeError) as error:
        raise fault(TOO_MUCH) from error
    if told.bundle is None:
        raise fault(told.fault or TOO_MUCH)
    return told.bundle
