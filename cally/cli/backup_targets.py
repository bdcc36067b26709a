"""`cally backup targets`: the places that backups are kept at."""

import sys
from pathlib import Path

import click
import msgspec

from cally.cli.printing import json_option, moment, print_json, print_table
from cally.cli.running import CLI, Instance, run
from cally.errors import CallyError, invalid
from cally.model.backups import BackupTarget
from cally.ops.backups import places
from cally.ops.backups.targets.opening import is_pinned, secrets_of

secret_option = click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help='A file with the secrets as JSON, such as {"password": "…"}; - for standard input.',
)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A place as programs read it; secrets are never shown."""

    id: str
    address: str
    enabled: bool
    fault: str


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def targets(context: click.Context, as_json: bool) -> None:
    """List the places that backups are kept at, and what went wrong there last."""
    if context.invoked_subcommand is None:
        _list(as_json)


@targets.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the places that backups are kept at, and what went wrong there last; as `cally backup targets` alone."""
    _list(as_json)


@targets.command()
@click.argument("address")
@secret_option
def add(address: str, secret_file: Path | None) -> None:
    """Keep backups at one more place: a folder, sftp://, s3:// or webdavs://; it is tested first.

    Secrets are asked for on a terminal, or read from --secret-file. The key of an SFTP server is shown, to be compared.
    """
    secret = read_secret(address, secret_file)

    async def work(instance: Instance) -> str:
        known = await trusted(address, secret, instance.settings.allowed_networks)
        place = await places.add_place(instance.store, instance.vault, address, known, now=instance.now, actor=CLI)
        return await _tested(instance, place)

    click.echo(run(work))


@targets.command("test")
@click.argument("id", type=int)
def test_(id: int) -> None:
    """Put a small file there, find it, fetch it back, remove it."""

    async def work(instance: Instance) -> str:
        return await _tested(instance, await places.place_by_id(instance.store.reader, id))

    click.echo(run(work))


@targets.command()
@click.argument("id", type=int)
def remove(id: int) -> None:
    """Keep backups there no more, and forget its secrets; what is there stays."""

    async def work(instance: Instance) -> None:
        await places.remove_place(instance.store, id, now=instance.now, actor=CLI)

    run(work)
    click.echo("No backups are kept there from now on; those that are there stay.")


def read_secret(address: str, file: Path | None) -> dict[str, str]:
    """The secrets of a place: from a file, or asked for on a terminal. Raises `invalid`."""
    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
            return msgspec.json.decode(text, type=dict[str, str])
        except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
            raise invalid("secret-file", f"{file} does not hold an object of JSON with texts.") from error
    asked = [one for one in secrets_of(address) if one.typed and not one.lines]
    if not sys.stdin.isatty():
        return {}
    return {one.name: click.prompt(one.label, hide_input=True, default="", show_default=False) for one in asked}


async def trusted(address: str, secret: dict[str, str], allowed: tuple[str, ...]) -> dict[str, str]:
    """The secrets with the server's key in them, after somebody has compared it. Raises `target_failed`."""
    if is_pinned(address, secret):
        return secret
    from cally.ops.backups.targets.host_keys import offered_host_key  # noqa: PLC0415 - heavy: for SFTP alone

    offered = await offered_host_key(address, allowed=allowed)
    click.echo(f"The server shows the key {offered.fingerprint}", err=True)
    if not sys.stdin.isatty():
        sentence = (
            f"Nobody has looked at the server's key yet. If it is the right one, give it as host_key: {offered.line}"
        )
        raise CallyError("target_failed", sentence)
    click.confirm("Is this the server's key?", abort=True)
    return {**secret, "host_key": offered.line}


def _list(as_json: bool) -> None:
    async def read(instance: Instance) -> list[BackupTarget]:
        await places.prepare_places(instance.store, instance.now)
        return await places.list_places(instance.store.reader)

    found = run(read)
    if as_json:
        print_json(
            [Shown(id=str(one.id), address=places.label(one), enabled=one.enabled, fault=one.fault) for one in found]
        )
        return
    rows = [(str(one.id), _state(one), moment(one.used_at), places.label(one)) for one in found]
    print_table(("id", "state", "last used", "where"), rows)


async def _tested(instance: Instance, place: BackupTarget) -> str:
    target = places.opened(
        place,
        instance.vault,
        state_dir=instance.settings.state_dir,
        allowed=instance.settings.allowed_networks,
    )
    try:
        return await places.test_place(target)
    finally:
        await target.close()


def _state(place: BackupTarget) -> str:
    if not place.enabled:
        return "off"
    return f"FAILS: {place.fault}" if place.fault else "used"
