"""`cally doctor`: every check in words; says what needs a person."""

import click

from cally.cli.memory import show_memory
from cally.cli.printing import json_option, print_json
from cally.cli.running import Instance, address, run
from cally.ops.doctor import Finding, examine, needs_a_person
from cally.ops.live import Live

MARKS = {"ok": "ok    ", "advice": "advice", "fault": "FAULT "}


@click.command()
@click.option("--memory", is_flag=True, help="Ask the running process what it uses its memory for.")
@click.option("--trace", type=click.IntRange(1, 600), default=0, metavar="SECONDS", help="With --memory: what grows.")
@json_option
def doctor(memory: bool, trace: int, as_json: bool) -> None:
    """Examine this instance; exit 1 when something needs a person."""
    if memory:
        show_memory(trace_seconds=trace, as_json=as_json)
        return
    if trace:
        raise click.UsageError("--trace belongs to --memory.")

    async def look(instance: Instance) -> list[Finding]:
        live = Live(instance.store, instance.vault, instance.settings, fallback=address(instance.settings))
        await live.reload()
        return await examine(instance.settings, instance.store, live, now=instance.now)

    found = run(look)
    if as_json:
        print_json(found)
    else:
        for finding in found:
            click.echo(f"{MARKS[finding.verdict]}  {finding.name}: {finding.sentence}")
            if finding.fix:
                click.echo(f"        → {finding.fix}")
    raise SystemExit(1 if needs_a_person(found) else 0)
