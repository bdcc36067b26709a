"""Work in the background, for admins: what goes out within a day, what was given up, what was done, what recurs."""

from typing import NamedTuple

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from cally.amounts import duration
from cally.errors import CallyError
from cally.jobs import (
    SeenJob,
    count_jobs,
    day_ahead,
    day_behind,
    discard_job,
    list_jobs,
    retry_given_up,
    retry_job,
    run_recurring,
)
from cally.jobs.looking import DAY_HOURS, HOUR_SECONDS
from cally.model.messages import RecurringRun
from cally.notify import count_messages
from cally.store import jobs_ahead, recurring_jobs
from cally.web.pages.admin.errors import Bar
from cally.web.pages.admin.jobs_words import KINDS, RECURRING, what
from cally.web.pages.admin.system import TONES
from cally.web.pages.host.desk import Desk, Page
from cally.web.pages.host.notices import of_error
from cally.web.pages.host.wording import until

HERE = "/admin/jobs"
SHOWN, MORE = 12, 100
LEAST_HEIGHT = 12
LABELS = 6


class Row(NamedTuple):
    """A job in words: what it sends or does, to whom, about what and for whom; when, and what went wrong."""

    id: int
    kind: str
    what: str
    to: str
    about: str
    of: str
    at: str
    tries: int
    error: str


class Recurs(NamedTuple):
    """A recurring job in words."""

    name: str
    words: str
    last: str
    next: str
    runs: bool
    error: str


@get(HERE)
async def show(admin: NamedDependency[Desk], after: FromQuery[str] = "") -> Page:
    """Everything on one page; `after` turns the list of what is ahead."""
    db, now = admin.db, admin.now
    place, size = _place(after), MORE if after else SHOWN
    until_at = now + DAY_HOURS * HOUR_SECONDS
    ahead = await list_jobs(db, "waiting", after=place, until=until_at, limit=size + 1)
    dead = await list_jobs(db, "dead", limit=MORE)
    hours = [sum(kinds.values()) for kinds in await day_ahead(db, now)]
    lately, done = await day_behind(db, now)
    check = (await admin.doors.health()).checks.get("jobs")
    return await admin.page(
        "pages/admin/jobs.html",
        here="system",
        tab="jobs",
        sentence=check.detail.rstrip(".") if check and check.detail and check.status != "ok" else "Nothing is late",
        tone=TONES[check.status] if check else "",
        counts=await count_jobs(db),
        undelivered=await count_messages(db, "failed"),
        dead=[_row(admin, one) for one in dead],
        running=[_row(admin, one) for one in await list_jobs(db, "running", limit=MORE)],
        ahead=[_row(admin, one) for one in ahead[:size]],
        turned=bool(after),
        more=f"{ahead[size - 1].job.due_at}-{ahead[size - 1].job.id}" if len(ahead) > size else "",
        total=sum(hours),
        bars=_bars(hours),
        marks=[admin.words.clock(now + place * HOUR_SECONDS) for place in range(0, DAY_HOURS, LABELS)],
        lately=[
            (KINDS.get(one.kind, one.kind), one, _late(one.usual_seconds), _late(one.latest_seconds)) for one in lately
        ],
        done=sum(done),
        done_bars=_bars(done),
        recurring=[_recurs(admin, run) for run in await recurring_jobs.list_all(db)],
    )


@post(HERE + "/{id:int}/retry", status_code=303)
async def retry(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Have one done now."""
    try:
        await retry_job(admin.store, id, now=admin.now, actor=admin.admin)
    except CallyError as error:
        return admin.back_to(HERE, of_error(error).sentence, kind="error")
    admin.doors.wake()
    return admin.back_to(HERE, "It is being tried again now.")


@post(HERE + "/retry", status_code=303)
async def retry_all(admin: NamedDependency[Desk]) -> Page:
    """Have everything done now that was given up."""
    many = await retry_given_up(admin.store, now=admin.now, actor=admin.admin)
    admin.doors.wake()
    return admin.back_to(HERE, f"Being tried again now: {many}." if many else "Nothing was given up.")


@post(HERE + "/{id:int}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Let one go that was given up."""
    try:
        await discard_job(admin.store, id, now=admin.now, actor=admin.admin)
    except CallyError as error:
        return admin.back_to(HERE, of_error(error).sentence, kind="error")
    return admin.back_to(HERE, "It is let go, and will not be sent.")


@post(HERE + "/recurring/{name:str}/run", status_code=303)
async def run(admin: NamedDependency[Desk], name: FromPath[str]) -> Page:
    """Have a recurring job run now."""
    await run_recurring(admin.store, name, now=admin.now, actor=admin.admin)
    admin.doors.wake()
    return admin.back_to(f"{HERE}#recurring", "It runs now.")


ROUTES = [show, retry, retry_all, remove, run]


def _row(admin: Desk, seen: SeenJob) -> Row:
    job, found = seen
    meeting = f", {admin.words.moment(found.starts_at)}" if found.starts_at is not None else ""
    return Row(
        id=job.id,
        kind=KINDS.get(job.kind, job.kind),
        what=what(job.kind, found.what),
        to=found.to,
        about=f"{found.title}{meeting}" if found.title else "",
        of=found.of,
        at="now" if job.due_at <= admin.now else admin.words.moment(job.due_at),
        tries=job.attempts,
        error=job.last_error,
    )


def _recurs(admin: Desk, run: RecurringRun) -> Recurs:
    return Recurs(
        name=run.name,
        words=RECURRING.get(run.name, run.name.replace("-", " ").capitalize()),
        last=until(run.last_run_at, admin.now) if run.last_run_at is not None else "",
        next="now" if run.due_at <= admin.now else until(run.due_at, admin.now),
        runs=run.started_at is not None,
        error=run.last_error,
    )


def _bars(hours: list[int]) -> list[Bar]:
    """What there is at all can be seen."""
    highest = max(hours, default=0) or 1
    return [Bar(x, max(LEAST_HEIGHT, round(100 * many / highest)) if many else 0, many) for x, many in enumerate(hours)]


def _late(seconds: int) -> str:
    return "at once" if seconds < 2 else duration(seconds)


def _place(after: str) -> tuple[int, int]:
    """Where the page before ended; anything else is the beginning."""
    numbers = [part for part in after.split("-") if part.isascii() and part.isdigit() and len(part) < 19]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else jobs_ahead.BEGINNING
