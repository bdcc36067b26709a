"""`cally rehearse`: another version answers on a copy, and what guests would notice is said before anything changes."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from cally import clock
from cally.cli.printing import json_option, print_json
from cally.cli.progress import watched
from cally.cli.running import database_key, settings
from cally.errors import CallyError
from cally.ops.upgrades import programs
from cally.ops.upgrades.answers import answers
from cally.ops.upgrades.compared import Compared, SlotsCompared
from cally.ops.upgrades.rehearsal import DAYS
from cally.ops.upgrades.rehearsal import rehearse as rehearsed

MOST_NAMED = 5


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--days", type=click.IntRange(1, 400), default=DAYS, show_default=True, help="How far to look ahead.")
@json_option
def rehearse(file: Path, days: int, as_json: bool) -> None:
    """Let another version of Cally (its one file, a source tree, an unpacked package) answer on a copy.

    The copy is brought up to date by it and compared: the free slots of every event type, bookings ahead, rows,
    soundness. Works while the server runs, sends nothing, changes nothing. Exit 1 when a guest would notice something.
    It runs FILE: use one that you trust.
    """
    found = compared(file, days=days)
    if as_json:
        print_json(found)
    else:
        print_compared(found)
    raise SystemExit(1 if found.differs else 0)


def compared(file: Path, *, days: int = DAYS) -> Compared:
    """What comes of a rehearsal with the program at that place."""
    chosen = settings()
    key = database_key(chosen)
    with watched() as watch:
        made = rehearsed(
            programs.program_at(file),
            chosen.database_file,
            key,
            now=clock.now(),
            days=days,
            heard=watch.begin,
            progress=watch,
            config=click.get_current_context().find_root().obj,
        )
        return asyncio.run(made)


def print_compared(found: Compared) -> None:
    """What differs, in words and drawn."""
    click.echo(
        f"Cally {found.version[0]} (schema {found.schema[0]}) and {found.version[1]} (schema {found.schema[1]}): "
        f"bringing the copy up to date took {found.migrated_seconds:.1f} seconds."
    )
    different = [one for one in found.event_types if one.differs]
    slots = sum(one.before for one in found.event_types)
    said = f"{len(found.event_types)} event types, {slots:,} free slots in {found.days} days"
    click.echo(f"{said}: all as they were." if not different else f"{said}; different with {len(different)}:")
    for one in different:
        _print_slots(one)
    click.echo(f"{found.bookings_ahead:,} bookings ahead: " + ("different:" if found.bookings else "all as they were."))
    for sentence in found.bookings[:MOST_NAMED]:
        click.echo(f"    {sentence}")
    for table, (before, after) in found.counts.items():
        click.echo(f"Rows of {table}: {before:,} before, {after:,} after.")
    for sentence in found.settings:
        click.echo(f"It does not take a setting: {sentence}")
    for fault in found.faults:
        click.echo(f"FAULT: {fault}")
    click.echo("Guests would notice a difference." if found.differs else "No guest would notice a difference.")


def _print_slots(one: SlotsCompared) -> None:
    click.echo(f"    {one.name}: {one.before:,} before, {one.after:,} after. {one.fault}".rstrip())
    click.echo(f"      {one.drawn}   · as it was, + more, − fewer, ± others")
    for sign, slots in (("+", one.appeared), ("−", one.disappeared)):
        for start, end, seats in slots[:MOST_NAMED]:
            times = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M") for at in (start, end))
            click.echo(f"      {sign} {' to '.join(times)} UTC, seats left {seats}")
        if len(slots) > MOST_NAMED:
            click.echo(f"      {sign} … and {len(slots) - MOST_NAMED:,} more")


@click.group(hidden=True)
def rehearsal() -> None:
    """What another version asks this one."""


@rehearsal.command()
@click.option("--days", type=click.IntRange(1, 400), default=DAYS)
@click.option("--now", type=int, required=True)
def answer(days: int, now: int) -> None:
    """Bring the database of CALLY_STATE_DIR, a copy, up to date, and print what this version makes of it."""
    import msgspec  # noqa: PLC0415 - only here

    chosen = settings()
    if chosen.state_dir.parent.name != "rehearsals":
        raise CallyError("conflict", "This is for copies alone, in the folder `rehearsals` of a state directory.")
    key = database_key(chosen)

    async def told() -> None:
        async for line in answers(chosen.database_file, key, now=now, days=days):
            click.echo(msgspec.json.encode(line).decode())

    asyncio.run(told())
