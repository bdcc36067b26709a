"""`cally lockout`: who may not try to sign in right now, and letting them."""

import click

from cally import accounts
from cally.accounts import Lockout
from cally.cli.printing import json_option, moment, print_json, print_table, rfc3339
from cally.cli.running import CLI, Instance, run


@click.group()
def lockout() -> None:
    """See and lift lockouts."""


@lockout.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List who must wait before the next sign-in is judged."""

    async def read(instance: Instance) -> list[Lockout]:
        return await accounts.lockouts(instance.store.reader, instance.now)

    found = run(read)
    if as_json:
        print_json([_described(one) for one in found])
        return
    rows = [[str(one.id), one.kind, one.network, one.account, str(one.count), moment(one.until)] for one in found]
    print_table(["ID", "BY", "NETWORK", "ACCOUNT", "FAILED", "UNTIL"], rows)


@lockout.command("lift")
@click.argument("id", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="Lift every lockout.")
def lift_(id: int | None, every: bool) -> None:
    """Let the next sign-in be judged at once; a running server notices."""
    if (id is None) is not every:
        raise click.UsageError("Name one lockout by its id, or all with --all.")

    async def change(instance: Instance) -> int:
        known = await accounts.lockouts(instance.store.reader, instance.now)
        wanted = [one.id for one in known] if id is None else [id]
        for one in wanted:
            await accounts.lift(instance.store, one, now=instance.now, actor=CLI)
        return len(wanted)

    count = run(change)
    click.echo("The lockout is lifted." if count == 1 else f"{count} lockouts are lifted.")


def _described(one: Lockout) -> dict[str, object]:
    return {
        "id": str(one.id),
        "by": one.kind,
        "network": one.network,
        "account": one.account,
        "failed": one.count,
        "until": rfc3339(one.until),
    }
