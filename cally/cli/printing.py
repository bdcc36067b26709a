"""What commands print: tables for people, JSON for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime

import click
import msgspec

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(value: object) -> None:
    """JSON on standard output, indented."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns under their heads, as wide as they need to be; the last one runs free."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def moment(instant: int | None) -> str:
    """An instant for people, in UTC and labelled; empty for none."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M UTC") if instant is not None else ""


def rfc3339(instant: int | None) -> str | None:
    """An instant for programs."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant is not None else None
