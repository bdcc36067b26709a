"""`cally key`: the one secret without which nothing can be read, neither database nor backups."""

import textwrap

import click

from cally.cli.running import database_key, settings

GROUP = 4
GROUPS_PER_LINE = 8


@click.group()
def key() -> None:
    """Look after the database key."""


@key.command("show-recovery")
def show_recovery() -> None:
    """Print the recovery sheet: the key, and how to open the database with it anywhere."""
    chosen = settings()
    digits = database_key(chosen).hex()
    click.echo(_sheet(digits, str(chosen.database_file), str(chosen.key_file)))


def _sheet(digits: str, database: str, key_file: str) -> str:
    groups = [digits[start : start + GROUP] for start in range(0, len(digits), GROUP)]
    lines = [" ".join(groups[start : start + GROUPS_PER_LINE]) for start in range(0, len(groups), GROUPS_PER_LINE)]
    return textwrap.dedent(
        """\
        CALLY RECOVERY SHEET
        Print this and lock it away. Whoever has it and a copy of the database can read everything;
        without it neither the database nor a backup can be read by anybody.

        Key (64 hexadecimal digits, spaces do not count):
            {key}

        Database: {database}

        To go on with it on another machine: copy the database there, write the key to
        {key_file} (readable by its owner alone), and start `cally serve`.

        To read it without Cally, with any SQLCipher 4:
            PRAGMA key = "x'the 64 digits'";"""
    ).format(key="\n    ".join(lines), database=database, key_file=key_file)
