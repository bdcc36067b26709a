"""A one file of a few bytes, built like the real one, and a way to start it with a cache of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))

from bundle.machines import ARCHITECTURES  # noqa: E402 - the builders are no part of the program
from bundle.product import Facts  # noqa: E402 - as above
from bundle.trees import BUILD, COMMON, Bundle, Files, identity  # noqa: E402 - as above
from pyz import building  # noqa: E402 - as above

MINE = "cpython-{}{}".format(*sys.version_info[:2])
OTHER = "cpython-311" if sys.version_info[:2] != (3, 11) else "cpython-312"
CLI = b"""
import os, sys, time
def main():
    print(os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
    print(os.pathsep.join(sys.path))
    print(sys.argv[0], vars(sys.modules["__main__"]).get("ONE_FILE"))
    sys.stdout.flush()
    if sys.argv[1:] == ["wait"]:
        sys.stdin.read()
"""
COMMIT_TIME = 1_790_000_000

Started = subprocess.CompletedProcess[str]
Start = Callable[..., Started]
Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build a tiny one file; more `files` of the package make another build."""

    def made(name: str = "cally.pyz", **files: bytes) -> Path:
        to = tmp_path / "dist" / name
        building.build(tiny(files), b"{}", to, tmp_path / "parts")
        return to

    return made


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "cache"


@pytest.fixture
def start(cache: Path) -> Start:
    """Start a file; what came of it."""

    def started(file: Path, *words: str, python: str = sys.executable, **environ: str) -> Started:
        return subprocess.run(
            [python, str(file), *words],
            env=environment(cache, **environ),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return started


def environment(cache: Path, **more: str) -> dict[str, str]:
    """What a start sees: its cache, and nothing of ours."""
    return {"PATH": os.environ["PATH"], "CALLY_CACHE_DIR": str(cache), **more}


def tiny(files: dict[str, bytes]) -> Bundle:
    """A bundle of one small package, with one extension module for each of two Pythons."""
    own: Files = {"cally/__init__.py": b"", "cally/cli/__init__.py": CLI}
    own |= {f"cally/{name}.py": data for name, data in files.items()}
    native: Files = {f"fast.{tag}-linux-gnu.so": tag.encode() for tag in (MINE, OTHER)}
    trees = {COMMON: {**own, "library/__init__.py": b""}, **{name: dict(native) for name in ARCHITECTURES}}
    facts = Facts("0.1.0", "c0ffee", None, COMMIT_TIME)
    build_id = identity(trees, facts)
    trees[COMMON][BUILD] = b"{}"
    return Bundle(trees, {}, facts, build_id, {})
