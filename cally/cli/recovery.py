"""The key as it is given on a machine that has none yet: a file, or the recovery sheet's digits on standard input."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cally.errors import CallyError
from cally.vault import KEY_BYTES, key_from_text

DIGITS = 2 * KEY_BYTES


def key_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options `--key-file` and `--key-stdin`."""
    file = click.option("--key-file", type=click.Path(path_type=Path, dir_okay=False), help="A file with the key.")
    stdin = click.option("--key-stdin", is_flag=True, help="Read the recovery sheet's 64 digits from standard input.")
    return file(stdin(command))


def stated_key(file: Path | None, *, stdin: bool) -> bytes | None:
    """The key that was given; None when none was. Raises `key_invalid`."""
    if file is None and not stdin:
        return None
    try:
        text = _typed() if file is None else file.read_text(encoding="ascii")
        return key_from_text(text)
    except OSError as error:
        raise CallyError("key_invalid", f"{file} cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise CallyError("key_invalid", "A key is 64 hexadecimal digits; spaces between them do not count.") from error


def _typed() -> str:
    """As many lines as the digits stand on: the sheet has them on two."""
    if sys.stdin.isatty():
        click.echo("The 64 digits of the recovery sheet:", err=True)
    digits = ""
    while len(digits) < DIGITS and (line := sys.stdin.readline()):
        digits += "".join(line.split())
    return digits
