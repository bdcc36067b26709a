"""`cally version`: which Cally this is, and what it stands on."""

import platform

import click

from cally import __version__
from cally.cli.printing import json_option, print_json
from cally.model.zones import tzdata_version
from cally.store.shell import sqlite_version


@click.command()
@json_option
def version(as_json: bool) -> None:
    """Print the version of Cally, Python, SQLite and the time zone rules."""
    found = {
        "cally": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite_version(),
        "tzdata": tzdata_version(),
    }
    if as_json:
        print_json(found)
    else:
        click.echo(f"cally {found['cally']}")
        click.echo(f"Python {found['python']}, SQLite {found['sqlite']}, time zone rules {found['tzdata']}")
