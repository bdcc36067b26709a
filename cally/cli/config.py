"""`cally config`: every setting, what it is now, and where that comes from; and whether they are all right."""

import click

from cally.cli.printing import json_option, print_json, print_table
from cally.cli.running import settings
from cally.config import described


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def config(context: click.Context, as_json: bool) -> None:
    """List the settings with value (secrets masked), origin and meaning."""
    if context.invoked_subcommand is not None:
        return
    found = described(settings())
    if as_json:
        print_json(found)
        return
    rows = [[entry.name, entry.value or "–", entry.origin, entry.meaning] for entry in found]
    print_table(["NAME", "VALUE", "FROM", "MEANING"], rows)


@config.command()
def check() -> None:
    """Say whether every setting is right; exit 78 with all that are wrong, one a line. Opens no database."""
    settings()
    click.echo("Every setting is right.")
