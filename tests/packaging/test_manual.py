"""What the package makes from the code: manual pages, settings file, completion; nothing is missing in them."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from cally.cli.commands import cally
from cally.config import SETTINGS, load
from deb import build, manual

EPOCH = 1_790_000_000
NAMES = [name for name, _ in manual.commands()]


@pytest.fixture(scope="module")
def page() -> str:
    """cally(1), as it is stored."""
    return manual.command_page(EPOCH)


@pytest.mark.parametrize(("name", "command"), [pytest.param(*entry, id=entry[0]) for entry in manual.commands()])
def test_the_manual_describes_every_command(page: str, name: str, command: click.Command):
    """A heading, its own help, and every option."""
    section = page.partition(f"\n.SS {name.replace('-', chr(92) + '-')}")[2].partition("\n.SS ")[0]
    assert section.count(".TP") >= len([param for param in command.params if isinstance(param, click.Option)])
    assert (command.help or "").split()[0] in section


def test_the_commands_are_those_of_the_table():
    """None is left out by the walk through the groups."""
    assert {name.split()[1] for name in NAMES} == set(cally.list_commands(click.Context(cally)))


def test_the_manual_describes_every_setting():
    """cally.toml(5) has each key, and the file that is installed has each that the unit leaves open."""
    page, file = manual.settings_page(EPOCH), manual.settings_file()
    for setting in SETTINGS:
        assert rf"\fB{setting.field}\fR" in page
        assert (f"#{setting.field} = " in file) == (setting.name not in manual.UNIT_SETS)


def test_the_settings_file_can_be_used_line_by_line(tmp_path: Path):
    """Taken out of their comments, the lines are the defaults."""
    lines = manual.settings_file().splitlines()
    bare = "\n".join(line.removeprefix("#") for line in lines if not line.startswith("# "))
    (tmp_path / "cally.toml").write_text(bare)
    assert tomllib.loads(bare)
    chosen, default = load({}, tmp_path / "cally.toml"), load({})
    for setting in SETTINGS:
        assert getattr(chosen, setting.field) == getattr(default, setting.field)


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man here")
@pytest.mark.parametrize("make", [manual.command_page, manual.settings_page])
def test_man_reads_the_pages_without_a_complaint(tmp_path: Path, make: "type[manual.command_page]"):
    """As lintian looks at it."""
    (tmp_path / "page").write_text(make(EPOCH), encoding="utf-8")
    words = ["man", "--warnings=w", "--local-file", str(tmp_path / "page")]
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    ran = subprocess.run(words, capture_output=True, text=True, env=environ, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_manual_is_the_same_wherever_it_is_made(monkeypatch: pytest.MonkeyPatch, page: str):
    """Its date is the build's, in UTC."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert '"2026-09-21"' in page.splitlines()[0]
    assert manual.command_page(EPOCH) == page


def test_tab_completes_commands_and_options(tmp_path: Path):
    """bash with the completion of the package, and a `cally` on the path."""
    program = tmp_path / "cally"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m cally "$@"\n')
    program.chmod(0o755)
    (tmp_path / "completion").write_text(build.completion())
    for typed, wanted in (("tok", "token"), ("key sh", "show-recovery"), ("serve --he", "--help")):
        script = f"source {tmp_path}/completion; COMP_WORDS=(cally {typed}); COMP_CWORD={len(typed.split())}"
        environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        ran = subprocess.run(
            ["bash", "-c", f'{script}; _cally_completion cally; echo "${{COMPREPLY[@]}}"'],
            capture_output=True,
            text=True,
            env=environ,
            check=True,
        )
        assert ran.stdout.split() == [wanted]
