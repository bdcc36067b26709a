"""`cally doctor --memory`: what the running process uses its memory for, drawn as bars."""

import asyncio
from collections.abc import Sequence

import click

from cally.amounts import amount, duration
from cally.cli.printing import print_json
from cally.cli.running import settings
from cally.ops.memory import MemoryReport, ask_memory
from cally.ops.memory.reporting import Held

WIDTH = 24
LONGEST_NAME = 52
EIGHTHS = " ▏▎▍▌▋▊▉"


def show_memory(*, trace_seconds: int, as_json: bool) -> None:
    """Ask the process that serves this directory, and print what it says."""
    if trace_seconds and not as_json:
        click.echo(f"Watching every allocation for {trace_seconds} seconds; the server is slower meanwhile …", err=True)
    found = asyncio.run(ask_memory(settings().state_dir, trace_seconds=trace_seconds))
    if as_json:
        print_json(found)
        return
    for line in drawn(found):
        click.echo(line)


def drawn(report: MemoryReport) -> list[str]:
    """The report as lines of text."""
    limit = f" of {amount(report.limit_bytes)}" if report.limit_bytes else ""
    share = report.used_bytes / report.limit_bytes if report.limit_bytes else 0.0
    own = report.own_bytes / max(1, report.used_bytes)
    lines = [
        f"Process {report.pid}, up {duration(report.up_seconds)}",
        f"  in memory  {_bar(share)}  {amount(report.used_bytes)}{limit}",
        f"  its own    {_bar(own)}  {amount(report.own_bytes)} come free when it ends",
        f"  objects    {report.objects:,} since the start, {report.kept_objects:,} before; "
        f"collections {' · '.join(f'{number:,}' for number in report.collections)}",
    ]
    lines += _table("Objects by type (their own size)", report.types)
    lines += _table("Our own stores (entries)", report.caches)
    if report.traced_seconds:
        lines += _table(f"What grew within {report.traced_seconds} seconds, by line", report.grown, nothing="Nothing.")
    return lines


def _table(title: str, rows: Sequence[Held], *, nothing: str = "None.") -> list[str]:
    """Each row with a bar: of bytes where they are known, else of entries."""
    if not rows:
        return ["", title, f"  {nothing}"]
    weights = [row.size_bytes if row.size_bytes is not None else row.count for row in rows]
    highest = max(*weights, 1)
    width = min(LONGEST_NAME, max(len(row.name) for row in rows))
    lines = ["", title]
    for row, weight in zip(rows, weights, strict=True):
        size = f"{amount(row.size_bytes):>10}" if row.size_bytes is not None else ""
        lines.append(f"  {_cut(row.name, width):<{width}}  {_bar(weight / highest)}  {row.count:>10,}{size}")
    return lines


def _bar(share: float) -> str:
    """A bar as long as its share, to an eighth of a character; whatever is there at all shows."""
    eighths = max(1, round(min(1.0, share) * WIDTH * 8)) if share > 0 else 0
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (EIGHTHS[rest] if rest else "")).ljust(WIDTH, "·")


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else "…" + name[-(width - 1) :]
