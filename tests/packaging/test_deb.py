"""The package's own files: scripts that shells accept, a wrapper that finds its way, versions that agree."""

import ast
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bundle.machines import ARCHITECTURES, PYTHONS
from deb import build
from tests.packaging.conftest import ROOT

DEBIAN = ROOT / "packaging" / "debian"
SCRIPTS = [path for path in DEBIAN.iterdir() if path.read_text(encoding="utf-8").startswith("#!/bin/sh")]
ALONE = """
import os, sys
sys.argv = ["/usr/bin/cally", {word!r}]
text = open({wrapper!r}).read().replace({marker!r}, {there!r}).replace("/usr/lib/cally", {library!r})
text = text.replace("os.execv", "(lambda *words: (print('again'), sys.exit(0)))")
exec(text)
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shells_accept_the_scripts(script: Path):
    """Read, not run."""
    subprocess.run(["sh", "-n", str(script)], check=True)


def test_the_package_is_for_the_pythons_and_machines_of_the_bundle():
    """Neither more nor fewer: an extension module is for one Python."""
    control = (DEBIAN / "control").read_text(encoding="utf-8")
    (_, first), (_, last) = PYTHONS[0], PYTHONS[-1]
    assert f"python3 (>= 3.{first})" in control
    assert f"python3 (<< 3.{last + 1})" in control
    assert set(build.ARCHITECTURES.values()) == set(ARCHITECTURES)
    assert f"Architecture: {' '.join(build.ARCHITECTURES)}\n" in control


def test_the_wrapper_keeps_the_machines_own_packages_out():
    """Isolated, without site-packages, writing nothing; and it is Python that 3.11 reads."""
    text = (DEBIAN / "cally.wrapper").read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/python3 -ISB\n")
    ast.parse(text, feature_version=(3, 11))


def wrapper(tmp_path: Path, word: str) -> str:
    """A program that does what /usr/bin/cally does, with an upgrade going on in a folder of ours."""
    (tmp_path / "cally").mkdir()
    (tmp_path / "cally" / "__init__.py").touch()
    (tmp_path / "cally" / "cli.py").write_text("import os\ndef main(): print(os.environ['CALLY_STATE_DIR'])\n")
    return ALONE.format(
        word=word,
        wrapper=str(DEBIAN / "cally.wrapper"),
        marker="/run/cally-upgrade",
        there=str(tmp_path / "upgrade"),
        library=str(tmp_path),
    )


def test_a_start_during_an_upgrade_waits_and_begins_anew(tmp_path: Path):
    """Half of the files are old: nothing is imported before the others are there."""
    (tmp_path / "upgrade").touch()
    words = [sys.executable, "-IS", "-c", wrapper(tmp_path, "serve")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=clean()) as waiting:
        time.sleep(0.5)
        assert waiting.poll() is None
        (tmp_path / "upgrade").unlink()
        assert waiting.communicate(timeout=20)[0] == "again\n"


def test_other_commands_do_not_wait(tmp_path: Path):
    """Only the server would be left in between."""
    (tmp_path / "upgrade").touch()
    words = [sys.executable, "-IS", "-c", wrapper(tmp_path, "version")]
    assert subprocess.check_output(words, text=True, env=clean()) == "/var/lib/cally\n"


def clean() -> dict[str, str]:
    """No settings from the environment of the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CALLY_")}


def test_every_override_of_lintian_says_why():
    """A comment stands above each tag that is passed over."""
    reason = False
    for line in (DEBIAN / "cally.lintian-overrides").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            reason = True
        elif not line:
            reason = False
        else:
            assert reason, line
            assert re.match(r"^cally( \[.*\])?: [a-z-]+", line)
