"""kill -9 at every statement of every migration, and a look at what is left; a process of its own, for it forks."""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

import apsw

from cally.store import migrate, sqlite
from cally.store.migrate import Migration

KEY = bytes(range(32))
SCHEMA = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
INTEGRITY = "SELECT integrity_check FROM pragma_integrity_check"
State = tuple[str, ...]


def main(folder: Path) -> None:
    """Print `{"kills", "faults"}`."""
    steps = migrate.migrations()
    file = folder / "cally.db"
    sqlite.connect(file, KEY).close()
    kills, faults = 0, list[str]()
    for step in steps:
        before = state(file)
        after = folder / "after.db"
        copied(file, after)
        statements = taken(after, step, kill_at=None)
        wanted = state(after)
        for number in range(1, statements + 1):
            victim = folder / "victim.db"
            copied(file, victim)
            killed(victim, step, number)
            kills += 1
            found = state(victim, sound=True)
            if found not in (before, wanted):
                faults.append(f"step {step.number}, killed at statement {number}: something in between")
            taken(victim, step, kill_at=None)
            if state(victim) != wanted:
                faults.append(f"step {step.number}, killed at statement {number}: the next start does not complete it")
        copied(after, file)
    print(json.dumps({"kills": kills, "faults": faults}))  # noqa: T201 - this is its answer


def killed(file: Path, step: Migration, number: int) -> None:
    """A child of this process begins the step and dies at that statement."""
    child = os.fork()
    if child == 0:
        taken(file, step, kill_at=number)
        os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"step {step.number} ended before statement {number}"


def taken(file: Path, step: Migration, *, kill_at: int | None) -> int:
    """Take one step as the program does; how many statements ran, those that begin and commit included."""
    connection = sqlite.connect(file, KEY)
    count = 0

    def traced(_cursor: object, _sql: str, _bindings: object) -> bool:
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    connection.exec_trace = traced
    migrate._take(connection, step)
    connection.exec_trace = None
    connection.close()
    return count


def state(file: Path, *, sound: bool = False) -> State:
    """The schema and the steps that the file says it has been through; `sound` looks at every page."""
    connection = sqlite.connect(file, KEY)
    try:
        verdict = connection.execute(INTEGRITY).get if sound else "ok"
        rows = [repr(row) for row in connection.execute(SCHEMA)]
        steps = repr(sorted(migrate.applied(connection)))
    finally:
        connection.close()
    assert verdict == "ok", verdict
    return (*rows, steps)


def copied(source: Path, target: Path) -> None:
    """The file with its log, in place of whatever was there."""
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    for end in ("", "-wal"):
        if source.with_name(source.name + end).exists():
            shutil.copyfile(source.with_name(source.name + end), target.with_name(target.name + end))


if __name__ == "__main__":
    apsw.Connection(":memory:").close()
    main(Path(sys.argv[1]))
