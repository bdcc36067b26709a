"""`cally version`: which Cally this is, and what it stands on."""

import platform

import click

from cally import __version__
from cally.build import Build, build
from cally.cli.printing import json_option, print_json
from cally.model.zones import tzdata_version
from cally.store.shell import sqlite_version


@click.command()
@json_option
def version(as_json: bool) -> None:
    """Print the version of Cally, its build, Python, SQLite and the time zone rules."""
    made = build()
    found = {
        "cally": __version__,
        "build": made.id,
        "commit": made.commit,
        "release_key": made.key_id,
        "python": platform.python_version(),
        "sqlite": sqlite_version(),
        "tzdata": tzdata_version(),
    }
    if as_json:
        print_json(found)
    else:
        click.echo(f"cally {found['cally']}")
        click.echo(_built(made))
        click.echo(f"Python {found['python']}, SQLite {found['sqlite']}, time zone rules {found['tzdata']}")


def _built(made: Build) -> str:
    if made.from_source:
        return "Run from source, not built"
    signed = f"upgrades signed by minisign key {made.key_id}" if made.key_id else "no release key: trusts no upgrade"
    return f"Build {made.id[:16]} of commit {made.short_commit or 'unknown'}, {signed}"
