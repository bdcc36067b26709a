"""`cally upgrade` and `cally rollback`: another program in the place of this one, rehearsed, with the way back."""

from pathlib import Path

import click
import msgspec

from cally import __version__, clock
from cally.build import build, one_file
from cally.cli.as_owner import as_owner
from cally.cli.printing import moment
from cally.cli.rehearse import compared, print_compared
from cally.cli.running import database_key, settings
from cally.config import Settings
from cally.errors import CallyError
from cally.ops import lock, maintenance
from cally.ops.upgrades import state, switching
from cally.ops.upgrades.compared import Compared
from cally.ops.upgrades.minisign import SUFFIX, public_key, verify
from cally.ops.upgrades.programs import program_at, version_of
from cally.ops.upgrades.switching import PREVIOUS, Upgraded, beside
from cally.ops.upgrades.versions import is_newer, rank
from cally.store.rehearsals import BookedSince

BY = "`cally upgrade`"
MOST_SHOWN = 20
MOST_PROGRAM_BYTES = 1024**3
managed_option = click.option("--managed", is_flag=True, help="Something starts the server anew when it ends.")
wait_option = click.option("--wait", type=click.IntRange(1), default=900, show_default=True, help="Seconds to be well.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--signature", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Else FILE.minisig.")
@click.option("--key", help="A release key to trust instead of the one built in.")
@click.option("--unsigned", is_flag=True, help="Take a file that nobody has signed.")
@click.option("--accept-differences", is_flag=True, help="Go on though guests would notice something.")
@managed_option
@wait_option
def upgrade(
    file: Path,
    signature: Path | None,
    key: str | None,
    unsigned: bool,
    accept_differences: bool,
    managed: bool,
    wait: int,
) -> None:
    """Put a newer version (its one file, signed) in the place of this one.

    Checks the signature, rehearses, switches maintenance mode on, makes a snapshot, replaces the program, lets the
    service manager start it, and waits until it is well; if it is not, everything is put back by itself. The former
    program stays as `….previous`: `cally rollback` goes back to it.
    """
    program, chosen = _this_file(), settings()
    data = _trusted(file, signature, key or chosen.release_key or build().release_key, unsigned=unsigned)
    held = _served(chosen, managed=managed)
    new = switching.store_new(program, data)
    try:
        version = as_owner(chosen.state_dir, str, lambda: version_of(program_at(new)))
        _require_forward(version)
        click.echo(f"From Cally {__version__} to {version}.")
        if chosen.database_file.exists():
            _rehearse(chosen, new, accept=accept_differences)
        _change(chosen, program, new, version, held, wait=wait)
    finally:
        new.unlink(missing_ok=True)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@managed_option
@wait_option
def rollback(yes: bool, managed: bool, wait: int) -> None:
    """Go back to the program from before the last upgrade, and to its snapshot where the database went forward.

    Says what was booked since then and would be lost, and asks. The newer program and database are kept beside.
    """
    program, chosen = _this_file(), settings()
    journal = switching.read_journal(chosen.state_dir)
    if journal is None or not beside(program, PREVIOUS).exists():
        raise CallyError("not_found", "There is no upgrade here that could be taken back.")
    held = _served(chosen, managed=managed)
    schema = as_owner(chosen.state_dir, int, lambda: state.schema_of(chosen.database_file, database_key(chosen)))
    forward = schema != journal.schema
    click.echo(f"Back from Cally {journal.to_version} to {journal.from_version}.")
    if forward:
        _say_lost(chosen, journal)
    if not yes:
        click.confirm("Go back?", abort=True)
    with maintenance.during(chosen.state_dir, reason="", by="`cally rollback`", now=clock.now()):
        _go_back(chosen, program, journal, restore=forward)
        if held is not None:
            _wait(chosen, journal.from_version, held, wait)
    as_owner(chosen.state_dir, type(None), lambda: switching.forget_journal(chosen.state_dir))
    click.echo(f"Cally {journal.from_version} is back.")


def _this_file() -> Path:
    program = one_file()
    if program is not None:
        return program.resolve()
    sentence = (
        "This Cally does not run from its one file. A package: `sudo apt install ./cally_….deb`. A source tree: stop "
        "Cally, `git pull`, start it. Both make a snapshot at the start; `cally rehearse` looks beforehand."
    )
    raise CallyError("conflict", sentence)


def _trusted(file: Path, signature: Path | None, key: str | None, *, unsigned: bool) -> bytes:
    """The bytes of the file, read once: what is checked is what will run."""
    with file.open("rb") as reading:
        data = reading.read(MOST_PROGRAM_BYTES)
    if unsigned:
        click.echo("WARNING: the signature is not looked at (--unsigned). Whoever made this file can read everything.")
        return data
    if not key:
        sentence = "This build has no release key built in: give one (--key, CALLY_RELEASE_KEY), or say --unsigned."
        raise CallyError("signature_refused", sentence)
    named = signature or file.with_name(file.name + SUFFIX)
    if not named.exists():
        raise CallyError("signature_refused", f"There is no signature {named}; nothing was changed.")
    trusted = public_key(key)
    comment = verify(data, named.read_text(encoding="utf-8", errors="replace"), trusted)
    click.echo(f"Signed with the release key {trusted.shown}: {comment}")
    return data


def _served(chosen: Settings, *, managed: bool) -> int | None:
    held = lock.holder(chosen.state_dir) if chosen.state_dir.exists() else None
    if held is None or managed or switching.is_managed(held[0]):
        return held[0] if held is not None else None
    sentence = (
        f"Process {held[0]} serves {chosen.state_dir}, and no service manager was found that would start it anew. Stop "
        "it, type this again, then start it; or say --managed if something does start it by itself."
    )
    raise CallyError("conflict", sentence)


def _require_forward(version: str) -> None:
    if rank(version) is None:
        raise CallyError("conflict", f"{version} is no version that could be compared with {__version__}.")
    if is_newer(__version__, version):
        raise CallyError("conflict", f"This is Cally {version}, older than {__version__}; `cally rollback` goes back.")


def _rehearse(chosen: Settings, new: Path, *, accept: bool) -> None:
    found = as_owner(chosen.state_dir, Compared, lambda: compared(new))
    print_compared(found)
    if found.differs and not accept:
        raise CallyError("conflict", "Nothing was changed. If this is as it should be: --accept-differences.")


def _change(chosen: Settings, program: Path, new: Path, version: str, held: int | None, *, wait: int) -> None:
    now, database = clock.now(), chosen.database_file
    if not chosen.state_dir.exists():
        switching.switch(program, new)
        click.echo(f"{program} is Cally {version} now.")
        return
    with maintenance.during(chosen.state_dir, reason="", by=BY, now=now):
        click.echo("Maintenance mode is on.")

        def prepared() -> Upgraded:
            key = database_key(chosen, make=True)
            there = database.exists()
            made = Upgraded(
                at=now,
                program=str(program),
                from_version=__version__,
                to_version=version,
                schema=state.schema_of(database, key) if there else 0,
                snapshot=state.take_snapshot(database, key, now=now) if there else None,
            )
            switching.write_journal(chosen.state_dir, made)
            return made

        journal = as_owner(chosen.state_dir, Upgraded, prepared)
        click.echo(f"A snapshot was made and proved: {journal.snapshot or 'of nothing'}")
        switching.switch(program, new)
        click.echo(f"{program} is Cally {version} now; the former one is {beside(program, PREVIOUS).name}.")
        if held is None:
            click.echo("No server runs; the next start brings the database up to date.")
            return
        try:
            switching.restart(chosen.state_dir, held)
            _wait(chosen, version, held, wait)
        except CallyError as error:
            _undo(chosen, program, journal, error, wait)
    click.echo(f"Cally {version} serves, and is well.")


def _undo(chosen: Settings, program: Path, journal: Upgraded, error: CallyError, wait: int) -> None:
    """The new version is not well: everything as it was, then say so. Nothing was booked since the snapshot."""
    click.echo(f"{error.sentence} Going back.")
    schema = as_owner(chosen.state_dir, int, lambda: state.schema_of(chosen.database_file, database_key(chosen)))
    _go_back(chosen, program, journal, restore=schema != journal.schema)
    _wait(chosen, journal.from_version, 0, wait)
    sentence = f"{error.sentence} Cally {journal.from_version} is back, with everything as it was."
    raise CallyError("upgrade_failed", sentence)


def _go_back(chosen: Settings, program: Path, journal: Upgraded, *, restore: bool) -> None:
    """The database first: a new program finds its way from an old one, but not the other way round."""
    now = clock.now()
    undoing = msgspec.structs.replace(journal, undoing_until=now + switching.UNDOING_SECONDS)
    as_owner(chosen.state_dir, type(None), lambda: switching.write_journal(chosen.state_dir, undoing))
    with switching.without_server(chosen.state_dir, now=now):
        if restore and journal.snapshot is not None:
            snapshot = Path(journal.snapshot)
            kept = as_owner(
                chosen.state_dir,
                str,
                lambda: state.go_back_to(snapshot, chosen.database_file, database_key(chosen), now=now),
            )
            click.echo(f"The snapshot is in place again; the newer database is kept: {kept}")
        switching.switch_back(program)


def _wait(chosen: Settings, version: str, not_pid: int, seconds: int) -> None:
    click.echo(f"Waiting for Cally {version} …")
    switching.wait_until_healthy(chosen.state_dir, version, click.echo, not_pid=not_pid, seconds=seconds)


def _say_lost(chosen: Settings, journal: Upgraded) -> None:
    if journal.snapshot is None:
        raise CallyError("conflict", "The database went forward, and there is no snapshot from before.")
    snapshot = Path(journal.snapshot)
    found = as_owner(
        chosen.state_dir,
        list[BookedSince],
        lambda: state.booked_since(snapshot, chosen.database_file, database_key(chosen)),
    )
    click.echo(f"The database went forward, so the snapshot of {moment(journal.at)} takes its place.")
    if not found:
        click.echo("Nothing was booked since then; other changes since then are lost.")
        return
    click.echo(f"Lost would be, among other changes, {len(found)} bookings made since then:")
    for one in found[:MOST_SHOWN]:
        click.echo(f"    {one.guest_name}, {moment(one.starts_at)}, booked {moment(one.created_at)} ({one.uid})")
    if len(found) > MOST_SHOWN:
        click.echo(f"    … and {len(found) - MOST_SHOWN} more")
