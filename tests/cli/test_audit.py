"""`cally audit`."""

import csv
import io
import json
import shutil
from pathlib import Path

from cally.store import sqlite
from tests.cli.conftest import Cally


def test_a_sound_log_says_where_it_ends(cally: Cally, ada: dict[str, str]):
    """The same end for people and programs, to compare with a copy kept elsewhere."""
    ran, read = cally("audit", "verify"), cally("audit", "verify", "--json").json
    assert (ran.code, read["ok"]) == (0, True)
    assert ran.out.splitlines()[-1] == f"It ends with entry {read['last_id']}, {read['hash']}"


def test_a_changed_entry_is_named(cally: Cally, ada: dict[str, str], state: Path):
    """Somebody who has the key took the guards out first."""
    connection = sqlite.connect(state / "cally.db", bytes.fromhex((state / "cally.key").read_text()))
    connection.execute("DROP TRIGGER audit_entry_update")
    connection.execute("UPDATE audit_entry SET tag = 'guest:account:create' WHERE id = 1")
    connection.close()
    ran = cally("audit", "verify")
    assert ran.code == 1
    assert "does not fit at entry 1" in ran.out
    read = cally("audit", "verify", "--json")
    assert (read.code, read.json["fault_id"]) == (1, 1)


def test_an_older_file_put_back_shows_against_the_kept_end(cally: Cally, ada: dict[str, str], state: Path):
    """In itself it is sound, which is why the end is to be kept elsewhere."""
    shutil.copy(state / "cally.db", state / "old.db")
    cally("admin", "create", "--email", "ben@example.com", "--name", "Ben", "--role", "host")
    kept = cally("audit", "verify", "--json").json
    (state / "old.db").replace(state / "cally.db")
    found = cally("audit", "verify", "--json").json
    assert found["ok"]
    missing = cally("audit", "verify", "--kept", str(kept["last_id"]), kept["hash"])
    assert (missing.code, "is not here" in missing.out) == (1, True)
    assert cally("audit", "verify", "--kept", str(found["last_id"]), found["hash"]).code == 0
    assert cally("audit", "verify", "--kept", str(found["last_id"]), kept["hash"]).code == 1


def test_entries_are_found(cally: Cally, ada: dict[str, str]):
    """By whole parts of their tag, by account, by instant."""
    cally("token", "create", "--account", "ada@example.com", "--scopes", "bookings:read")
    assert [entry["tag"] for entry in cally("audit", "list", "--tag", "token", "--json").json] == ["cli:token:create"]
    assert cally("audit", "list", "--tag", "tok", "--json").json == []
    assert cally("audit", "list", "--from", "2999-01-01", "--json").json == []
    assert "cli:account:create" in cally("audit", "list", "--to", "2999-01-01T00:00Z", "--limit", "10").out
    assert cally("audit", "list", "--account", "nobody@example.com").code == 2
    assert cally("audit", "list", "--from", "yesterday").code == 2


def test_everything_can_be_taken_along(cally: Cally, ada: dict[str, str]):
    """As JSON Lines and as CSV, the same entries."""
    lines = [json.loads(line) for line in cally("audit", "export").out.splitlines()]
    rows = list(csv.DictReader(io.StringIO(cally("audit", "export", "--format", "csv").out)))
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    assert [line["tag"] for line in lines] == [row["tag"] for row in rows]
    assert lines
