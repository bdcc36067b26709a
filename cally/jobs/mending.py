"""What a person does about work that was given up: have it tried again, or let it go; and run a recurring job now."""

from cally.errors import CallyError, not_found
from cally.jobs.looking import KEPT_HOURS
from cally.model.accounts import Actor
from cally.model.messages import Job
from cally.notify.webhooks.planning import go_on
from cally.store import (
    Store,
    Writer,
    alert_messages,
    audit,
    digests,
    job_hours,
    jobs,
    letters,
    messages,
    recurring_jobs,
    webhook_deliveries,
    webhooks,
)

HOUR_SECONDS = 3_600
LET_GO = "Let go by an administrator."


async def retry_job(store: Store, id: int, *, now: int, actor: Actor) -> Job:
    """Have a job done now that waits or was given up, as if never tried; the job, as it was.

    Raises `not_found`, or `conflict` for one that runs at this moment. Wake the worker afterwards.
    """
    async with store.write() as tx:
        job = await jobs.by_id(tx, id)
        if job is None:
            raise not_found("job")
        if not await jobs.revive(tx, kind=job.kind, subject=job.subject, now=now):
            raise CallyError("conflict", "This job runs at this moment.", state=job.state)
        await _note(tx, job, "retry", now, actor)
    return job


async def retry_given_up(store: Store, *, now: int, actor: Actor) -> int:
    """Have everything done now that was given up; how many. Wake the worker afterwards."""
    async with store.write() as tx:
        many = await jobs.revive_dead(tx, now=now)
        if many:
            await audit.insert(
                tx, now=now, actor=actor, tag=f"{actor.kind}:job:retry", subject="job:given-up", jobs=many
            )
    return many


async def discard_job(store: Store, id: int, *, now: int, actor: Actor) -> Job:
    """Let a job go that was given up; what it should have sent is marked so, and never is.

    Raises `not_found`, or `conflict` for one that is not given up.
    """
    async with store.write() as tx:
        job = await jobs.by_id(tx, id)
        if job is None:
            raise not_found("job")
        if not await jobs.discard(tx, id):
            raise CallyError("conflict", "Only a job that was given up can be let go.", state=job.state)
        await _let_go(tx, job, now)
        await _note(tx, job, "discard", now, actor)
    return job


async def run_recurring(store: Store, name: str, *, now: int, actor: Actor) -> None:
    """Have a recurring job run now, besides its cadence. Raises `not_found`. Wake the worker afterwards."""
    async with store.write() as tx:
        if await recurring_jobs.by_name(tx, name) is None:
            raise not_found("recurring job")
        await recurring_jobs.update_due(tx, name, due_at=now)
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:job:run", subject=f"recurring-job:{name}")


async def sweep_hours(store: Store, now: int) -> int:
    """Forget what was counted of jobs more than two weeks ago; how many rows."""
    async with store.write() as tx:
        return await job_hours.delete_old(tx, before=now // HOUR_SECONDS - KEPT_HOURS)


async def _let_go(tx: Writer, job: Job, now: int) -> None:
    said = f"{LET_GO} {job.last_error}".strip()
    match job.kind:
        case "mail" | "channel":
            await messages.update_obsolete(tx, job.subject, answer=said, attempts=job.attempts)
        case "letter":
            await letters.update_obsolete(tx, job.subject, answer=said)
        case "webhook":
            await _end_delivery(tx, job.subject, said, now)
        case "digest":
            await digests.update(tx, job.subject, state="failed", answer=said, counted=False)
        case "alert":
            await alert_messages.update_delivery(tx, job.subject, state="obsolete", answer=said)


async def _end_delivery(tx: Writer, id: int, said: str, now: int) -> None:
    """The next one about the same booking waits behind it."""
    delivery = await webhook_deliveries.by_id(tx, id)
    webhook = await webhooks.by_id(tx, delivery.webhook_id) if delivery else None
    if delivery is not None and webhook is not None:
        await webhook_deliveries.update_failed(tx, id, answer=said, now=now, tried=False)
        await go_on(tx, webhook, delivery.booking_id, now=now)


async def _note(tx: Writer, job: Job, action: str, now: int, actor: Actor) -> None:
    tag = f"{actor.kind}:job:{action}"
    await audit.insert(
        tx,
        now=now,
        actor=actor,
        tag=tag,
        subject=f"job:{job.id}",
        kind=job.kind,
        about=job.subject,
        error=job.last_error,
    )
