"""`cally replay`: answers capsules with the same engine that the pages use (CAPSULE.md)."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from cally import engine
from cally.cli.printing import print_json
from cally.errors import CallyError, invalid
from cally.model.capsule import answer_to_json, question_from_json
from cally.model.fields import json_object

LONGEST_BYTES = 16 * 1024 * 1024
WRONG_INPUT = 2


@click.command()
@click.option("--lines", is_flag=True, help="One capsule a line in, one answer or error a line out, in the same order.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def replay(lines: bool, files: tuple[str, ...]) -> None:
    """Answer capsules: the bug report, the test and the benchmark input in one file.

    FILE may be - for standard input. A broken capsule gets exit code 2 and one line that says where and why.
    """
    for name in files:
        try:
            with _opened(name) as file:
                if lines:
                    _each_line(file)
                else:
                    print_json(answered(file.read(LONGEST_BYTES + 1)))
        except OSError as fault:
            _refuse(f"{name}: {fault.strerror or 'cannot be read'}")
        except CallyError as fault:
            _refuse(fault_line(fault))


def answered(capsule: bytes) -> dict[str, Any]:
    """The answer to a capsule as JSON values; raises `invalid` with the path of what is wrong with it."""
    if len(capsule) > LONGEST_BYTES:
        raise invalid("capsule", f"A capsule has at most {LONGEST_BYTES // 1024 // 1024} MiB.")
    return answer_to_json(engine.answer(question_from_json(_json(capsule))))


def _json(text: bytes) -> object:
    """Strictly read: no NaN, and what stands twice in an object is found when that object is read."""
    try:
        return json.loads(text.decode(), object_pairs_hook=json_object, parse_constant=_no_number)
    except (json.JSONDecodeError, UnicodeDecodeError) as fault:
        raise invalid("capsule", f"This is not JSON: {fault}.") from None
    except RecursionError:
        raise invalid("capsule", "This is nested too deeply.") from None
    except ValueError:
        raise invalid("capsule", "A number in this has too many digits, or is none.") from None


def _no_number(name: str) -> object:
    raise ValueError(name)


def fault_line(fault: CallyError) -> str:
    """A fault on one line: the path of the field, then what is wrong there."""
    line = f"{fault.facts.get('field') or 'capsule'}: {fault.sentence}"
    return "".join(character if character.isprintable() else "?" for character in line)


def _each_line(file: BinaryIO) -> None:
    for line in _lines(file):
        try:
            written: dict[str, Any] = answered(line)
        except CallyError as fault:
            written = {"error": fault_line(fault)}
        click.echo(msgspec.json.encode(written))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only so much that this can be told."""
    while line := file.readline(LONGEST_BYTES + 2):
        yield line.rstrip(b"\r\n")
        while not line.endswith(b"\n") and len(line) == LONGEST_BYTES + 2:
            line = file.readline(LONGEST_BYTES + 2)


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")


def _refuse(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(WRONG_INPUT)
