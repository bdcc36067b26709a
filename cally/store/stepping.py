"""Bringing a database up to date before it is served: what it lacks, then step by step, crash-safe at every statement.

Slow and blocking: to be called in a thread. A step is one transaction, so that kill -9 leaves the file before it or
after it; whoever comes next goes on from there.
"""

from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec

from cally.errors import CallyError
from cally.store import migrate, sqlite
from cally.store.migrate import Migration
from cally.store.swapping import finish_swap

OPERATIONS_BETWEEN_LOOKS = 100_000

Told = Callable[[Migration], None]


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """The steps that a database lacks; `schema` is the last one that it has, `newest` the last one there is."""

    schema: int
    newest: int
    steps: int


def newest() -> int:
    """The schema's number that this version makes."""
    return migrate.migrations()[-1].number


def missing(path: Path, key: bytes) -> Missing | None:
    """What a database lacks; None when there is none yet, or when it lacks nothing. Nothing is written.

    Raises what opening it raises: `database_unreadable`, `database_newer`, `database_foreign`, `database_altered`.
    """
    finish_swap(path)
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = sqlite.connect(path, key, read_only=True, check=migrate.check)
    try:
        done = migrate.applied(connection)
    finally:
        connection.close()
    steps = [step for step in migrate.migrations() if step.number not in done]
    return Missing(schema=max(done), newest=newest(), steps=len(steps)) if done and steps else None


def take(path: Path, key: bytes, told: Told, stopped: Callable[[], bool]) -> int:
    """Take the steps that a database lacks; how many. `told` hears of each before it is taken.

    `stopped` is asked now and then: once it says yes, the step that runs is taken back, and `cancelled` is raised.
    Raises `storage_full`, `storage_failed`, `migration_failed`, and what `missing` raises.
    """
    connection = sqlite.connect(path, key, check=migrate.check)
    try:
        connection.set_progress_handler(stopped, OPERATIONS_BETWEEN_LOOKS)
        return migrate.migrate(connection, told)
    except apsw.InterruptError as error:
        raise CallyError("cancelled", "Cally was stopped; the database is as it was before this step.") from error
    except apsw.FullError as error:
        raise sqlite.storage_full() from error
    except sqlite.DISK_ERRORS as error:
        raise sqlite.storage_failed() from error
    except apsw.Error as error:
        sentence = f"The database could not be brought up to date ({error}); it is as it was before this step."
        raise CallyError("migration_failed", sentence) from error
    finally:
        connection.set_progress_handler(None, 0)
        connection.close()
