"""`cally import`: what cal.com, Calendly or another Cally has comes over, after a look at what would."""

from pathlib import Path

import click

from cally.cli.printing import json_option, print_json, print_table
from cally.cli.progress import watched
from cally.cli.running import CLI, Instance, run
from cally.errors import invalid
from cally.model.imports import Bundle, ImportChoices, ImportReport, Source, Tally
from cally.model.zones import is_zone
from cally.ops.imports.apart import Wish
from cally.ops.imports.applying import bring
from cally.ops.imports.planning import plan_of
from cally.ops.imports.reading import read_file

SOURCES = {"cal.com": "cal.com", "calendly": "calendly", "cally": "cally"}
SHOWN = 60
BY = "Cally"


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--from", "source", type=click.Choice(list(SOURCES)), help="Where it comes from; else found out.")
@click.option("--dry-run", is_flag=True, help="Say what would come over, and change nothing.")
@click.option("--host", "hosts", multiple=True, metavar="ADDRESS", help="Only what is this host’s; may be repeated.")
@click.option("--tz", default="", metavar="ZONE", help="By which clock a CSV of Calendly was made.")
@click.option("--history", is_flag=True, help="Also bookings that are over, or were called off.")
@click.option("--verified", is_flag=True, help="The hosts’ addresses are known to be right: pages open at once.")
@click.option("--no-invite", is_flag=True, help="Do not write to new hosts.")
@click.option("--tell-guests", is_flag=True, help="Write to the guests of what lies ahead.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def import_(
    file: Path,
    source: Source | None,
    dry_run: bool,
    hosts: tuple[str, ...],
    tz: str,
    history: bool,
    verified: bool,
    no_invite: bool,
    tell_guests: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Bring hosts, event types, schedules, teams, time off and bookings over from cal.com, Calendly or another Cally.

    FILE is a plain SQL dump of cal.com's database (perhaps .gz), what an API answered as JSON (several files in a zip),
    Calendly's CSV of events, or a configuration of `cally export`. Nothing comes twice, however often it is done.
    """
    if tz and not is_zone(tz):
        raise invalid("tz", f"The time zone “{tz[:40]}” is unknown; it should be a name like Europe/Berlin.")
    wish = Wish(name=file.name, source=source, tz=tz, host=hosts[0] if hosts else "")
    bundle = read_file(file, wish)
    choices = ImportChoices(
        hosts=hosts, history=history, verified=verified, invite=not no_invite, tell_guests=tell_guests
    )
    planned = run(lambda instance: _planned(instance, bundle, choices))
    if dry_run:
        _show(planned, as_json, "Would come over")
        return
    if not yes:
        _show(planned, False, "Would come over")
        if not planned.total:
            return
        click.confirm("Bring it over?", abort=True, err=True)
    done = run(lambda instance: _brought(instance, bundle, choices))
    _show(done, as_json, "Came over")


async def _planned(instance: Instance, bundle: Bundle, choices: ImportChoices) -> ImportReport:
    return (await plan_of(instance.store.reader, instance.vault, bundle, choices, now=instance.now)).report()


async def _brought(instance: Instance, bundle: Bundle, choices: ImportChoices) -> ImportReport:
    with watched() as watch:
        watch.begin("Bringing over")

        async def told(done: int, total: int) -> bool:
            watch(done, total)
            return True

        return await bring(
            instance.store, instance.vault, bundle, choices, by=BY, now=instance.now, actor=CLI, told=told
        )


def _show(report: ImportReport, as_json: bool, verb: str) -> None:
    if as_json:
        print_json(report)
        return
    rows = [
        [f"{tally.noun}s" if tally.noun != "time off" else tally.noun, *map(str, _numbers(tally))]
        for tally in report.tallies
    ]
    print_table([verb.upper(), "NEW", "CHANGED", "HERE ALREADY", "LEFT OUT"], rows)
    for note in report.notes[:SHOWN]:
        where = f" ({note.where})" if note.where else ""
        click.echo(f"{note.verb}: {note.noun} “{note.name}”{where}: {note.sentence}")
    more = max(0, len(report.notes) - SHOWN) + report.unsaid
    if more:
        click.echo(f"… and {more} more lines; --json has them.")


def _numbers(tally: Tally) -> tuple[int, ...]:
    return tally.new, tally.changed, tally.known, tally.left_out
