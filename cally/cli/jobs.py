"""`cally jobs`: work in the background: what waits and when, what was given up, and having it tried again."""

import click

from cally.cli.printing import json_option, moment, print_json, print_table, rfc3339
from cally.cli.running import CLI, Instance, run
from cally.errors import invalid
from cally.jobs import SeenJob, discard_job, list_jobs, retry_given_up, retry_job
from cally.model.jobs import JobState

STATES = ("waiting", "running", "dead")


@click.group()
def jobs() -> None:
    """See what is done in the background, and have it tried again."""


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), default="dead", show_default=True, help="Which ones.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at most.")
@json_option
def list_(state: JobState, limit: int, as_json: bool) -> None:
    """List jobs, the longest due first; `dead` are those that were given up."""

    async def read(instance: Instance) -> list[SeenJob]:
        return await list_jobs(instance.store.reader, state, limit=limit)

    found = run(read)
    if as_json:
        print_json([_described(one) for one in found])
        return
    rows = [
        [str(one.job.id), one.job.kind, moment(one.job.due_at), one.about.what, one.about.to, one.job.last_error[:100]]
        for one in found
    ]
    print_table(["ID", "KIND", "DUE", "WHAT", "TO", "ERROR"], rows)


@jobs.command()
@click.argument("ids", nargs=-1, type=int, metavar="[ID]…")
@click.option("--all", "all_", is_flag=True, help="Everything that was given up.")
def retry(ids: tuple[int, ...], all_: bool) -> None:
    """Have jobs done now, as if never tried; a running server does them within seconds."""
    _require(bool(ids) != all_)

    async def change(instance: Instance) -> int:
        if all_:
            return await retry_given_up(instance.store, now=instance.now, actor=CLI)
        for number in ids:
            await retry_job(instance.store, number, now=instance.now, actor=CLI)
        return len(ids)

    click.echo(f"Being tried again: {run(change)}.")


@jobs.command()
@click.argument("ids", nargs=-1, type=int, required=True, metavar="ID…")
def discard(ids: tuple[int, ...]) -> None:
    """Let jobs go that were given up: what they should have sent never is."""

    async def change(instance: Instance) -> int:
        for number in ids:
            await discard_job(instance.store, number, now=instance.now, actor=CLI)
        return len(ids)

    click.echo(f"Let go: {run(change)}.")


def _require(chosen: bool) -> None:
    if not chosen:
        raise invalid("ids", "Name the jobs, or say --all for everything that was given up.")


def _described(one: SeenJob) -> dict[str, object]:
    job, about = one
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": job.state,
        "due_at": rfc3339(job.due_at),
        "attempts": job.attempts,
        "last_error": job.last_error,
        "priority": job.priority,
        "what": about.what,
        "to": about.to,
        "title": about.title,
        "starts_at": rfc3339(about.starts_at),
        "for_name": about.of,
    }
