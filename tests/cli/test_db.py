"""`cally db`: the file itself, and what it refuses."""

from pathlib import Path

import pytest

from cally.store import open_store
from cally.store.schema import tables
from cally.store.sqlite import connect
from cally.vault import key_from_text
from tests.cli.conftest import Cally

CLAIM = (
    "INSERT INTO occupancy (id, owner_id, kind, uid, starts_at, ends_at)"
    " VALUES ({id}, 1, 'booking', 'b{id}', {start}, {end});"
)
FIRST = CLAIM.format(id=1, start=1_000, end=2_000)
OVERLAPPING = CLAIM.format(id=2, start=1_999, end=3_000)
NEXT = CLAIM.format(id=3, start=2_000, end=3_000)
COUNT = "SELECT count(*) FROM occupancy;"


@pytest.mark.rule(47, 48)
def test_an_overlapping_row_typed_by_hand_is_refused_by_the_database(cally: Cally, ada: dict[str, str]):
    """The one that fits is taken, the one that overlaps is not, whoever writes; the exit code says so."""
    ran = cally("db", "shell", stdin="\n".join([FIRST, OVERLAPPING, NEXT, COUNT]))
    assert ran.code == 1
    assert "overlaps another claim" in ran.err
    assert ran.out.split() == ["2"]


@pytest.mark.rule(47, 48)
@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER occupancy_guard_insert",
        "DROP TABLE occupancy",
        "DROP INDEX occupancy_by_start",
        "ALTER TABLE occupancy RENAME TO other",
    ],
)
def test_the_guard_cannot_be_taken_away(cally: Cally, ada: dict[str, str], statement: str):
    """Whoever types it by mistake, or from an answer they have found, keeps a database that cannot double-book."""
    assert cally("db", "shell", statement).code == 1
    assert cally("db", "shell", FIRST, OVERLAPPING, COUNT).out.split() == ["1"]


def test_sql_can_be_given_as_words(cally: Cally, ada: dict[str, str]):
    """One statement or dot command each; a fault in one is an exit code of 1."""
    ran = cally("db", "shell", "SELECT email FROM account", ".tables")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:2] == ["ada@example.com", "account"]
    assert cally("db", "shell", "SELECT nonsense").code == 1


def test_the_shell_works_beside_an_open_database(cally: Cally, ada: dict[str, str], state: Path):
    """What is typed counts at once for the process that serves."""
    store = open_store(state / "cally.db", key_from_text((state / "cally.key").read_text()))
    cally("db", "shell", FIRST)
    assert store._reading.execute(COUNT).get == 1
    assert cally("db", "shell", "PRAGMA foreign_keys", "PRAGMA journal_mode").out.split() == ["1", "wal"]


def test_what_is_typed_is_kept_nowhere_in_clear(
    cally: Cally, ada: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """No history file: it would hold the names of guests."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    cally("db", "shell", stdin="SELECT 'Cleo Çelik';\n")
    assert list((tmp_path / "home").iterdir()) == []


def test_a_sound_file_passes_the_check(cally: Cally, ada: dict[str, str]):
    """In words, or as JSON."""
    assert cally("db", "check").code == 0
    assert cally("db", "check", "--json").json == {"ok": True, "faults": [], "overlaps": []}


def test_the_check_finds_what_the_guard_would_have_refused(cally: Cally, ada: dict[str, str], state: Path):
    """An overlap written with the guard taken out, and a row that refers to nobody."""
    connection = connect(state / "cally.db", key_from_text((state / "cally.key").read_text()))
    connection.execute(f"DROP TRIGGER occupancy_guard_insert; {FIRST} {OVERLAPPING}")
    connection.execute("PRAGMA foreign_keys = off; UPDATE host SET id = 7")
    connection.close()
    ran = cally("db", "check", "--json")
    assert ran.code == 1
    assert ran.json["overlaps"] == ["b1 and b2"]
    assert any("guard" in fault for fault in ran.json["faults"])
    assert any("host" in fault for fault in ran.json["faults"])
    assert "b1 and b2" in cally("db", "check").out


def test_the_diagram_shows_every_table_and_reference(cally: Cally, state: Path):
    """Without a database: the schema is what the migrations make."""
    ran = cally("db", "erd")
    assert ran.out.startswith("erDiagram\n")
    assert not [table.name for table in tables() if f"  {table.name} {{" not in ran.out]
    assert 'host ||--o{ booking : "host_id"' in ran.out
    assert 'account ||--|o host : "id"' in ran.out
    assert not state.exists()


def test_the_diagram_can_be_a_page(cally: Cally):
    """For the documentation."""
    assert "```mermaid\nerDiagram\n" in cally("db", "erd", "--markdown").out
