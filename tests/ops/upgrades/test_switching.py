"""Putting another program in place: what root does on the word of the state directory's owner, and what it does not."""

import os
import subprocess
import sys
from pathlib import Path

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
