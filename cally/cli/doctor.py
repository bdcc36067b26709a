"""`cally doctor`: every check in words; says what needs a person."""

import click

from cally.cli.printing import json_option, print_json
from cally.cli.running import Instance, address, run
from cally.ops.doctor import Finding, examine, needs_a_person
from cally.ops.live import Live

MARKS = {"ok": "ok    ", "advice": "advice", "fault": "FAULT "}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Examine this instance; exit 1 when something needs a person."""

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
