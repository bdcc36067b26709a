"""Migrations under kill -9: whatever the statement, the file is old or new, and the next start goes on."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.served import ROOT

FEWEST_KILLS = 400


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder that is quick: a killed process loses nothing that it has written, synced or not."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108 - memory
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
def test_kill_9_at_every_statement_of_every_step_leaves_old_or_new(memory: Path):
    """Each step once for each of its statements, in a process that forks."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.killing", str(memory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found = json.loads(done.stdout)
    assert found["faults"] == []
    assert found["kills"] > FEWEST_KILLS
