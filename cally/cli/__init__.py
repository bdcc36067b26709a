"""What an operator types: `cally COMMAND`; each command is imported when it is used."""

import os
import sys

from cally.errors import CallyError

PRIVATE = 0o077
NO, WRONG_INPUT, WRONG_SETTINGS = 1, 2, 78


def main(words: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 a "no" that is explained, 2 wrong words or input, 78 wrong settings."""
    from cally.cli.commands import cally  # noqa: PLC0415 - heavy: imported where used

    os.umask(PRIVATE)
    try:
        cally(words, prog_name="cally")
    except CallyError as error:
        sys.exit(_explained(error))


def _explained(error: CallyError) -> int:
    """Say what was wrong on standard error; the exit code for it."""
    for line in error.facts.get("faults") or [error.sentence]:
        print(line, file=sys.stderr)  # noqa: T201 - the command line's way to say no
    if error.code == "settings_wrong":
        return WRONG_SETTINGS
    return WRONG_INPUT if error.code == "invalid" else NO
