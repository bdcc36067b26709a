"""The key sealed to this machine: by a stand-in for systemd-creds here, by the real one in `make prove-deb`."""

import os
from pathlib import Path

import pytest

from cally.ops import sealing
from tests.cli.conftest import Cally

STAND_IN = """#!/bin/sh
set -eu
[ "$1 $2" = "encrypt --name=cally.key" ] && exec tr 0-9a-f A-P > "$5"
[ "$1 $2" = "decrypt --name=cally.key" ] && exec tr A-P 0-9a-f < "$3"
exit 1
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can seal a key")


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sealed key will be, and a systemd-creds on the path."""
    program = tmp_path / "bin" / sealing.PROGRAM
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(sealing, "SEALED", tmp_path / "credstore.encrypted" / "cally.key")
    return sealing.SEALED


@pytest.mark.usefixtures("ada")
def test_a_sealed_key_leaves_the_state_directory_and_opens_the_database(cally: Cally, state: Path, sealed: Path):
    """Nothing in the directory is the key any more; root's commands work as before, and the sheet is the same."""
    sheet = cally("key", "show-recovery").out
    key = (state / "cally.key").read_text()
    assert cally("key", "seal", "--yes").code == 0
    assert not (state / "cally.key").exists()
    assert key not in sealed.read_text()
    assert "ada@example.com" in cally("admin", "list").out
    assert cally("key", "show-recovery").out == sheet


@pytest.mark.usefixtures("ada")
def test_an_unsealed_key_is_a_file_again(cally: Cally, state: Path, sealed: Path):
    """Byte for byte, for its owner alone; the sealed one is gone."""
    key = (state / "cally.key").read_bytes()
    cally("key", "seal", "--yes")
    assert cally("key", "unseal").code == 0
    assert (state / "cally.key").read_bytes() == key
    assert (state / "cally.key").stat().st_mode & 0o777 == 0o600
    assert not sealed.exists()


@pytest.mark.usefixtures("ada")
def test_what_does_not_open_again_is_not_believed(cally: Cally, state: Path, sealed: Path, tmp_path: Path):
    """The file in the state directory stays until what was sealed has been read back."""
    (tmp_path / "bin" / sealing.PROGRAM).write_text(STAND_IN.replace("A-P 0-9a-f", "A-P 1-9a-g"))
    ran = cally("key", "seal", "--yes")
    assert (ran.code, ran.err) == (1, "What was sealed does not open again; nothing was changed.\n")
    assert (state / "cally.key").exists()
    assert not list(sealed.parent.iterdir())


@pytest.mark.usefixtures("ada")
def test_nobody_seals_without_the_sheet(cally: Cally, state: Path, sealed: Path):
    """Asked first; no answer is a no."""
    assert cally("key", "seal", stdin="\n").code == 1
    assert (state / "cally.key").exists()
    assert not sealed.exists()


@pytest.mark.usefixtures("ada")
def test_the_doctor_is_content_with_a_sealed_key(cally: Cally, sealed: Path):
    """A key in memory is its owner's alone."""
    cally("key", "seal", "--yes")
    assert cally("doctor").code == 0, sealed
