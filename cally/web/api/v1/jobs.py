"""Work in the background, for admins: what waits, runs and was given up, and having it tried again."""

from datetime import datetime

import msgspec

from cally.jobs import SeenJob, count_jobs, discard_job, job_by_id, list_jobs, retry_given_up, retry_job
from cally.model.jobs import JobState
from cally.web.api.described import Example
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, cut, position

noun = Noun("Jobs")


class JobsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One page of the jobs in a state, the longest due first; `dead` are those that were given up."""

    state: JobState = "dead"


class JobShown(msgspec.Struct, frozen=True, kw_only=True):
    """One job. `what` is the kind of message, letter or event that it sends, `to` whom, `title` and `starts_at` the
    meeting, `for_name` the host or account for whom it is done; null or empty where nothing is known.
    """

    id: str
    kind: str
    state: JobState
    due_at: datetime
    attempts: int
    last_error: str
    priority: int
    what: str
    to: str
    title: str
    starts_at: datetime | None
    for_name: str


class JobsShown(Page, frozen=True, kw_only=True):
    """One page of a list, and how many jobs there are in each state; `next_cursor` is null on the last one."""

    jobs: tuple[JobShown, ...]
    counts: dict[JobState, int]


class JobsRetried(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs are being tried again."""

    retried: int


@noun.does(
    "GET",
    "/jobs",
    scope="admin:read",
    query=JobsAsked,
    answers={200: JobsShown},
    example=Example(query={"state": "waiting"}),
)
async def list_jobs_(call: Call) -> Answer:
    """List jobs in a state, the longest due first.

    Those that wait reach as far ahead as anything is planned: reminders and follow-ups for 25 hours.
    """
    asked: JobsAsked = call.query
    db = call.doors.store.reader
    after = position(asked.cursor, int, int) if asked.cursor is not None else (-1, 0)
    found = await list_jobs(db, asked.state, after=(after[0], after[1]), limit=asked.limit + 1)
    found, more = cut(found, asked.limit, lambda seen: (seen.job.due_at, seen.job.id))
    return answer(JobsShown(jobs=tuple(map(_shown, found)), counts=await count_jobs(db), next_cursor=more))


@noun.does("GET", "/jobs/{id}", scope="admin:read", answers={200: JobShown}, refuses=("not_found",))
async def get_job(call: Call) -> Answer:
    """Get one job; 404 for one that is done."""
    return answer(_shown(await job_by_id(call.doors.store.reader, call.id())))


@noun.does("POST", "/jobs/{id}/retry", scope="admin:write", answers={200: JobShown}, refuses=("not_found", "conflict"))
async def retry_job_(call: Call) -> Answer:
    """Have a job done now that waits or was given up, as if never tried; 409 for one that runs at this moment."""
    doors = call.doors
    await retry_job(doors.store, call.id(), now=call.now, actor=call.token_holder.admin())
    shown = answer(_shown(await job_by_id(doors.store.reader, call.id())))
    doors.wake()
    return shown


@noun.does("POST", "/jobs/retry", scope="admin:write", answers={200: JobsRetried})
async def retry_dead_jobs(call: Call) -> Answer:
    """Have everything done now that was given up."""
    doors = call.doors
    many = await retry_given_up(doors.store, now=call.now, actor=call.token_holder.admin())
    doors.wake()
    return answer(JobsRetried(retried=many))


@noun.does("DELETE", "/jobs/{id}", scope="admin:write", answers={204: None}, refuses=("not_found", "conflict"))
async def discard_job_(call: Call) -> Answer:
    """Let a job go that was given up: what it should have sent never is; 409 for any other."""
    await discard_job(call.doors.store, call.id(), now=call.now, actor=call.token_holder.admin())
    return answer(None, 204)


def _shown(seen: SeenJob) -> JobShown:
    job, about = seen
    return JobShown(
        id=str(job.id),
        kind=job.kind,
        state=job.state,
        due_at=instant(job.due_at),
        attempts=job.attempts,
        last_error=job.last_error,
        priority=job.priority,
        what=about.what,
        to=about.to,
        title=about.title,
        starts_at=None if about.starts_at is None else instant(about.starts_at),
        for_name=about.of,
    )
