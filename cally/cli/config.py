"""`cally config`: every setting, what it is now, and where that comes from."""

import click

from cally.cli.printing import json_option, print_json, print_table
from cally.cli.running import settings
from cally.config import described


@click.command()
@json_option
def config(as_json: bool) -> None:
    """List the settings with value (secrets masked), origin and meaning."""
    found = described(settings())
    if as_json:
        print_json(found)
        return
    rows = [[entry.name, entry.value or "–", entry.origin, entry.meaning] for entry in found]
    print_table(["NAME", "VALUE", "FROM", "MEANING"], rows)
