"""`cally doctor`: every check in words; says what needs a person."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cally.cli.memory import show_memory
from cally.cli.printing import json_option, print_json
from cally.cli.running import Instance, address, run
from cally.ops.doctor import Finding, examine, needs_a_person
from cally.ops.doctor.examining import Progress
from cally.ops.live import Live

MARKS = {"ok": "ok    ", "advice": "advice", "fault": "FAULT "}


@contextmanager
def telling() -> Iterator[Progress]:
    """A line on a terminal that says who is still being asked; elsewhere nothing is said."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy: on a terminal alone

    with Console(stderr=True).status("Looking …") as line:
        yield lambda left: line.update(f"Asking: {', '.join(left)} …" if left else "Looking …")


@click.command()
@click.option("--memory", is_flag=True, help="Ask the running process what it uses its memory for.")
@click.option("--trace", type=click.IntRange(1, 600), metavar="SECONDS", help="With --memory: what grows.")
@click.option("--ntp", metavar="HOST", default="", help="A time server to compare the clock with; asked once.")
@json_option
def doctor(memory: bool, trace: int | None, ntp: str, as_json: bool) -> None:
    """Examine this instance; exit 1 when something needs a person."""
    if memory:
        show_memory(trace_seconds=trace or 0, as_json=as_json)
        return
    if trace:
        raise click.UsageError("--trace belongs to --memory.")

    async def look(instance: Instance) -> list[Finding]:
        live = Live(instance.store, instance.vault, instance.settings, fallback=address(instance.settings))
        await live.reload()
        with telling() as progress:
            return await examine(
                instance.settings, instance.store, live, now=instance.now, progress=progress, ask_time_of=ntp
            )

    found = run(look)
    if as_json:
        print_json(found)
    else:
        for finding in found:
            click.echo(f"{MARKS[finding.verdict]}  {finding.name}: {finding.sentence}")
            if finding.fix:
                click.echo(f"        → {finding.fix}")
    raise SystemExit(1 if needs_a_person(found) else 0)
