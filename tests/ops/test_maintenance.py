"""Maintenance mode: a file that every process reads, and that outlives whoever wrote it, unless a program holds it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.ops import maintenance
from tests.cast import HOUR, NOW

HOLDER = """
import sys, time
from pathlib import Path
from cally.ops import maintenance
with maintenance.during(Path(sys.argv[1]), reason="", by="an upgrade", now=1):
    print("held", flush=True)
    time.sleep(60)
"""


def on(directory: Path, *, reason: str = "", minutes: int | None = None, now: int = NOW) -> None:
    """Ada switches it on."""
    maintenance.begin(directory, reason=reason, by="Ada", minutes=minutes, now=now)


def test_it_is_off_until_somebody_switches_it_on(tmp_path: Path):
    """And off again afterwards; the file is for its owner alone."""
    assert maintenance.current(tmp_path) is None
    on(tmp_path, reason=" New  disk. ", minutes=30)
    found = maintenance.current(tmp_path)
    assert found is not None
    assert (found.since, found.by, found.until) == (NOW, "Ada", NOW + 1_800)
    assert (tmp_path / maintenance.NAME).stat().st_mode & 0o077 == 0
    assert maintenance.end(tmp_path)
    assert maintenance.current(tmp_path) is None
    assert not maintenance.end(tmp_path)


def test_saying_it_again_keeps_since_when(tmp_path: Path):
    """The reason may change; the beginning does not."""
    on(tmp_path)
    on(tmp_path, reason="Nearly there.", now=NOW + HOUR)
    found = maintenance.current(tmp_path)
    assert found is not None
    assert (found.since, found.reason) == (NOW, "Nearly there.")


@pytest.mark.parametrize(("minutes", "later", "seconds"), [(None, 0, 60), (5, 0, 300), (5, 400, 60), (300, 0, 3_600)])
def test_when_to_come_back_is_a_guess_within_bounds(tmp_path: Path, minutes: int | None, later: int, seconds: int):
    """Never long past the promise, never so far off that nobody comes back."""
    on(tmp_path, minutes=minutes)
    found = maintenance.current(tmp_path)
    assert found is not None
    assert found.retry_after(NOW + later) == seconds


@pytest.mark.parametrize(("reason", "minutes"), [("two\nlines", None), ("x" * 201, None), ("", 0), ("", 99_999)])
def test_nonsense_is_refused(tmp_path: Path, reason: str, minutes: int | None):
    """And then it is not on."""
    with pytest.raises(CallyError, match=r".") as refused:
        on(tmp_path, reason=reason, minutes=minutes)
    assert refused.value.code == "invalid"
    assert maintenance.current(tmp_path) is None


def test_a_file_that_nobody_understands_counts(tmp_path: Path):
    """In doubt nothing is changed; switching it off still works."""
    (tmp_path / maintenance.NAME).write_text("{")
    found = maintenance.current(tmp_path)
    assert found is not None
    assert "cally maintenance off" in found.by
    assert maintenance.end(tmp_path)


def test_what_a_program_holds_ends_with_it_kill_9_included(tmp_path: Path):
    """Nobody else can end it, nobody else can hold it; when its holder is dead, it is over."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        found = maintenance.current(tmp_path)
        assert found is not None
        assert found.held
        for act in (maintenance.end, on, hold_too):
            with pytest.raises(CallyError, match="an upgrade is at work"):
                act(tmp_path)
        os.kill(holder.pid, signal.SIGKILL)
    assert maintenance.current(tmp_path) is None
    hold_too(tmp_path)


def hold_too(directory: Path) -> None:
    """Another program wants to work on the database."""
    with maintenance.during(directory, reason="", by="a restore", now=NOW):
        assert maintenance.current(directory) is not None


def test_a_persons_wish_outlives_a_programs_work(tmp_path: Path):
    """An upgrade during maintenance does not open the pages behind the admin's back."""
    on(tmp_path, reason="New disk.")
    hold_too(tmp_path)
    found = maintenance.current(tmp_path)
    assert found is not None
    assert (found.by, found.reason, found.held) == ("Ada", "New disk.", False)
