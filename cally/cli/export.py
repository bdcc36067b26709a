"""`cally export`: bookings as a file, and the configuration for another instance."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from cally.cli.running import CLI, Instance, account_by_email, run
from cally.errors import invalid
from cally.model.fields import day, instant
from cally.ops.exports import bookings, configuration
from cally.store import audit, hosts

to_option = click.option("--to-file", "file", type=click.Path(path_type=Path, dir_okay=False), help="Else printed.")
STATUSES = ("pending", "confirmed", "declined", "cancelled")
DAY = 86_400


@click.group()
def export() -> None:
    """Take bookings or the configuration along."""


@export.command("bookings")
@click.option("--format", "kind", type=click.Choice(bookings.KINDS), default="csv", show_default=True)
@click.option("--host", metavar="ADDRESS", help="The bookings of this host; else of all.")
@click.option("--from", "from_", metavar="DATE", help="That end after then: a date or an instant, in UTC.")
@click.option("--to", "to", metavar="DATE", help="That start before the end of then.")
@click.option("--status", type=click.Choice(STATUSES), help="With this status alone.")
@click.option("--bom", is_flag=True, help="Mark CSV as UTF-8, which some spreadsheets need.")
@to_option
def bookings_(
    kind: bookings.Kind,
    host: str | None,
    from_: str | None,
    to: str | None,
    status: Any,
    bom: bool,
    file: Path | None,
) -> None:
    """Write bookings as CSV, iCalendar or JSON, of one host or of all."""

    async def write(instance: Instance) -> int:
        db = instance.store.reader
        host_id = (await account_by_email(db, host)).id if host else None
        if host_id is not None and await hosts.by_id(db, host_id) is None:
            raise invalid("host", "This account is an assistant’s, who has no bookings.")
        wanted = bookings.ExportWanted(
            host_id=host_id,
            from_at=_at(from_, "from") if from_ else 0,
            to_at=_at(to, "to", end=True) if to else bookings.EVER,
            status=status,
        )
        async with instance.store.write() as tx:
            subject = f"host:{host_id}" if host_id is not None else "bookings"
            await audit.insert(tx, now=instance.now, actor=CLI, tag="cli:booking:export", subject=subject, format=kind)
        return await _write(bookings.export(db, kind, wanted, bom=bom), out)

    with _opened(file) as out:
        size = run(write)
    if file is not None:
        click.echo(f"{size} bytes written to {file}.", err=True)


@export.command("configuration")
@to_option
def configuration_(file: Path | None) -> None:
    """Write hosts, schedules, teams, event types and time off as JSON, which `cally import` reads back."""

    async def read(instance: Instance) -> bytes:
        content = configuration.as_json(await configuration.configuration(instance.store.reader))
        async with instance.store.write() as tx:
            await audit.insert(tx, now=instance.now, actor=CLI, tag="cli:configuration:export", subject="configuration")
        return content

    with _opened(file) as out:
        out.write(run(read))
        out.flush()
    if file is not None:
        click.echo(f"Written to {file}.", err=True)


async def _write(pieces: AsyncIterator[bytes], out: BinaryIO) -> int:
    size = 0
    async for piece in pieces:
        out.write(piece)
        size += len(piece)
    out.flush()
    return size


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    """The file, for its owner alone, or standard output."""
    if file is None:
        yield sys.stdout.buffer
        return
    try:
        file.touch(mode=0o600)
        out = file.open("wb")
    except OSError as error:
        raise invalid("to-file", f"{file} cannot be written ({error.strerror}).") from error
    with out:
        yield out


def _at(text: str, field: str, *, end: bool = False) -> int:
    """The instant of what was typed; of a date its beginning in UTC, or its end."""
    if len(text) > 10:
        return instant(text, field)
    on = day(text, field)
    return (on.toordinal() - 719_163 + (1 if end else 0)) * DAY
