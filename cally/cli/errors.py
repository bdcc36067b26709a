"""`cally errors`: what failed unexpectedly, by kind, and saying how far one has got with it."""

import click

from cally.cli.printing import json_option, moment, print_json, print_table, rfc3339
from cally.cli.running import CLI, Instance, run
from cally.errors import not_found
from cally.model.errors import ErrorKind
from cally.ops.errors import change_state, error_by_code
from cally.ops.errors.keeping import STATES
from cally.store import error_kinds


@click.group()
def errors() -> None:
    """See what failed unexpectedly."""


@errors.command("list")
@click.option("--state", type=click.Choice([*STATES, "all"]), default="open", show_default=True, help="Which ones.")
@json_option
def list_(state: str, as_json: bool) -> None:
    """List kinds of errors, the latest first."""

    async def read(instance: Instance) -> list[ErrorKind]:
        return await error_kinds.list_all(instance.store.reader)

    found = [one for one in run(read) if state in {one.state, "all"}]
    if as_json:
        print_json([_described(one) for one in found])
        return
    rows = [
        [one.fault.code, one.state, str(one.times), moment(one.last_at), f"{one.fault.type}: {one.fault.message}"[:100]]
        for one in found
    ]
    print_table(["CODE", "STATE", "TIMES", "LAST", "WHAT"], rows)


@errors.command()
@click.argument("code")
@json_option
def show(code: str, as_json: bool) -> None:
    """Show one kind with the way there; CODE is what the page of an error says."""

    async def read(instance: Instance) -> ErrorKind | None:
        return await error_by_code(instance.store.reader, code.strip().lower())

    found = run(read)
    if found is None:
        raise not_found("error")
    if as_json:
        print_json(_described(found))
        return
    fault = found.fault
    facts = {
        "Code": fault.code,
        "State": found.state,
        "Where": fault.place,
        "During": fault.origin,
        "Noted as": fault.said,
        "Times": str(found.times),
        "First": moment(found.first_at),
        "Last": moment(found.last_at),
        "Version": found.version,
    }
    for name, value in facts.items():
        if value:
            click.echo(f"{name + ':':<10} {value}")
    click.echo(f"\n{fault.trace}")


@errors.command()
@click.argument("code")
@click.option("--as", "state", type=click.Choice(STATES), default="resolved", show_default=True, help="What it is now.")
def resolve(code: str, state: str) -> None:
    """Say that a kind is resolved; if it comes back, it is open again. `--as known` counts on and alarms nobody."""

    async def change(instance: Instance) -> ErrorKind:
        return await change_state(instance.store, code.strip().lower(), state, now=instance.now, actor=CLI)

    click.echo(f"{run(change).fault.code} is {state}.")


def _described(one: ErrorKind) -> dict[str, object]:
    return {
        "code": one.fault.code,
        "type": one.fault.type,
        "message": one.fault.message,
        "place": one.fault.place,
        "origin": one.fault.origin,
        "state": one.state,
        "times": one.times,
        "first_at": rfc3339(one.first_at),
        "last_at": rfc3339(one.last_at),
        "version": one.version,
        "trace": one.fault.trace,
    }
