"""Migrations: numbered files, forward only, one transaction each, checksummed; a newer file is refused untouched."""

import hashlib
from collections.abc import Callable
from importlib import resources
from typing import NamedTuple

import apsw

from cally.errors import CallyError
from cally.store.sqlite import APPLICATION_ID

DIALECT = "sqlite"


class Migration(NamedTuple):
    """One step: its number, name, statements and their SHA-256."""

    number: int
    name: str
    script: str
    checksum: str


LEDGER = """
CREATE TABLE IF NOT EXISTS migration (
  number   INTEGER PRIMARY KEY,
  name     TEXT NOT NULL,
  checksum TEXT NOT NULL
) STRICT
"""
APPLIED = """
SELECT number, checksum
FROM migration
ORDER BY number
"""
RECORD = """
INSERT INTO migration (number, name, checksum)
VALUES (:number, :name, :checksum)
"""
TAKEN = """
SELECT count(*)
FROM migration
WHERE number = :number
"""
LEDGER_EXISTS = """
SELECT count(*)
FROM sqlite_schema
WHERE name = 'migration'
"""
TABLES = """
SELECT count(*)
FROM sqlite_schema
"""


def _nobody(_step: Migration) -> None:
    """Who is told when nobody wants to know."""


def migrations() -> list[Migration]:
    """All steps for this database, in order; `NNNN_name.sql` is for every one, `NNNN_name.sqlite.sql` for SQLite."""
    found = []
    for file in (resources.files("cally.store") / "migrations").iterdir():
        number, _, rest = file.name.partition("_")
        parts = rest.split(".")
        if parts[-1] != "sql" or (len(parts) == 3 and parts[1] != DIALECT):
            continue
        script = file.read_text(encoding="utf-8")
        found.append(Migration(int(number), parts[0], script, hashlib.sha256(script.encode()).hexdigest()))
    return sorted(found)


def check(connection: apsw.Connection) -> None:
    """Refuse a file that this version must not write; nothing is written.

    Raises `CallyError("database_newer")` when a newer Cally has written the file, `database_foreign` when it is
    another program's, `database_altered` when a step that was taken reads differently now.
    """
    _refuse(applied(connection), migrations())


def migrate(connection: apsw.Connection, told: Callable[[Migration], None] = _nobody) -> int:
    """Bring the file to this version's schema; how many steps were taken. The same refusals as `check`.

    `told` hears of each step before it is taken.
    """
    steps = migrations()
    done = applied(connection)
    _refuse(done, steps)
    taken = 0
    for step in steps:
        if step.number not in done:
            told(step)
            taken += _take(connection, step)
    return taken


def pending(connection: apsw.Connection) -> int:
    """How many steps the file still lacks; the same refusals as `check`."""
    steps = migrations()
    done = applied(connection)
    _refuse(done, steps)
    return sum(step.number not in done for step in steps)


def applied(connection: apsw.Connection) -> dict[int, str]:
    """The steps that a file has been through, with their checksums; raises `database_foreign`."""
    if connection.execute(LEDGER_EXISTS).get:
        return _ledger(connection)
    if connection.execute(TABLES).get:
        raise _foreign()
    return {}


def _ledger(connection: apsw.Connection) -> dict[int, str]:
    if connection.pragma("application_id") != APPLICATION_ID:
        raise _foreign()
    return {int(str(number)): str(checksum) for number, checksum in connection.execute(APPLIED).fetchall()}


def _foreign() -> CallyError:
    return CallyError("database_foreign", "This file is a database of another program; Cally leaves it alone.")


def _refuse(done: dict[int, str], steps: list[Migration]) -> None:
    known = {step.number: step.checksum for step in steps}
    newest = max(done, default=0)
    if newest > max(known):
        sentence = (
            f"This database was written by a newer Cally (schema {newest}, this one knows {max(known)}); use that one."
        )
        raise CallyError("database_newer", sentence, schema=newest, knows=max(known))
    for number, checksum in done.items():
        if known.get(number) != checksum:
            raise CallyError(
                "database_altered", f"Migration {number} differs from the one this database was made with."
            )


def _take(connection: apsw.Connection, step: Migration) -> bool:
    """Take one step, unless another process has taken it in the meantime."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.pragma("application_id", APPLICATION_ID)
        connection.execute(LEDGER)
        taken = connection.execute(TAKEN, {"number": step.number}).get
        if not taken:
            connection.execute(step.script)
            connection.execute(RECORD, {"number": step.number, "name": step.name, "checksum": step.checksum})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return not taken
