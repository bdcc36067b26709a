"""`cally backup`: make backups, see them, prove them, and say where they are kept."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from cally import clock
from cally.amounts import amount
from cally.cli.backup_targets import targets
from cally.cli.printing import json_option, print_json, print_table, rfc3339
from cally.cli.progress import watched
from cally.cli.recovery import key_options, stated_key
from cally.cli.running import Instance, database_key, run, settings
from cally.errors import not_found
from cally.model.backups import Backup
from cally.ops.backups import proving
from cally.ops.backups.making import snapshot
from cally.ops.backups.places import label, list_places, prepare_places
from cally.ops.backups.running import Backups
from cally.ops.backups.watch import Watch
from cally.store import backups as kept_backups

to_option = click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Keep it in this folder, and nowhere else."
)
HEAD = ("made", "size", "proof", "why", "where", "name")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A backup as programs read it."""

    name: str
    where: str
    why: str
    made_at: str | None
    size_bytes: int
    sound: bool | None
    proved_at: str | None
    verdict: str
    counts: dict[str, int]


@click.group(invoke_without_command=True)
@to_option
@json_option
@click.pass_context
def backup(context: click.Context, to: Path | None, as_json: bool) -> None:
    """Make a backup now, keep it at every place, fetch it back and prove it."""
    if context.invoked_subcommand is None:
        _make_in(to.absolute()) if to is not None else _make(as_json)


@backup.command()
@to_option
@json_option
def now(to: Path | None, as_json: bool) -> None:
    """Make a backup now, keep it at every place, fetch it back and prove it; the same as `cally backup` alone."""
    _make_in(to.absolute()) if to is not None else _make(as_json)


@backup.command("list")
@click.option("--look", is_flag=True, help="See at each place what is there.")
@json_option
def list_(look: bool, as_json: bool) -> None:
    """List what is kept where, the newest first, with what its proof said."""

    async def read(instance: Instance) -> list[Shown]:
        if look:
            await _service(instance, Watch()).refresh()
        return await _shown(instance, await kept_backups.list_all(instance.store.reader))

    _print(run(read), as_json)


@backup.command()
@click.argument("what", metavar="[NAME|FILE]", required=False)
@key_options
@json_option
def verify(what: str | None, key_file: Path | None, key_stdin: bool, as_json: bool) -> None:
    """Prove a backup once more: by its name, as a file, or without either the newest one at every place.

    It is fetched back, every byte is compared, and it is restored into a scratch place, opened, checked and counted.
    With a file and its key no database is needed here. Exit 1 with the reason when it is not good.
    """
    file = Path(what) if what else None
    if file is not None and file.is_file():
        chosen = settings()
        secret = stated_key(key_file, stdin=key_stdin) or database_key(chosen)
        with watched() as watch:
            watch.begin("Restoring it in a scratch place, checking and counting")
            proof = proving.prove(file.absolute(), secret, progress=watch)
        click.echo(proof.verdict)
        return

    async def prove(instance: Instance) -> list[Shown]:
        found = _chosen(await kept_backups.list_all(instance.store.reader), what)
        with watched() as watch:
            for one in found:
                await _service(instance, watch).prove(one)
        proved = [await kept_backups.by_id(instance.store.reader, one.id) for one in found]
        return await _shown(instance, [one for one in proved if one is not None])

    found = run(prove)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one.name} ({one.where}): {one.verdict}")


backup.add_command(targets)


def _make(as_json: bool) -> None:
    async def make(instance: Instance) -> list[Shown]:
        await prepare_places(instance.store, instance.now)
        with watched() as watch:
            made = await _service(instance, watch).make("on demand", now=instance.now)
        proved = [await kept_backups.by_id(instance.store.reader, one.id) for one in made]
        return await _shown(instance, [one for one in proved if one is not None])

    found = run(make)
    if as_json:
        print_json(found)
        return
    for one in found:
        click.echo(f"{one.name} ({amount(one.size_bytes)}) is kept: {one.where}. {one.verdict}")


def _make_in(folder: Path) -> None:
    chosen = settings()
    secret = database_key(chosen)
    with watched() as watch:
        watch.begin("Copying the database")
        file = snapshot(chosen.database_file, secret, folder, why="on demand", now=clock.now(), progress=watch)
        watch.begin("Restoring it in a scratch place, checking and counting")
        proof = proving.prove(file, secret, progress=watch)
    click.echo(f"{file} ({amount(file.stat().st_size)}). {proof.verdict}")


def _service(instance: Instance, watch: Watch) -> Backups:
    return Backups(
        instance.store, instance.vault, allowed=instance.settings.allowed_networks, clock=clock.now, watch=watch
    )


def _chosen(found: Sequence[Backup], name: str | None) -> list[Backup]:
    wanted = name or (found[0].name if found else "")
    chosen = [one for one in found if one.name == wanted]
    if not chosen:
        raise not_found("backup")
    return chosen


async def _shown(instance: Instance, found: Sequence[Backup]) -> list[Shown]:
    places = {place.id: label(place) for place in await list_places(instance.store.reader)}
    return [
        Shown(
            name=one.name,
            where=places.get(one.target_id, ""),
            why=one.why,
            made_at=rfc3339(one.made_at),
            size_bytes=one.size_bytes,
            sound=one.sound,
            proved_at=rfc3339(one.looked_at),
            verdict=one.verdict,
            counts=one.counts,
        )
        for one in found
    ]


def _print(found: Sequence[Shown], as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif not found:
        click.echo("There is no backup yet; `cally backup` makes one.")
    else:
        print_table(HEAD, [_row(one) for one in found])


def _row(one: Shown) -> tuple[str, ...]:
    proof = {None: "not looked at", True: f"proved {one.proved_at}", False: "NOT GOOD"}[one.sound]
    return (one.made_at or "", amount(one.size_bytes), proof, one.why, one.where, one.name)
