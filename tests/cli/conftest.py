"""The command line as an operator types it: words in; exit code, output and complaints out."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cally.cli import main

PASSWORD = "brass engines hum softly"


class Ran(NamedTuple):
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What a program reads."""
        return json.loads(self.out)


Cally = Callable[..., Ran]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for an instance, and no other settings."""
    path = tmp_path / "state"
    monkeypatch.setenv("CALLY_STATE_DIR", str(path))
    return path


@pytest.fixture
def cally(state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cally:
    """Run `cally WORDS…` on that instance."""

    def run(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        out, err = capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def ada(cally: Cally) -> dict[str, str]:
    """Ada, the admin that every instance begins with."""
    words = ("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--password-stdin", "--json")
    made: dict[str, str] = cally(*words, stdin=PASSWORD + "\n").json
    return made
