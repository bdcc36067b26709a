"""Looking at the work: what waits, runs and was given up, what is due when, and what was done lately."""

from typing import NamedTuple

from cally.errors import not_found
from cally.jobs.about import About, about
from cally.model.jobs import JobState
from cally.model.messages import Job
from cally.store import Reader, job_hours, jobs, jobs_ahead

DAY_HOURS = 24
HOUR_SECONDS = 3_600
KEPT_HOURS = 14 * DAY_HOURS
LARGEST_PAGE = 200


class SeenJob(NamedTuple):
    """A job, and what it is about."""

    job: Job
    about: About


class Lately(NamedTuple):
    """What jobs of a kind came to within a day: done, put off, given up, and how late they were begun, in seconds."""

    kind: str
    done: int
    put_off: int
    given_up: int
    usual_seconds: int
    latest_seconds: int


async def list_jobs(
    db: Reader,
    state: JobState,
    *,
    after: tuple[int, int] = jobs_ahead.BEGINNING,
    until: int = jobs_ahead.FOR_EVER,
    limit: int = 50,
) -> list[SeenJob]:
    """Jobs in a state, the longest due first; `after` is the instant and id of the last one already seen."""
    size = max(1, min(limit, LARGEST_PAGE + 1))
    found = await jobs_ahead.page(db, state, after=after, until=until, limit=size)
    return [SeenJob(job, await about(db, job)) for job in found]


async def job_by_id(db: Reader, id: int) -> SeenJob:
    """The job of that id; raises `not_found`, also for one that is done."""
    job = await jobs.by_id(db, id)
    if job is None:
        raise not_found("job")
    return SeenJob(job, await about(db, job))


async def count_jobs(db: Reader) -> dict[JobState, int]:
    """How many wait (for whatever instant), run, and were given up."""
    found = await jobs.count_by_state(db)
    states: tuple[JobState, ...] = ("waiting", "running", "dead")
    return {state: found.get(state, 0) for state in states}


async def day_ahead(db: Reader, now: int) -> list[dict[str, int]]:
    """How many wait for each of the next 24 hours, by kind; what is due already counts for the first."""
    hours: list[dict[str, int]] = [{} for _ in range(DAY_HOURS)]
    for hour, kind, many in await jobs_ahead.by_hour(db, now=now, until=now + DAY_HOURS * HOUR_SECONDS):
        hours[hour][kind] = many
    return hours


async def day_behind(db: Reader, now: int) -> tuple[list[Lately], list[int]]:
    """What each kind came to in the last 24 hours, the most done first, and how many were done in each of them."""
    first = now // HOUR_SECONDS - DAY_HOURS + 1
    found = [one for one in await job_hours.list_since(db, first) if one.hour < first + DAY_HOURS]
    done = [sum(one.done for one in found if one.hour == first + place) for place in range(DAY_HOURS)]
    kinds = {one.kind: [other for other in found if other.kind == one.kind] for one in found}
    lately = [_lately(kind, hours) for kind, hours in kinds.items()]
    return sorted(lately, key=lambda one: (-one.done, one.kind)), done


def _lately(kind: str, hours: list[job_hours.Hour]) -> Lately:
    ends = sum(one.done + one.put_off + one.given_up for one in hours)
    late = sum(one.late_seconds for one in hours)
    return Lately(
        kind=kind,
        done=sum(one.done for one in hours),
        put_off=sum(one.put_off for one in hours),
        given_up=sum(one.given_up for one in hours),
        usual_seconds=round(late / ends) if ends else 0,
        latest_seconds=max(one.latest_seconds for one in hours),
    )
