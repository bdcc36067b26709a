"""The units: systemd understands them, each line says why it is there, and the sandbox is as tight as promised."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deb import units
from tests.packaging.conftest import ROOT

UNITS = ROOT / "packaging" / "systemd"
SERVICES = ("cally.service", "cally-pyz.service")
MOST_EXPOSED = 13  # tenths
WHAT_IT_IS = re.compile(r"^(Description|Documentation|WantedBy)=")

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")


@pytest.fixture
def laid(tmp_path: Path) -> Path:
    """The units in a folder, with programs that are there."""
    for name in (*SERVICES, "cally.socket"):
        text = (UNITS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    return tmp_path


@needs_systemd
@pytest.mark.parametrize("name", [*SERVICES, "cally.socket"])
def test_systemd_understands_every_line(laid: Path, name: str):
    """No unknown key, no value that is passed over."""
    words = ["systemd-analyze", "verify", "--man=no", str(laid / name)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_the_sandbox_leaves_little_open(laid: Path, name: str):
    """systemd's own judgement, 0 to 10, without the service running."""
    words = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(laid / name)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-200:]


@pytest.mark.parametrize("name", [*SERVICES, "cally.socket"])
def test_every_line_says_why_it_is_there(name: str):
    """A reason stands above each, or above the group that it is in; a line without one joins those that have it."""
    reason = False
    for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("["):
            reason = False
        elif line.startswith("#"):
            reason = len(line) > 10
        else:
            assert reason or WHAT_IT_IS.match(line) or line.startswith("SyslogIdentifier="), line


def test_the_unit_of_the_one_file_follows_that_of_the_package():
    """Made from it: `PYTHONPATH=packaging python -m deb.units` brings it up to date."""
    assert units.ONE_FILE.read_text(encoding="utf-8") == units.for_one_file()


def test_children_may_limit_themselves():
    """`cally.apart` sets limits and steps back; a filter that forbids it would break pictures and calendars."""
    calls = [
        line.partition("=")[2] for line in (UNITS / "cally.service").read_text().splitlines() if "CallFilter" in line
    ]
    assert calls[-1].split() == ["setpriority"]
