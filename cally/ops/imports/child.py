"""Reading what was uploaded in a process of its own: whatever the file does, it does it there."""

import io
import sys
from pathlib import Path

import msgspec

from cally.apart import give_up_powers, run_apart
from cally.errors import CallyError
from cally.model.imports import Bundle
from cally.ops.imports.reading import Wish, read
from cally.ops.imports.sql_dump import fault

MEMORY_BYTES = 1_500 * 1024 * 1024
PROCESSOR_SECONDS = 90
WALL_SECONDS = 180
MOST_ANSWER_BYTES = 64_000_000
TOO_MUCH = "This file takes too much to read here; please import it by `cally import` at the machine."


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read: the `path`, or without one what comes behind."""

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


def main(orders_line: bytes) -> None:
    """In the child: read, and answer on standard output."""
    orders = msgspec.json.decode(orders_line, type=Orders)
    give_up_powers(memory_bytes=MEMORY_BYTES, processor_seconds=PROCESSOR_SECONDS)
    try:
        if orders.path:
            with Path(orders.path).open("rb") as file:
                answer = Answer(bundle=read(file, orders.wish))
        else:
            answer = Answer(bundle=read(io.BytesIO(sys.stdin.buffer.read()), orders.wish))
    except CallyError as error:
        answer = Answer(fault=error.sentence)
    except (MemoryError, RecursionError):
        answer = Answer(fault=TOO_MUCH)
    except Exception:  # noqa: BLE001 - whatever a hostile file makes of the readers
        answer = Answer(fault="This file cannot be read; it is not as cal.com or Calendly write it.")
    sys.stdout.buffer.write(msgspec.json.encode(answer))
