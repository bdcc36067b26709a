"""The child that reads a file from elsewhere: with little memory, little time, and nothing it could change."""

import io
import sys
from pathlib import Path

import msgspec

from cally.apart import give_up_powers
from cally.errors import CallyError
from cally.ops.imports.apart import TOO_MUCH, Answer, Orders
from cally.ops.imports.reading import read

MEMORY_BYTES = 1_500 * 1024 * 1024
PROCESSOR_SECONDS = 90


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
