"""`cally audit`: what was done, and whether the log of it is whole."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
import msgspec

from cally.cli.printing import json_option, moment, print_json, print_table
from cally.cli.running import Instance, run
from cally.model.audit import AuditFilter, ChainVerdict
from cally.model.messages import AuditEntry
from cally.ops import audit_log
from cally.ops.audit_export import KINDS, export, plain
from cally.store import accounts, audit_chain
from cally.store import audit as entries

FILTERS = (
    click.option("--actor", help="In which capacity: host, admin, assistant, guest, cli, system."),
    click.option("--account", help="The e-mail address of who acted, or for whom."),
    click.option("--tag", help="Whole parts of a tag, such as booking:create."),
    click.option("--subject", help="The thing, such as setting:smtp_url or a booking's uid."),
    click.option("--address", help="The network address it came from."),
    click.option("--from", "from_at", metavar="INSTANT", help="From then on, such as 2026-11-24 or 2026-11-24T13:00Z."),
    click.option("--to", "to_at", metavar="INSTANT", help="Before then."),
    click.option("--text", help="Stands anywhere in the entry."),
)


def filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which entries are wanted."""
    for option in reversed(FILTERS):
        command = option(command)
    return command


@click.group()
def audit() -> None:
    """Read the audit log, and check that it is whole."""


@audit.command()
@click.option("--kept", nargs=2, type=(int, str), metavar="N HASH", help="An end of the log that was kept elsewhere.")
@json_option
def verify(kept: tuple[int, str] | None, as_json: bool) -> None:
    """Check every entry against its hash and the one before it; exit 1 at the first that does not fit.

    Entries cut off at the end, or an older file put back, show only against an end that was kept elsewhere: --kept.
    """
    verdict = run(lambda instance: _verified(instance, kept, shown=not as_json and sys.stderr.isatty()))
    if as_json:
        print_json(verdict)
    else:
        click.echo(_said(verdict))
    raise SystemExit(0 if verdict.ok else 1)


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@filtered
@json_option
def list_(limit: int, as_json: bool, **asked: str | None) -> None:
    """List what was done, the latest first."""

    async def read(instance: Instance) -> list[AuditEntry]:
        return await entries.list_latest(instance.store.reader, limit=limit, wanted=await _wanted(instance, asked))

    found = run(read)
    if as_json:
        print_json([plain(entry) for entry in found])
        return
    rows = [[moment(entry.at), entry.actor, entry.address, entry.tag, entry.subject] for entry in found]
    print_table(["WHEN", "WHO", "FROM", "WHAT", "ABOUT"], rows)


@audit.command("export")
@click.option("--format", "kind", type=click.Choice(KINDS), default="jsonl", show_default=True, help="The format.")
@filtered
def export_(kind: str, **asked: str | None) -> None:
    """Print entries for another program: JSON Lines, or CSV whose cells no spreadsheet takes for formulas."""

    async def write(instance: Instance) -> None:
        wanted = await _wanted(instance, asked)
        async for piece in export(instance.store.reader, "csv" if kind == "csv" else "jsonl", wanted):
            click.echo(piece, nl=False)

    run(write)


async def _verified(instance: Instance, kept: tuple[int, str] | None, *, shown: bool) -> ChainVerdict:
    verdict = await _looked(instance, shown=shown)
    if not verdict.ok or kept is None or kept[0] <= verdict.pruned_to:
        return verdict
    there = await audit_chain.hash_at(instance.store.reader, kept[0])
    if there is not None and there.hex() == kept[1].lower():
        return verdict
    fault = "it is another one than was kept elsewhere" if there else "it was kept elsewhere, and is not here"
    return msgspec.structs.replace(verdict, ok=False, fault_id=kept[0], fault=fault)


async def _looked(instance: Instance, *, shown: bool) -> ChainVerdict:
    if not shown:
        return await audit_log.verify(instance.store.reader, now=instance.now)
    from rich.progress import Progress  # noqa: PLC0415 - heavy: only where somebody watches

    with Progress(transient=True) as bar:
        task = bar.add_task("Entries", total=None)
        return await audit_log.verify(
            instance.store.reader,
            now=instance.now,
            progress=lambda done, whole: bar.update(task, completed=done, total=whole),
        )


def _said(verdict: ChainVerdict) -> str:
    lines = []
    if verdict.ok:
        lines.append(f"All {verdict.entries} entries of the audit log fit.")
    else:
        lines.append(f"The audit log does not fit at entry {verdict.fault_id}: {verdict.fault}.")
    if verdict.pruned_to:
        lines.append(f"Entries up to {verdict.pruned_to} were removed after their days; a checkpoint stands for them.")
    if verdict.erased:
        lines.append(f"{verdict.erased} entries have lost address and facts at a guest's request.")
    word = "It ends with" if verdict.ok else "It fits up to"
    return "\n".join([*lines, f"{word} entry {verdict.last_id}, {verdict.hash}"])


async def _wanted(instance: Instance, asked: dict[str, str | None]) -> AuditFilter:
    email = asked.pop("account", None)
    account = await accounts.by_email(instance.store.reader, email.strip().lower()) if email else None
    if email and account is None:
        raise click.UsageError(f"There is no account {email}.")
    return AuditFilter(
        account_id=account.id if account else None,
        from_at=_instant(asked.pop("from_at", None)),
        to_at=_instant(asked.pop("to_at", None)),
        **{name: value or None for name, value in asked.items()},
    )


def _instant(text: str | None) -> int | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"{text} is no date and no instant; write 2026-11-24 or 2026-11-24T13:00Z.") from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
