"""Putting another program in place: what root does on the word of the state directory's owner, and what it does not."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from cally.errors import CallyError
from cally.ops.upgrades import switching

NOBODY = 65_534


def test_root_ends_no_process_of_anybody_but_the_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The number comes from the lock file, into which the directory's owner may write the number of any process."""
    if os.geteuid() == 0:
        directory = tmp_path
        os.chown(directory, NOBODY, NOBODY)
    else:
        directory = Path("/")
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        try:
            with pytest.raises(CallyError, match="is left alone"):
                switching.restart(directory, other.pid)
            assert other.poll() is None
        finally:
            other.kill()


def test_the_version_that_is_taken_back_makes_room_for_a_moment_and_no_other_does(tmp_path: Path):
    """Even when whoever takes it back is killed; and never for longer than that, whatever the clock was set to."""
    made = switching.Upgraded(
        at=1_000, program="cally.pyz", from_version="0.1.0", to_version="0.2.0", schema=46, snapshot=None
    )
    switching.write_journal(tmp_path, made)
    assert not switching.is_taken_back(tmp_path, "0.2.0", now=2_000)
    switching.write_journal(tmp_path, msgspec.structs.replace(made, undoing_until=2_030))
    assert switching.is_taken_back(tmp_path, "0.2.0", now=2_000)
    assert not switching.is_taken_back(tmp_path, "0.1.0", now=2_000)
    assert not switching.is_taken_back(tmp_path, "0.2.0", now=2_031)
    assert not switching.is_taken_back(tmp_path, "0.2.0", now=1_000)
