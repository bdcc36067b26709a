"""`cally restore`: put a backup in the place of the database, after everything about it was looked at."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cally import clock
from cally.cli.backup_targets import read_secret, secret_option, trusted
from cally.cli.printing import moment
from cally.cli.progress import watched
from cally.cli.recovery import key_options, stated_key
from cally.cli.running import become_owner_of, database_key, opened, settings
from cally.config import Settings
from cally.errors import CallyError
from cally.ops import lock
from cally.ops.backups import names, places, proving, restoring
from cally.ops.backups.making import own_folder
from cally.ops.backups.restoring import Restorable
from cally.ops.backups.running import SCRATCH, alone
from cally.ops.backups.targets.face import Target
from cally.ops.backups.targets.opening import open_target
from cally.ops.backups.threads import silent
from cally.ops.backups.watch import Watch
from cally.store import backups as kept_backups
from cally.vault import Vault


@click.command()
@click.argument("what", metavar="FILE|NAME")
@click.option("--from", "address", help="The place where NAME is kept: a folder, sftp://, s3:// or webdavs://.")
@secret_option
@key_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(
    what: str, address: str | None, secret_file: Path | None, key_file: Path | None, key_stdin: bool, yes: bool
) -> None:
    """Put a backup in the place of the database; the server must not run.

    Every byte is compared first, and the backup is restored into a scratch place, opened, checked and counted. Then it
    is said what was written here since, and asked. The replaced database stays beside it. On a new machine the key is
    given by --key-file or --key-stdin.
    """
    chosen = settings()
    become_owner_of(chosen.state_dir)
    given = stated_key(key_file, stdin=key_stdin)
    secret = read_secret(address, secret_file) if address is not None else {}
    try:
        chosen.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CallyError("settings_wrong", f"{chosen.state_dir} cannot be made ({error.strerror}).") from error
    key = given or _key_here(chosen)
    with lock.hold(chosen.state_dir, now=clock.now()), _scratch(chosen) as scratch:
        restoring.require_same_key(key, chosen.key_file)
        with watched() as watch:
            file, erased = _fetched(chosen, key, what, address, secret, scratch, watch)
            watch.begin("Restoring it in a scratch place, checking and counting")
            prepared = restoring.prepare(file, key, chosen.database_file, scratch, progress=watch)
        _say(prepared, chosen)
        if not yes:
            click.confirm("Put it in the place of the database?", abort=True)
        wrote_key = restoring.keep_key(key, chosen.key_file)
        replaced = restoring.carry_out(prepared, key, chosen.database_file, erased=erased, now=clock.now())
    click.echo("Restored. Start `cally serve`.")
    if wrote_key:
        click.echo(f"The key is in {chosen.key_file}.")
    if replaced is not None:
        click.echo(f"What was there is kept: {replaced}")


def _say(prepared: Restorable, chosen: Settings) -> None:
    manifest, newer = prepared.proof.manifest, prepared.newer
    click.echo(f"Made {moment(manifest.made_at)} by Cally {manifest.cally} ({manifest.why}). {prepared.proof.verdict}")
    if newer is not None:
        click.echo(
            f"Written here since then, and not in it: {newer.bookings:,} bookings, {newer.accounts:,} accounts, "
            f"{newer.audit_entries:,} entries of the audit log."
        )
    elif chosen.database_file.exists():
        click.echo("The database here cannot be read, so nobody can say what was written since then.")


def _key_here(chosen: Settings) -> bytes:
    if not chosen.key_file.exists():
        sentence = (
            f"There is no key at {chosen.key_file}. Give the one of the recovery sheet: "
            "--key-stdin (64 digits on standard input) or --key-file FILE."
        )
        raise CallyError("key_invalid", sentence)
    found = stated_key(chosen.key_file, stdin=False)
    return found if found is not None else database_key(chosen)


@contextmanager
def _scratch(chosen: Settings) -> Iterator[Path]:
    with alone(chosen.state_dir), proving.scratch_folder(chosen.state_dir / SCRATCH, sweep=True) as folder:
        yield folder


def _fetched(
    chosen: Settings, key: bytes, what: str, address: str | None, secret: dict[str, str], scratch: Path, watch: Watch
) -> tuple[Path, str]:
    """The backup as a file, and the list of erased guests from where it is kept."""
    here = next((one for one in (Path(what), own_folder(chosen.state_dir) / what) if one.is_file()), None)
    if address is None and here is not None:
        return here, restoring.erased_beside(here, key)
    return asyncio.run(_brought(chosen, key, what, address, secret, scratch, watch))


async def _brought(
    chosen: Settings, key: bytes, what: str, address: str | None, secret: dict[str, str], scratch: Path, watch: Watch
) -> tuple[Path, str]:
    if address is None:
        target = await _known(chosen, what)
    else:
        known = await trusted(address, secret, chosen.allowed_networks)
        target = open_target(address, known, allowed=chosen.allowed_networks)
    file = scratch / Path(what).name
    try:
        watch.begin("Fetching it")
        await target.get(what, file, watch)
        return file, await _erased(target, key, scratch)
    finally:
        await target.close()


async def _known(chosen: Settings, name: str) -> Target:
    """The place where a backup of that name is kept, as the database here knows it."""
    if chosen.database_file.exists():
        async with opened(chosen) as instance:
            for one in await kept_backups.list_all(instance.store.reader):
                if one.name == name:
                    place = await places.place_by_id(instance.store.reader, one.target_id)
                    return places.opened(
                        place, instance.vault, state_dir=chosen.state_dir, allowed=chosen.allowed_networks
                    )
    raise CallyError(
        "not_found", f"There is no file {name}, and no backup of that name is known; name its place (--from)."
    )


async def _erased(target: Target, key: bytes, scratch: Path) -> str:
    name, file = names.erasures_name(Vault(key).key_id), scratch / "erased"
    if name not in {one.name for one in await target.list_all()}:
        return ""
    await target.get(name, file, silent)
    return await asyncio.to_thread(file.read_text, encoding="ascii", errors="replace")
