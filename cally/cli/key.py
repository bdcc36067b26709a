"""`cally key`: the one secret without which nothing can be read, neither database nor backups."""

import os
import textwrap
from pathlib import Path

import click

from cally.cli.running import database_key, settings
from cally.config import KEY_NAME, Settings
from cally.errors import CallyError, invalid
from cally.ops.backups.trailer import spaced
from cally.vault import Vault, key_from_text, write_key

GROUP = 4
GROUPS_PER_LINE = 8


@click.group()
def key() -> None:
    """Look after the database key."""


@key.command("show-recovery")
def show_recovery() -> None:
    """Print the recovery sheet: the key, and how to open the database with it anywhere."""
    chosen = settings()
    digits = database_key(chosen).hex()
    click.echo(_sheet(digits, str(chosen.database_file), str(_lasting_key_file(chosen))))


@key.command()
@click.option(
    "--with",
    "with_key",
    type=click.Choice(["host", "tpm2", "host+tpm2"]),
    default="host",
    help="What opens it: a secret of this machine's disk, its security chip, or both together.",
)
@click.option("--yes", is_flag=True, help="Do not ask whether the recovery sheet is printed.")
def seal(with_key: str, yes: bool) -> None:
    """Seal the key to this machine, so that a copied state directory opens nothing.

    For root, with the systemd service. The file in the state directory goes; the service reads the sealed key at its
    next start. Another machine, or this one after a new disk or chip, needs the recovery sheet.
    """
    from cally.ops import sealing  # noqa: PLC0415 - heavy: imported where used

    chosen = _for_root()
    if sealing.SEALED.exists():
        raise CallyError("conflict", f"The key is sealed already: {sealing.SEALED}.")
    if not chosen.key_file.exists():
        raise CallyError("not_found", f"There is no key at {chosen.key_file} yet; `cally serve` makes one.")
    text = chosen.key_file.read_text(encoding="ascii")
    _key_in(text, chosen.key_file)
    if not yes:
        click.confirm("Is the recovery sheet (`cally key show-recovery`) printed and locked away?", abort=True)
    sealing.seal(text, with_key=with_key)
    chosen.key_file.unlink()
    click.echo(f"Sealed: {sealing.SEALED}. The file {chosen.key_file} is gone.")
    click.echo("From the next start on, the service reads the sealed key: systemctl restart cally")


@key.command()
def unseal() -> None:
    """Put the sealed key back as a file in the state directory, to move to another machine or to go without."""
    from cally.ops import sealing  # noqa: PLC0415 - heavy: imported where used

    chosen = _for_root()
    if not sealing.SEALED.exists():
        raise CallyError("not_found", f"No key is sealed here: there is no {sealing.SEALED}.")
    place = chosen.state_dir / KEY_NAME
    if place.exists():
        raise CallyError("conflict", f"{place} exists; nothing was changed.")
    write_key(place, _key_in(sealing.opened(), sealing.SEALED))
    os.sync()
    sealing.SEALED.unlink()
    click.echo(f"The key is in {place} again, and no longer sealed.")


def _for_root() -> Settings:
    if os.geteuid() != 0:
        raise invalid("user", "Only root can seal and unseal: sudo cally key …")
    return settings()


def _key_in(text: str, place: Path) -> bytes:
    try:
        return key_from_text(text)
    except ValueError as error:
        raise CallyError("key_invalid", f"{place} does not hold a key of 64 hexadecimal digits.") from error


def _lasting_key_file(chosen: Settings) -> Path:
    """Where the key is to be put on another machine: a sealed one opens on this machine alone."""
    return chosen.state_dir / KEY_NAME if "systemd" in chosen.origins["CALLY_KEY_FILE"] else chosen.key_file


def _sheet(digits: str, database: str, key_file: str) -> str:
    groups = [digits[start : start + GROUP] for start in range(0, len(digits), GROUP)]
    lines = [" ".join(groups[start : start + GROUPS_PER_LINE]) for start in range(0, len(groups), GROUPS_PER_LINE)]
    return textwrap.dedent(
        """\
        CALLY RECOVERY SHEET
        Print this and lock it away. Whoever has it and a copy of the database can read everything;
        without it neither the database nor a backup can be read by anybody.

        Key (64 hexadecimal digits, spaces do not count):
            {key}

        Fingerprint of the key: {fingerprint}
        Database: {database}

        To go on from a backup on another machine, with nothing there yet, type
            cally restore --key-stdin FILE
        and these digits. The names of its backups hold the first half of the fingerprint.

        To go on with a copy of the database: put it there, write the key to
        {key_file} (readable by its owner alone), and start `cally serve`.

        To read database or backup without Cally, with any SQLCipher 4:
            PRAGMA key = "x'the 64 digits'";"""
    ).format(
        key="\n    ".join(lines),
        fingerprint=spaced(Vault(bytes.fromhex(digits)).key_id),
        database=database,
        key_file=key_file,
    )
