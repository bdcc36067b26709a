"""`cally config`, `version`, `key`, `doctor`, and what they all have in common."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3

from cally import __version__
from tests.cli.conftest import Cally

HEAVY = ("rich", "litestar", "granian", "apprise", "icalendar", "aiosmtplib", "httpx2", "babel", "jinja2", "psutil")
TYPED = """
import sys
from cally.cli import main
try:
    main(["config", "--json"])
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


def test_wrong_settings_exit_with_78_all_named_at_once(cally: Cally, monkeypatch: pytest.MonkeyPatch):
    """One line each, whatever the command."""
    monkeypatch.setenv("CALLY_BIND", "somewhere")
    monkeypatch.setenv("CALLY_COLOUR", "blue")
    for words in (("config",), ("serve",), ("admin", "list")):
        ran = cally(*words)
        assert (ran.code, ran.out) == (78, "")
        assert [line.split()[0] for line in sorted(ran.err.splitlines())] == ["CALLY_BIND", "CALLY_COLOUR"]


def test_settings_can_be_checked_before_a_restart(cally: Cally, state: Path, monkeypatch: pytest.MonkeyPatch):
    """Exit 0 or 78, and nothing is made."""
    assert cally("config", "check").out == "Every setting is right.\n"
    monkeypatch.setenv("CALLY_COLOUR", "blue")
    ran = cally("config", "check")
    assert (ran.code, ran.out, "CALLY_COLOUR" in ran.err) == (78, "", True)
    assert not state.exists()


def test_settings_come_from_a_file_too(cally: Cally, tmp_path: Path):
    """Named before the command; a missing one is a wrong setting."""
    (tmp_path / "cally.toml").write_text('log = "json"\n')
    found = cally("--config", str(tmp_path / "cally.toml"), "config", "--json").json
    assert {entry["name"]: entry["value"] for entry in found}["CALLY_LOG"] == "json"
    assert cally("--config", str(tmp_path / "none.toml"), "config").code == 78


def test_secrets_are_masked(cally: Cally, monkeypatch: pytest.MonkeyPatch):
    """In the table and in JSON."""
    monkeypatch.setenv("CALLY_SMTP_URL", "smtp://cally:hunter2@mail.example.com")
    for words in (("config",), ("config", "--json")):
        ran = cally(*words)
        assert "CALLY_SMTP_URL" in ran.out
        assert "hunter2" not in ran.out


def test_the_version_says_what_it_stands_on(cally: Cally):
    """For people, for programs, and as the usual option."""
    assert cally("version").out.startswith(f"cally {__version__}\n")
    assert cally("version", "--json").json.keys() == {
        "cally",
        "build",
        "commit",
        "release_key",
        "python",
        "sqlite",
        "tzdata",
    }
    assert cally("--version").out == f"cally {__version__}\n"


def test_the_recovery_sheet_opens_the_database_anywhere(cally: Cally, ada: dict[str, str], state: Path):
    """Typed from paper into a stock SQLCipher; what was written is there."""
    sheet = cally("key", "show-recovery").out
    groups = [word for word in sheet.split() if len(word) == 4 and set(word) <= set("0123456789abcdef")]
    key = "".join(groups[:16])
    assert len(key) == 64
    connection = sqlcipher3.connect(str(state / "cally.db"))
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    assert connection.execute("SELECT email FROM account").fetchall() == [("ada@example.com",)]
    connection.close()


def test_there_is_no_sheet_without_a_database(cally: Cally, state: Path):
    """And no key is made by asking for one."""
    assert cally("key", "show-recovery").code == 1
    assert not state.exists()


def test_the_doctor_is_content_with_a_new_instance(cally: Cally, ada: dict[str, str]):
    """Every check in words; advice alone is no reason for concern."""
    ran = cally("doctor", "--json")
    assert ran.code == 0
    names = {finding["name"] for finding in ran.json}
    assert {"database", "integrity", "double bookings", "disk", "mail", "limits"} <= names
    assert all(finding["sentence"] for finding in ran.json)


def test_the_doctor_exits_with_1_when_a_person_is_needed(
    cally: Cally, ada: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """Limits that were lifted and forgotten are a fault, with what to do about it."""
    monkeypatch.setenv("CALLY_LIMITS", "off")
    ran = cally("doctor")
    assert ran.code == 1
    assert "FAULT   limits" in ran.out
    assert "→ Unset CALLY_LIMITS" in ran.out


@pytest.mark.parametrize("words", [("nonsense",), ("admin", "nonsense"), ("db", "check", "--nonsense")])
def test_wrong_words_exit_with_2(cally: Cally, words: tuple[str, ...]):
    """With a hint where help is."""
    ran = cally(*words)
    assert ran.code == 2
    assert "--help" in ran.err


def test_a_command_imports_only_what_it_needs():
    """Cold start is a feature: typing `cally config` loads neither the web server nor anything else that is heavy."""
    ran = subprocess.run([sys.executable, "-c", TYPED], capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.split())
    assert "click" in loaded
    assert not loaded & set(HEAVY)
