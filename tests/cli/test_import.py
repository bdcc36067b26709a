"""`cally import` and `cally export`, as an operator types them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cally
from tests.ops.imports.read import dumped


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A dump of cal.com on the disk."""
    file = tmp_path / "cal.sql"
    file.write_text(dumped()[0].text(), encoding="utf-8")
    return file


def test_a_dry_run_says_it_and_changes_nothing(cally: Cally, ada: dict[str, str], dump: Path):
    """The same numbers that come over afterwards; then nothing is new."""
    words = ("import", str(dump), "--verified", "--no-invite")
    planned = cally(*words, "--dry-run", "--json").json
    assert {one["noun"]: one["new"] for one in planned["tallies"]}["event type"] == 12
    assert [one["email"] for one in cally("admin", "list", "--json").json] == ["ada@example.com"]
    done = cally(*words, "--yes", "--json")
    assert (done.code, done.json) == (0, planned)
    assert len(cally("admin", "list", "--json").json) == 3
    again = cally(*words, "--dry-run")
    assert "HERE ALREADY" in again.out
    assert sum(one["new"] for one in cally(*words, "--dry-run", "--json").json["tallies"]) == 0


def test_it_asks_before_it_does_anything(cally: Cally, ada: dict[str, str], dump: Path):
    """Whoever says no has changed nothing."""
    refused = cally("import", str(dump), stdin="n\n")
    assert refused.code != 0
    assert len(cally("admin", "list", "--json").json) == 1


def test_wrong_files_and_words_are_refused_in_a_sentence(cally: Cally, ada: dict[str, str], dump: Path, tmp_path: Path):
    """Exit 2 and the place at fault."""
    other = tmp_path / "x.json"
    other.write_text("{", encoding="utf-8")
    assert "this is not JSON" in cally("import", str(other)).err
    assert "This comes from cal.com, not from calendly." in cally("import", str(dump), "--from", "calendly").err
    assert "There is no host" in cally("import", str(dump), "--host", "mallory@example.com", "--dry-run").err
    assert "unknown" in cally("import", str(dump), "--tz", "Mars/North").err


def test_exports_are_files_for_their_owner_alone(cally: Cally, ada: dict[str, str], tmp_path: Path):
    """Bookings and configuration, which is read back."""
    file = tmp_path / "bookings.csv"
    assert cally("export", "bookings", "--to-file", str(file), "--bom", "--from", "2026-01-01").code == 0
    assert file.read_bytes().startswith(b"\xef\xbb\xbfuid,")
    assert file.stat().st_mode & 0o077 == 0
    own = tmp_path / "own.json"
    assert cally("export", "configuration", "--to-file", str(own)).code == 0
    assert json.loads(own.read_bytes())["hosts"][0]["email"] == "ada@example.com"
    assert cally("import", str(own), "--dry-run").code == 0
    wrong = cally("export", "bookings", "--host", "nobody@example.com", "--to-file", str(file))
    assert wrong.code != 0
