"""docs/commands.md knows every command and every option."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cally.cli.commands import cally

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def commands(group: click.Group = cally, name: str = "cally") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def section(name: str) -> str:
    """What the page says about a command: from its heading to the next one."""
    found = re.search(rf"^### `{re.escape(name)}\b[^`]*`$(.*?)(?=^#|\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    return found[0] if found else ""


@pytest.mark.parametrize(("name", "command"), [pytest.param(*entry, id=entry[0]) for entry in commands()])
def test_every_command_is_documented(name: str, command: click.Command):
    """A heading of its own, with every option; and its own help says what it does."""
    words = [word for parameter in command.params for word in parameter.opts if word.startswith("--")]
    assert not [word for word in words if word not in section(name)], name
    assert section(name)
    assert command.help


def test_no_command_is_made_up():
    """What the page describes can be typed."""
    known = {name for name, _ in commands()}
    headings = re.findall(r"^### `(cally(?: [a-z][a-z0-9-]*)+)", PAGE.read_text(encoding="utf-8"), re.M)
    assert set(headings) == known
