"""`cally db`: the encrypted database itself, for those who want to look."""

import sys

import click

from cally.cli.diagram import mermaid
from cally.cli.printing import json_option, print_json
from cally.cli.running import Instance, database_key, run, settings
from cally.store import integrity, occupancy
from cally.store.schema import tables
from cally.store.shell import run_shell


@click.group()
def db() -> None:
    """Look into the encrypted database."""


@db.command()
@click.argument("statements", nargs=-1, metavar="[SQL]…")
def shell(statements: tuple[str, ...]) -> None:
    """Open an SQL prompt on the database, or run SQL given as words or on standard input.

    Works while the server runs. The database's own guard stands: an overlapping claim is refused here too. What is
    typed is kept in no history file. Exits with 1 when a statement failed.
    """
    chosen = settings()
    secret = database_key(chosen)
    ok = run_shell(chosen.database_file, secret, statements=statements, stdin=sys.stdin, stdout=sys.stdout)
    raise SystemExit(0 if ok else 1)


@db.command()
@json_option
def check(as_json: bool) -> None:
    """Read the whole file: is every page and reference sound, does no claim overlap another? Exit 1 if not."""

    async def look(instance: Instance) -> dict[str, list[str]]:
        pairs = await occupancy.list_overlaps(instance.store.reader)
        return {
            "faults": await integrity.faults(instance.store.reader),
            "overlaps": [f"{one} and {other}" for one, other in pairs],
        }

    found = run(look)
    wrong = [*found["faults"], *(f"These claims overlap: {pair}" for pair in found["overlaps"])]
    if as_json:
        print_json({"ok": not wrong, **found})
    else:
        click.echo("\n".join(wrong) or "Every page and reference is sound, and no claim overlaps another.")
    raise SystemExit(1 if wrong else 0)


@db.command()
@click.option("--markdown", is_flag=True, help="As a page of Markdown around the diagram.")
def erd(markdown: bool) -> None:
    """Print the schema as a Mermaid diagram; needs no database."""
    drawn = mermaid(tables())
    click.echo(f"# The schema\n\n```mermaid\n{drawn}\n```" if markdown else drawn)
