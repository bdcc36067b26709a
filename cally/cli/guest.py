"""`cally guest`: what is kept about a guest, handed over or erased, for a request that came another way."""

from pathlib import Path

import click

from cally.bookings.erasing import Erasure, erase_again, erase_guest
from cally.bookings.guest_data import as_json, data_of_address
from cally.cli.running import CLI, Instance, run
from cally.store import audit, erased_file
from cally.store.erased_file import parsed

email_option = click.option("--email", required=True, help="The guest's e-mail address.")


@click.group()
def guest() -> None:
    """Hand over or erase what is kept about a guest."""


@guest.command()
@email_option
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else printed.")
def export(email: str, file: Path | None) -> None:
    """Print everything that is kept under an address, as JSON."""

    async def read(instance: Instance) -> bytes:
        data = await data_of_address(instance.store.reader, email, now=instance.now)
        async with instance.store.write() as tx:
            await audit.insert(
                tx,
                now=instance.now,
                actor=CLI,
                tag="cli:guest:export",
                subject="guests",
                bookings=len(data.bookings),
                entries=len(data.waitlist),
            )
        return as_json(data)

    content = run(read)
    if file is None:
        click.echo(content.decode(), nl=False)
        return
    file.touch(mode=0o600)
    file.write_bytes(content)
    click.echo(f"Written to {file}.")


@guest.command()
@email_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Erase everything that is kept under an address; meetings ahead are cancelled first. It cannot be undone."""
    if not yes:
        click.confirm(f"Erase everything about {email}? This cannot be undone", abort=True)

    async def change(instance: Instance) -> Erasure:
        remembered = erased_file.beside(instance.store)
        return await erase_guest(
            instance.store, instance.vault, remembered, email, mail=True, now=instance.now, actor=CLI
        )

    done = run(change)
    if done.waits:
        click.echo(f"{done.cancelled} ahead cancelled. The server erases the guest as soon as everybody has been told.")
        return
    rows = done.bookings + done.brought
    click.echo(f"Erased: {rows} bookings, {done.entries} places in waitlists, {done.messages} messages.")


@guest.command("erase-again")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file erased-guests that was kept; else the one in the state directory.",
)
def again(file: Path | None) -> None:
    """Erase once more who had been erased when an older database was put back; the server does so at each start."""

    kept = parsed(file.read_text(encoding="ascii")) if file else None

    async def change(instance: Instance) -> int:
        known = erased_file.beside(instance.store).read() if kept is None else kept
        return await erase_again(instance.store, instance.vault, known, now=instance.now)

    click.echo(f"{run(change)} addresses had come back and were erased again.")
