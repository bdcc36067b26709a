"""`cally protection`: from where the desk may be reached, and the way back in."""

import click

from cally import brakes
from cally.cli.printing import json_option, print_json
from cally.cli.running import CLI, Instance, run


@click.group()
def protection() -> None:
    """See from where the desk may be reached, and open it again."""


@protection.command()
@json_option
def show(as_json: bool) -> None:
    """Show the networks that may reach the desk and the pages about this server."""

    async def read(instance: Instance) -> dict[str, list[str]]:
        return {part: list(await brakes.allowed(instance.store.reader, part)) for part in brakes.PARTS}

    found = run(read)
    if as_json:
        print_json(found)
        return
    for part, networks in found.items():
        click.echo(f"{part}: {', '.join(networks) or 'from everywhere'}")


@protection.command("open")
def open_() -> None:
    """Let both be reached from everywhere again; it counts at once, while the server runs."""

    async def change(instance: Instance) -> None:
        await brakes.open_all(instance.store, now=instance.now, actor=CLI)

    run(change)
    click.echo("The desk and the pages about this server can be reached from everywhere.")
