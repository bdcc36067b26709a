"""Migrations: from empty, once, in order; a file this version must not write is left as it is."""

from pathlib import Path

import apsw
import pytest

from cally.errors import CallyError
from cally.store import migrate, open_store, sqlite

KEY = bytes(range(32))


def made(path: Path) -> apsw.Connection:
    connection = sqlite.connect(path, KEY)
    migrate.migrate(connection)
    return connection


def content(path: Path) -> dict[str, bytes]:
    """The file and its log; the index of the log is SQLite's scratch paper."""
    files = (path, path.with_name(path.name + "-wal"))
    return {file.name: file.read_bytes() for file in files if file.exists()}


def refused(path: Path) -> CallyError:
    """Opening is refused, and neither the file nor its log has changed by a byte."""
    before = content(path)
    with pytest.raises(CallyError) as caught:
        open_store(path, KEY)
    assert content(path) == before
    return caught.value


def test_every_step_is_taken_once(tmp_path: Path):
    """A second start finds nothing to do."""
    connection = made(tmp_path / "cally.db")
    assert migrate.migrate(connection) == 0
    assert migrate.pending(connection) == 0
    connection.close()


def test_steps_are_numbered_without_gaps():
    """The ledger's largest number is the number of steps, or the one that another database takes instead."""
    numbers = [step.number for step in migrate.migrations()]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1


def test_a_newer_file_is_left_alone(tmp_path: Path):
    """An older Cally names both versions and writes nothing."""
    connection = made(tmp_path / "cally.db")
    connection.execute("INSERT INTO migration VALUES (9999, 'from the future', 'x')")
    connection.close()
    error = refused(tmp_path / "cally.db")
    assert error.code == "database_newer"
    assert "9999" in error.sentence


def test_a_newer_file_is_left_alone_even_with_a_log(tmp_path: Path):
    """After a crash the log holds what was acknowledged; refusing must not fold it into the file."""
    connection = made(tmp_path / "cally.db")
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.execute("INSERT INTO migration VALUES (9999, 'from the future', 'x')")
    connection.close()
    assert (tmp_path / "cally.db-wal").stat().st_size > 0
    assert refused(tmp_path / "cally.db").code == "database_newer"


def test_an_altered_step_is_noticed(tmp_path: Path):
    """A step that reads differently now than when it was taken means a mixed-up installation."""
    connection = made(tmp_path / "cally.db")
    connection.execute("UPDATE migration SET checksum = 'other' WHERE number = 1")
    connection.close()
    assert refused(tmp_path / "cally.db").code == "database_altered"


def test_a_failing_step_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each step is one transaction: the old schema or the new one, never between."""
    steps = migrate.migrations()
    broken = migrate.Migration(9000, "broken", "CREATE TABLE half (a INTEGER) STRICT; SELECT nonsense", "x")
    connection = made(tmp_path / "cally.db")
    monkeypatch.setattr(migrate, "migrations", lambda: [*steps, broken])
    with pytest.raises(apsw.SQLError):
        migrate.migrate(connection)
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").get == 0
    connection.close()


def test_a_step_another_process_took_is_not_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The server and a command may both be started on an empty directory."""
    slow, quick = sqlite.connect(tmp_path / "cally.db", KEY), sqlite.connect(tmp_path / "cally.db", KEY)
    look = migrate.applied

    def looks_and_waits(connection: apsw.Connection) -> dict[int, str]:
        found = look(connection)
        monkeypatch.setattr(migrate, "applied", look)
        migrate.migrate(quick)
        return found

    monkeypatch.setattr(migrate, "applied", looks_and_waits)
    assert migrate.migrate(slow) == 0
    slow.close()
    quick.close()


FIRST_STEPS = 2
AS_IT_WAS = """
INSERT INTO account (id, email, name, role, created_at) VALUES (1, 'ada@example.com', 'Ada', 'host', 1);
INSERT INTO host (id, slug, name, tz, locale, week_starts_on, created_at)
VALUES (1, 'ada', 'Ada', 'UTC', 'en', 'mon', 1);
INSERT INTO schedule VALUES (1, 1, 'Hours', '{}', 1, 1);
INSERT INTO event_type VALUES (5, 1, 1, 'intro', 'Intro', '', '{}', '[]', '[]', '[]', 0, 1, 0, 1, 1, NULL);
INSERT INTO occupancy (id, owner_id, kind, uid, event_type_id, starts_at, ends_at)
VALUES (1, 1, 'booking', 'u', 5, 10, 20);
INSERT INTO booking VALUES (9, 'u', 0, 'confirmed', 1, 5, 10, 20, '', 'UTC', 'x', 'Cleo', 'cleo@example.org', 'UTC',
                            'en', '[]', '[]', '', '{}', '', 0, 1, 1);
INSERT INTO message VALUES (3, 9, 'confirmed', 0, 'guest', 'mail', 'cleo@example.org', NULL, 'm', '{}', 'sent', 1,
                            '', 1, 1);
"""


def test_what_was_kept_before_teams_is_kept(tmp_path: Path):
    """A table that is made anew keeps its rows, and whatever points at them."""
    connection = sqlite.connect(tmp_path / "cally.db", KEY)
    for step in migrate.migrations()[:FIRST_STEPS]:
        migrate._take(connection, step)
    connection.execute(AS_IT_WAS)
    migrate.migrate(connection)
    assert connection.execute("SELECT owner_id, slug FROM event_type").fetchall() == [(1, "intro")]
    assert connection.execute("SELECT booking_id, kind FROM message").fetchall() == [(9, "confirmed")]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with pytest.raises(apsw.ConstraintError):
        connection.execute("DELETE FROM event_type")
    connection.close()
