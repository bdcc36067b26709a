"""A prompt on the encrypted database: the stock SQLite shell, handed a connection that is already unlocked."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import apsw

from cally.store import sqlite

BUSY_MILLISECONDS = 5_000
PROMPT = "cally> "
GUARDS = frozenset({apsw.SQLITE_DROP_TRIGGER, apsw.SQLITE_DROP_INDEX, apsw.SQLITE_DROP_TABLE, apsw.SQLITE_ALTER_TABLE})
INTRO = (
    "The Cally database, encrypted; changes count at once. “.tables” lists tables, “.help” the commands, Ctrl-D ends.\n"
)


def run_shell(path: Path, key: bytes, *, statements: Sequence[str], stdin: TextIO, stdout: TextIO) -> bool:
    """Run the statements, or without any what standard input says (a prompt on a terminal); whether all went well.

    The connection is an ordinary one beside the server's: guards, foreign keys and the encryption hold, and none of
    them can be taken away (`not authorized`): what tables and triggers there are is for migrations to say. What is
    typed goes to no history file, and nothing sorted is spilled to disk in clear.
    """
    from apsw.shell import Shell  # noqa: PLC0415 - heavy: imported where used

    class Prompt(Shell):
        """The stock shell, which also remembers whether something went wrong."""

        failed = False

        def handle_exception(self) -> None:
            """Note the failure, then say it as the stock shell does."""
            self.failed = True
            super().handle_exception()  # type: ignore[no-untyped-call]

        def run(self, statement: str) -> None:
            """One statement or dot command, as if it had been typed."""
            try:
                self.process_complete_line(statement)  # type: ignore[no-untyped-call]
            except (apsw.Error, self.Error):
                self.handle_exception()

    connection = sqlite.connect(path, key)
    try:
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        connection.pragma("temp_store", "memory")
        connection.authorizer = _leave_guards_alone
        shell = Prompt(stdin=stdin, stdout=stdout, db=connection)
        shell.history_file = os.devnull
        shell.prompt = PROMPT
        if statements:
            for statement in statements:
                shell.run(statement)
        else:
            shell.cmdloop(intro=INTRO)  # type: ignore[no-untyped-call]
        return not shell.failed
    finally:
        connection.close()


def _leave_guards_alone(
    operation: int, _first: str | None, _second: str | None, database: str | None, _trigger: str | None
) -> int:
    return apsw.SQLITE_DENY if operation in GUARDS and database != "temp" else apsw.SQLITE_OK


def sqlite_version() -> str:
    """The release of the SQLite that is built in."""
    return apsw.sqlite_lib_version()
