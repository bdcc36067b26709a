"""Folders of tests whose packages come from npm, as their lock has them: fetched once, by the first test."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest


def installed(folder: Path, package: str) -> Path:
    """The folder with its packages, of which `package` is one; skipped where there is no node, but never in CI."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        assert not os.environ.get("CI"), "CI must have node and npm"
        pytest.skip(f"node and npm are needed for {package}")
    with (folder / "package.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several test processes may come here at once
        if not (folder / "node_modules" / package / "package.json").is_file():
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(command, cwd=folder, check=True, timeout=300)
    return folder
