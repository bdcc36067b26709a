"""`cally token`: what programs sign in to the API with."""

import click

from cally import accounts
from cally.cli.printing import json_option, moment, print_json, print_table, rfc3339
from cally.cli.running import CLI, Instance, account_by_email, run
from cally.model.accounts import SCOPES, ApiToken

account_option = click.option("--account", required=True, help="The e-mail address of the account it acts for.")


@click.group()
def token() -> None:
    """Make, list and revoke tokens for the API."""


@token.command()
@account_option
@click.option("--scopes", required=True, help=f"Parted by commas: {', '.join(SCOPES)}.")
@click.option("--expires", "days", type=int, metavar="DAYS", help="After how many days it ends; never unless given.")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@json_option
def create(account: str, scopes: str, days: int | None, name: str, as_json: bool) -> None:
    """Make a token and print it, once: it cannot be shown again."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]

    async def make(instance: Instance) -> tuple[ApiToken, str]:
        owner = await account_by_email(instance.store.reader, account)
        return await accounts.create_token(
            instance.store, account_id=owner.id, name=name, scopes=wanted, days=days, now=instance.now, actor=CLI
        )

    made, secret = run(make)
    if as_json:
        print_json({**_described(made), "token": secret})
    else:
        click.echo(secret)


@token.command("list")
@account_option
@json_option
def list_(account: str, as_json: bool) -> None:
    """List an account's tokens, without their secrets."""

    async def read(instance: Instance) -> list[ApiToken]:
        owner = await account_by_email(instance.store.reader, account)
        return await accounts.list_tokens(instance.store.reader, owner.id)

    found = run(read)
    if as_json:
        print_json([_described(entry) for entry in found])
        return
    print_table(["ID", "NAME", "ENDS", "LAST USED", "SCOPES"], [_row(entry) for entry in found])


@token.command()
@account_option
@click.argument("id", type=int)
def revoke(account: str, id: int) -> None:
    """Make the token of this ID worthless at once."""

    async def change(instance: Instance) -> None:
        owner = await account_by_email(instance.store.reader, account)
        await accounts.revoke_token(instance.store, account_id=owner.id, token_id=id, now=instance.now, actor=CLI)

    run(change)
    click.echo("The token is worthless now.")


def _row(token: ApiToken) -> list[str]:
    ends = moment(token.expires_at) or "never"
    return [str(token.id), token.name, ends, moment(token.last_used_at), " ".join(token.scopes)]


def _described(token: ApiToken) -> dict[str, object]:
    return {
        "id": str(token.id),
        "name": token.name,
        "scopes": token.scopes,
        "created_at": rfc3339(token.created_at),
        "expires_at": rfc3339(token.expires_at),
        "last_used_at": rfc3339(token.last_used_at),
    }
