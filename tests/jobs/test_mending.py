"""Looking at the queue and acting on it: pages are whole, acts are noted, what is let go is not sent."""

import pytest

from cally.errors import CallyError
from cally.jobs import (
    RecurringJob,
    count_jobs,
    day_ahead,
    day_behind,
    discard_job,
    job_by_id,
    list_jobs,
    retry_given_up,
    retry_job,
    run_recurring,
    sweep_hours,
)
from cally.model.accounts import Actor
from cally.notify.outbox import plan
from cally.store import Store, audit, job_hours, jobs, messages, recurring_jobs
from tests.cast import DAY, HOUR, NOW
from tests.jobs.conftest import Workshop, until
from tests.notify.conftest import stored

ADA = Actor(kind="admin", account_id=1)


async def given_up(
    workshop: Workshop, *subjects: int, kind: str = "note", why: str = "This cannot be done."
) -> list[int]:
    """Work about subjects that was given up; the jobs' ids."""
    await workshop.plan(*subjects, kind=kind)

    async def no(_subject: int, _now: int) -> None:
        raise CallyError("invalid", why)

    async with workshop.working({kind: no}):
        await until(lambda: _has_dead(workshop, len(subjects)))
    return [one.job.id for one in await list_jobs(workshop.store.reader, "dead")]


async def _has_dead(workshop: Workshop, many: int) -> bool:
    return (await workshop.counts()).get("dead", 0) >= many


async def tags(store: Store) -> list[str]:
    return [entry.tag for entry in await audit.list_latest(store.reader)]


async def test_one_that_was_given_up_is_tried_again(workshop: Workshop) -> None:
    """As if never tried; what runs, and what is done, is not."""
    (dead,) = await given_up(workshop, 7)
    job = await retry_job(workshop.store, dead, now=NOW + 5, actor=ADA)
    assert (job.state, job.last_error) == ("dead", "This cannot be done.")
    again = (await job_by_id(workshop.store.reader, dead)).job
    assert (again.state, again.due_at, again.attempts) == ("waiting", NOW + 5, 0)
    assert await tags(workshop.store) == ["admin:job:retry"]
    async with workshop.store.write() as tx:
        assert await jobs.lease(tx, again, leased_until=NOW + 60)
    with pytest.raises(CallyError, match="runs at this moment"):
        await retry_job(workshop.store, dead, now=NOW, actor=ADA)
    with pytest.raises(CallyError, match="no such job"):
        await retry_job(workshop.store, dead + 1, now=NOW, actor=ADA)


async def test_all_that_was_given_up_is_tried_again_at_once(workshop: Workshop) -> None:
    """One entry in the audit log; none when there was nothing."""
    await given_up(workshop, *range(12))
    assert await retry_given_up(workshop.store, now=NOW, actor=ADA) == 12
    assert await retry_given_up(workshop.store, now=NOW, actor=ADA) == 0
    assert await count_jobs(workshop.store.reader) == {"waiting": 12, "running": 0, "dead": 0}
    assert await tags(workshop.store) == ["admin:job:retry"]


async def test_what_is_let_go_is_never_sent(workshop: Workshop) -> None:
    """The message says so, with what was wrong; what is not given up cannot be let go."""
    store = workshop.store
    told = await stored(store)
    async with store.write() as tx:
        await plan(tx, told, "confirmed", now=NOW)
    waiting = await list_jobs(store.reader, "waiting")
    with pytest.raises(CallyError, match="given up"):
        await discard_job(store, waiting[0].job.id, now=NOW, actor=ADA)
    async with store.write() as tx:
        for one in waiting:
            await jobs.lease(tx, one.job, leased_until=NOW + 9)
        for job in await jobs.list_by_state(tx, "running"):
            await jobs.bury(tx, job, last_error="A page of words was missing.")
    dead = await list_jobs(store.reader, "dead")
    assert {one.about.to for one in dead} == {"cleo@example.org", "ada@example.com"}
    assert {(one.about.what, one.about.title, one.about.of) for one in dead} == {
        ("confirmed", "Intro call", "Ada Lovelace")
    }
    for one in dead:
        await discard_job(store, one.job.id, now=NOW, actor=ADA)
        message = await messages.by_id(store.reader, one.job.subject)
        assert message is not None
        assert message.state == "obsolete"
        assert message.answer == "Let go by an administrator. A page of words was missing."
    assert await workshop.counts() == {}
    assert (await tags(store))[:2] == ["admin:job:discard"] * 2


async def test_pages_of_the_queue_leave_nothing_out(workshop: Workshop) -> None:
    """Ready or still to come, due in the same second or not: each once, the longest due first."""
    for due_in in (0, 0, 60, 60, 3_600):
        base = len(await list_jobs(workshop.store.reader, "waiting", limit=200))
        await workshop.plan(*range(base, base + 5), due_in=due_in)
    seen, after = [], (-1, 0)
    while found := await list_jobs(workshop.store.reader, "waiting", after=after, limit=4):
        seen += [one.job for one in found]
        after = (seen[-1].due_at, seen[-1].id)
    assert len({job.id for job in seen}) == len(seen) == 25
    assert [job.due_at for job in seen] == sorted(job.due_at for job in seen)
    soon = await list_jobs(workshop.store.reader, "waiting", until=NOW + 60, limit=200)
    assert len(soon) == 20


async def test_the_next_day_is_counted_by_the_hour(workshop: Workshop) -> None:
    """What is late already is for the first; what is further away than a day is for none."""
    await workshop.plan(1, 2, kind="mail")
    workshop.clock.now += HOUR
    await workshop.plan(3, kind="mail", due_in=2 * HOUR + 60)
    await workshop.plan(4, kind="channel", due_in=2 * HOUR + 60)
    await workshop.plan(5, kind="mail", due_in=DAY)
    hours = await day_ahead(workshop.store.reader, workshop.clock.now)
    assert len(hours) == 24
    assert hours[0] == {"mail": 2}
    assert hours[2] == {"mail": 1, "channel": 1}
    assert sum(many for hour in hours for many in hour.values()) == 4


async def test_the_last_day_is_counted_by_kind_and_forgotten_after_two_weeks(workshop: Workshop) -> None:
    """With what was given up, and how late things were."""
    await given_up(workshop, 1, 2)
    workshop.clock.now += 120
    await workshop.plan(*range(10, 15))
    workshop.clock.now += 60

    async def well(_subject: int, _now: int) -> None:
        """Done."""

    async def done() -> bool:
        return "waiting" not in await workshop.counts() and "running" not in await workshop.counts()

    async with workshop.working({"note": well}):
        await until(done)
    lately, hours = await day_behind(workshop.store.reader, workshop.clock.now)
    (note,) = lately
    assert (note.kind, note.done, note.given_up, note.latest_seconds) == ("note", 5, 2, 60)
    assert hours[-1] == 5
    assert await sweep_hours(workshop.store, workshop.clock.now + 13 * DAY) == 0
    assert await sweep_hours(workshop.store, workshop.clock.now + 15 * DAY) == 1
    assert await job_hours.list_since(workshop.store.reader, 0) == []


async def test_a_recurring_job_runs_when_it_is_asked_to(workshop: Workshop) -> None:
    """Once more, and then by its cadence."""
    ran: list[int] = []

    async def run(now: int) -> None:
        ran.append(now)

    async def idle() -> bool:
        found = await recurring_jobs.by_name(workshop.store.reader, "sweep")
        return found is not None and found.started_at is None

    async with workshop.working({}, [RecurringJob("sweep", HOUR, run)]) as worker:
        await until(lambda: len(ran) == 1)
        await until(idle)
        workshop.clock.now += 60
        await run_recurring(workshop.store, "sweep", now=workshop.clock.now, actor=ADA)
        worker.wake()
        await until(lambda: len(ran) == 2)
        await until(idle)
    assert ran == [NOW, NOW + 60]
    assert await tags(workshop.store) == ["admin:job:run"]
    with pytest.raises(CallyError, match="no such recurring job"):
        await run_recurring(workshop.store, "gone", now=NOW, actor=ADA)
