"""The one file's start: unpacked once, whole or not at all, for the Python that runs it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.conftest import MINE, OTHER, Build, Start, environment

MANY = 3_000


def test_the_first_start_unpacks_and_the_second_one_runs(build: Build, start: Start, cache: Path):
    """Said once, to people alone."""
    file = build()
    first, second = start(file), start(file)
    assert (first.returncode, second.returncode) == (0, 0)
    assert "Unpacking Cally" in first.stderr
    assert second.stderr == ""
    assert first.stdout == second.stdout
    assert [path.name for path in cache.iterdir() if path.is_dir()] == [Path(first.stdout.split()[0]).name]


def test_only_what_this_python_needs_is_unpacked(build: Build, start: Start):
    """Extension modules of other Pythons stay packed."""
    tree = Path(start(build()).stdout.split()[0])
    assert [path.name for path in tree.glob("*.so")] == [f"fast.{MINE}-linux-gnu.so"]
    assert OTHER not in MINE


def test_the_standard_library_comes_first_and_nothing_else_counts(build: Build, start: Start, tmp_path: Path):
    """Neither what is installed for this Python nor PYTHONPATH can meet Cally."""
    tree, paths, where, *_ = start(build(), PYTHONPATH=str(tmp_path)).stdout.splitlines()
    *library, last = paths.split(os.pathsep)
    assert last == tree
    assert str(Path(os.__file__).parent) in library
    assert not [path for path in library if "-packages" in path or path == str(tmp_path)]
    assert where == f"{tmp_path}/dist/cally.pyz {tmp_path}/dist/cally.pyz"


def test_many_first_starts_at_once_unpack_once(build: Build, cache: Path):
    """The others wait for the first one."""
    words, environ = [sys.executable, str(build())], environment(cache)
    starts = [subprocess.Popen(words, env=environ, stdout=-1, stderr=-1, text=True) for _ in range(6)]
    said = [process.communicate(timeout=60) for process in starts]
    assert {process.returncode for process in starts} == {0}
    assert sum("Unpacking Cally" in err for _, err in said) == 1
    assert len({out for out, _ in said}) == 1


def test_a_start_killed_in_the_middle_leaves_nothing_behind(build: Build, start: Start, cache: Path):
    """What was half made is never run, and goes with the next start."""
    file = build(**{f"module_{number}": b"#" * 200 for number in range(MANY)})
    process = subprocess.Popen([sys.executable, str(file)], env=environment(cache), stdout=-1, stderr=-1)
    _until(lambda: any(cache.glob("new-*/cally/module_1*")))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert not list(cache.glob("build-*"))
    ran = start(file)
    assert ran.returncode == 0
    assert len(list(Path(ran.stdout.split()[0]).glob("cally/module_*.py"))) == MANY
    assert not list(cache.glob("new-*"))


def test_builds_that_nobody_uses_are_removed(build: Build, start: Start, cache: Path):
    """One that still runs keeps its files; they go when it has gone."""
    old, new = build("old.pyz", version=b"1"), build("new.pyz", version=b"2")
    running = subprocess.Popen(
        [sys.executable, str(old), "wait"], env=environment(cache), stdin=-1, stdout=-1, stderr=-1, text=True
    )
    assert running.stdout is not None
    tree = Path(running.stdout.readline().strip())
    assert start(new).returncode == 0
    assert (tree / "cally" / "version.py").read_bytes() == b"1"
    running.communicate("", timeout=60)
    assert start(new).returncode == 0
    assert not tree.exists()
    assert len(list(cache.glob("build-*"))) == 1


def test_a_newer_build_that_is_only_tried_stays(build: Build, start: Start, cache: Path):
    """The older one runs and is started again; the upgrade then need not unpack once more."""
    old, new = build("old.pyz", version=b"1"), build("new.pyz", version=b"2")
    words = [sys.executable, str(old), "wait"]
    running = subprocess.Popen(words, env=environment(cache), stdin=-1, stdout=-1, stderr=-1, text=True)
    assert running.stdout is not None
    assert running.stdout.readline()
    assert "Unpacking" in start(new).stderr
    running.communicate("", timeout=60)
    assert start(old).stderr == ""
    assert start(new).stderr == ""
    assert len(list(cache.glob("build-*"))) == 1


def test_a_build_is_kept_for_every_python_that_runs_it(build: Build, start: Start, cache: Path):
    """The same build, unpacked for another Python, is no old one."""
    file = build()
    tree = Path(start(file).stdout.split()[0])
    other = tree.with_name(tree.name.replace(MINE.replace("cpython-", "cp"), OTHER.replace("cpython-", "cp")))
    other.mkdir()
    assert start(file).returncode == 0
    assert other.is_dir()


def test_a_damaged_file_is_not_run(build: Build, start: Start, cache: Path):
    """One byte is enough; nothing stays in the cache."""
    file = build(big=os.urandom(50_000))
    data = bytearray(file.read_bytes())
    data[data.index(b"cally.tar.xz") + 30_000] ^= 1
    file.write_bytes(data)
    ran = start(file)
    assert ran.returncode == 78
    assert ran.stderr.splitlines()[-1].startswith(f"{file} is damaged")
    assert {path.name for path in cache.iterdir()} == {"lock"}


def test_a_part_of_another_build_is_not_run(build: Build, start: Start, tmp_path: Path, cache: Path):
    """Every checksum of the zip and of xz fits; what was built is another thing."""
    file, foreign = build(), build("foreign.pyz", evil=b"boom")
    import zipfile  # noqa: PLC0415 - here alone

    mixed = tmp_path / "mixed.pyz"
    with zipfile.ZipFile(file) as ours, zipfile.ZipFile(foreign) as theirs, zipfile.ZipFile(mixed, "w") as to:
        for name in ours.namelist():
            to.writestr(name, (theirs if name == "cally.tar.xz" else ours).read(name))
    ran = start(mixed)
    assert (ran.returncode, "not what was built" in ran.stderr) == (78, True)
    assert not list(cache.glob("build-*"))


@pytest.mark.parametrize("name", ["python3.10", "python3.9"])
def test_an_older_python_is_told_in_a_sentence(build: Build, start: Start, name: str):
    """Not by a syntax error."""
    import shutil  # noqa: PLC0415 - here alone

    python = shutil.which(name)
    if python is None or subprocess.run([python, "-V"], capture_output=True, check=False).returncode:
        pytest.skip(f"{name} is not installed")
    ran = start(build(), python=python)
    assert ran.returncode == 78
    assert "Cally needs CPython 3.11, 3.12, 3.13 or 3.14, and this is CPython 3." in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def _until(came: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not came():
        assert time.monotonic() < ends
        time.sleep(0.001)
