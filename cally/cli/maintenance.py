"""`cally maintenance`: keep everybody from changing anything for a while, and let them again."""

import click

from cally import clock
from cally.cli.printing import json_option, moment, print_json
from cally.cli.running import become_owner_of, settings
from cally.errors import CallyError
from cally.ops import maintenance as mode


@click.group()
def maintenance() -> None:
    """Switch maintenance mode on or off: pages stay readable, changes wait."""


@maintenance.command()
@click.option("--reason", default="", help="A line that guests read.")
@click.option("--minutes", type=int, help="How long it is likely to take.")
def on(reason: str, minutes: int | None) -> None:
    """Keep everybody from booking and changing, until it is switched off. Works without the database."""
    chosen = settings()
    become_owner_of(chosen.state_dir)
    if not chosen.state_dir.is_dir():
        raise CallyError("not_found", f"There is no {chosen.state_dir}; `cally serve` makes it.")
    made = mode.begin(
        chosen.state_dir, reason=reason, by="the operator, at the machine", minutes=minutes, now=clock.now()
    )
    click.echo(f"Maintenance mode is on{_until(made)}: pages can be read, nothing can be booked or changed.")


@maintenance.command()
def off() -> None:
    """Let everybody book and change again."""
    chosen = settings()
    become_owner_of(chosen.state_dir)
    was_on = mode.end(chosen.state_dir)
    click.echo("Maintenance mode is off." if was_on else "Maintenance mode was off already.")


@maintenance.command()
@json_option
def status(as_json: bool) -> None:
    """Say whether it is on, since when, and by whom."""
    chosen = settings()
    become_owner_of(chosen.state_dir)
    found = mode.current(chosen.state_dir)
    if as_json:
        print_json({"on": found is not None, "maintenance": found})
    elif found is None:
        click.echo("Maintenance mode is off.")
    else:
        click.echo(f"Maintenance mode is on since {moment(found.since)}{_until(found)}, by {found.by}.")
        if found.reason:
            click.echo(f"Guests read: {found.reason}")


def _until(found: mode.Maintenance) -> str:
    return f", likely until {moment(found.until)}" if found.until is not None else ""
