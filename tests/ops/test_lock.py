"""One process per state directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.ops import lock

NOW = 1_790_000_000
HOLDS = """
import sys, time, pathlib
from cally.ops import lock
with lock.hold(pathlib.Path(sys.argv[1]), now=1_790_000_000):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_and_told_who_is_first(tmp_path: Path):
    """Process and instant are named; the first one keeps the lock."""
    with lock.hold(tmp_path, now=NOW):
        with pytest.raises(CallyError) as caught, lock.hold(tmp_path, now=NOW + 5):
            pass
        assert lock.holder(tmp_path) == (os.getpid(), NOW)
    assert caught.value.code == "database_in_use"
    assert f"process {os.getpid()}, since 2026-09-21 14:13:20 UTC" in caught.value.sentence


def test_afterwards_it_is_free(tmp_path: Path):
    """Nobody holds what was let go, and nobody holds what never was."""
    assert lock.holder(tmp_path) is None
    with lock.hold(tmp_path, now=NOW):
        pass
    assert lock.holder(tmp_path) is None
    with lock.hold(tmp_path, now=NOW):
        pass


def test_kill_9_frees_it(tmp_path: Path):
    """No stale file keeps an instance from starting after a crash."""
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert lock.holder(tmp_path) == (process.pid, NOW)
    process.kill()
    process.communicate()
    assert lock.holder(tmp_path) is None


def test_no_link_is_followed(tmp_path: Path):
    """Root takes the lock too, in a directory of somebody else: a link there would empty any file of the machine."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    (tmp_path / lock.NAME).symlink_to(elsewhere)
    with pytest.raises(CallyError) as caught, lock.hold(tmp_path, now=NOW):
        pass
    assert caught.value.code == "storage_failed"
    assert elsewhere.read_text() == "untouched"
