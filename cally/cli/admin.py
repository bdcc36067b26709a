"""`cally admin`: accounts, from the command line of the machine, which is trusted to name any of them."""

import sys

import click

from cally import accounts, hosts
from cally.accounts.second_factors import Removed, reset_second_factors
from cally.cli.printing import json_option, moment, print_json, print_table, rfc3339
from cally.cli.running import CLI, Instance, account_by_email, run
from cally.model.accounts import Account, Role

email_option = click.option("--email", required=True, help="The account's e-mail address.")
password_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def admin() -> None:
    """Make and manage accounts of admins, hosts and assistants."""


@admin.command()
@email_option
@click.option("--name", required=True, help="What guests read.")
@click.option("--slug", help="The public address /SLUG; made from the name unless given.")
@click.option("--role", type=click.Choice(["admin", "host", "assistant"]), default="admin", show_default=True)
@click.option("--tz", default="UTC", show_default=True, help="The host's time zone, such as Europe/Berlin.")
@click.option("--locale", default="en", show_default=True, help="The host's language.")
@password_option
@json_option
def create(
    email: str, name: str, slug: str | None, role: Role, tz: str, locale: str, password_stdin: bool, as_json: bool
) -> None:
    """Make an account that is verified at once and may publish.

    On a terminal the password is asked for, twice; without one nobody can sign in until `set-password`.
    """
    password = _password(password_stdin)

    async def make(instance: Instance) -> dict[str, object]:
        account = await accounts.create_account(
            instance.store,
            email=email,
            name=name,
            role=role,
            password=password,
            slug=slug,
            tz=tz,
            locale=locale,
            now=instance.now,
            actor=CLI,
            verified=True,
        )
        return await _described(instance, account)

    made = run(make, make=True)
    if as_json:
        print_json(made)
    else:
        page = f", with the page /{made['slug']}" if made["slug"] else ""
        click.echo(f"Made the {role} {name} <{made['email']}>{page}.")
        if password is None:
            click.echo("There is no password yet: `cally admin set-password` sets one.")


@admin.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every account."""

    async def read(instance: Instance) -> list[dict[str, object]]:
        found = await accounts.list_accounts(instance.store.reader)
        return [await _described(instance, account) for account in found]

    found = run(read)
    if as_json:
        print_json(found)
        return
    columns = ("email", "name", "role", "slug", "state")
    rows = [[str(entry[column]) for column in columns] for entry in found]
    print_table(["E-MAIL", "NAME", "ROLE", "PAGE", "STATE"], rows)


@admin.command()
@email_option
def disable(email: str) -> None:
    """Lock an account out at once: sessions, tokens and the public page stop working; bookings stay."""

    async def change(instance: Instance) -> Account:
        account = await account_by_email(instance.store.reader, email)
        return await accounts.disable_account(instance.store, account.id, now=instance.now, actor=CLI)

    click.echo(f"{run(change).email} is locked out.")


@admin.command()
@email_option
def enable(email: str) -> None:
    """Let a disabled account in again."""

    async def change(instance: Instance) -> Account:
        account = await account_by_email(instance.store.reader, email)
        return await accounts.enable_account(instance.store, account.id, now=instance.now, actor=CLI)

    click.echo(f"{run(change).email} may sign in again.")


@admin.command("set-password")
@email_option
@password_option
def set_password(email: str, password_stdin: bool) -> None:
    """Set an account's password; all its sessions end."""
    password = _password(password_stdin)
    if password is None:
        raise click.UsageError("Standard input is not a terminal; give the password with --password-stdin.")

    async def change(instance: Instance) -> Account:
        account = await account_by_email(instance.store.reader, email)
        return await accounts.set_password(instance.store, account.id, password, now=instance.now, actor=CLI)

    click.echo(f"The password of {run(change).email} is set.")


@admin.command("reset-2fa")
@email_option
def reset_2fa(email: str) -> None:
    """Take every second factor of an account away, for somebody who has lost them; all its sessions end."""

    async def change(instance: Instance) -> tuple[Account, Removed]:
        account = await account_by_email(instance.store.reader, email)
        return account, await reset_second_factors(instance.store, account.id, now=instance.now, actor=CLI)

    account, removed = run(change)
    if not (removed.totp or removed.passkeys):
        click.echo(f"{account.email} had no second factor.")
    else:
        app = "the authenticator app, " if removed.totp else ""
        click.echo(
            f"Removed for {account.email}: {app}{removed.passkeys} passkeys, {removed.recovery_codes} recovery codes."
        )
    click.echo(f"{removed.sessions} sessions have ended.")


def _password(from_stdin: bool) -> str | None:
    """From standard input, or asked for twice on a terminal, or none."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        return None
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


async def _described(instance: Instance, account: Account) -> dict[str, object]:
    host = await hosts.host_by_id(instance.store.reader, account.id)
    state = "unverified" if account.verified_at is None else "active"
    return {
        "id": str(account.id),
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "slug": host.slug if host else "",
        "state": state if account.disabled_at is None else f"disabled since {moment(account.disabled_at)}",
        "created_at": rfc3339(account.created_at),
        "disabled_at": rfc3339(account.disabled_at),
    }
