"""The worker: nothing lost, nothing done twice without need, nobody starved."""

import asyncio

import pytest

from cally.errors import CallyError
from cally.jobs import RecurringJob
from cally.jobs.turns import PLACES
from cally.jobs.worker import LEASE_SECONDS, LONGEST_BACKOFF_SECONDS, MOST_ATTEMPTS, MOST_CUTS
from cally.model.messages import Job
from cally.notify import TryAgain
from cally.store import jobs
from tests.cast import DAY, NOW
from tests.jobs.conftest import Workshop, until


class Notes:
    """A handler that remembers what it was called with; each of `faults` is raised once, in order."""

    def __init__(self, *faults: Exception) -> None:
        self.done: list[tuple[int, int]] = []
        self.faults = list(faults)

    async def __call__(self, subject: int, now: int) -> None:
        """One attempt."""
        self.done.append((subject, now))
        if self.faults:
            raise self.faults.pop(0)


async def waiting(workshop: Workshop) -> Job:
    (job,) = await jobs.list_by_state(workshop.store.reader, "waiting")
    return job


async def gone(workshop: Workshop) -> bool:
    return await workshop.counts() == {}


async def idle(workshop: Workshop) -> bool:
    return "running" not in await workshop.counts()


async def test_due_work_is_done_once_and_forgotten(workshop: Workshop) -> None:
    """The handler gets the subject and now; the row goes."""
    notes = Notes()
    await workshop.plan(7)
    async with workshop.working({"note": notes}):
        await until(lambda: gone(workshop))
    assert notes.done == [(7, NOW)]


async def test_work_planned_meanwhile_is_done_when_woken(workshop: Workshop) -> None:
    """A change wakes the worker; it does not wait for the next look."""
    notes = Notes()
    async with workshop.working({"note": notes}) as worker:
        await until(lambda: worker.turned_at > 0)
        await workshop.plan(7)
        worker.wake()
        await until(lambda: gone(workshop))
    assert notes.done == [(7, NOW)]


async def test_work_is_not_done_before_it_is_due(workshop: Workshop) -> None:
    """A clock that is moved on makes it due."""
    notes = Notes()
    await workshop.plan(7, due_in=3_600)
    async with workshop.working({"note": notes}) as worker:
        worker.wake()
        await asyncio.sleep(0.05)
        assert notes.done == []
        workshop.clock.now += 3_600
        worker.wake()
        await until(lambda: gone(workshop))
    assert notes.done == [(7, NOW + 3_600)]


async def test_try_again_postpones(workshop: Workshop) -> None:
    """By as many seconds as the handler says, with its reason; an attempt that was none is not counted."""
    for counted, attempts in ((True, 1), (False, 0)):
        notes = Notes(TryAgain(90, "later", counted=counted))
        await workshop.plan(attempts)
        async with workshop.working({"note": notes}):
            await until(lambda notes=notes: bool(notes.done))
            await until(lambda: idle(workshop))
        job = next(one for one in await jobs.list_by_state(workshop.store.reader, "waiting") if one.subject == attempts)
        assert (job.due_at, job.attempts, job.last_error) == (NOW + 90, attempts, "later")


async def test_a_no_in_words_is_final(workshop: Workshop) -> None:
    """`CallyError` gives the work up; a person can read why and revive it."""
    notes = Notes(CallyError("invalid", "This cannot be done."))
    await workshop.plan(7)
    async with workshop.working({"note": notes}) as worker:
        await until(lambda: bool(notes.done))
        await until(lambda: idle(workshop))
        (dead,) = await jobs.list_by_state(workshop.store.reader, "dead")
        assert dead.last_error == "This cannot be done."
        async with workshop.store.write() as tx:
            assert await jobs.revive(tx, kind="note", subject=7, now=NOW)
        worker.wake()
        await until(lambda: gone(workshop))


async def test_a_fault_is_tried_again_with_growing_pauses_and_then_given_up(workshop: Workshop) -> None:
    """A dozen attempts, the last error kept."""
    notes = Notes(*(ValueError(f"fault {number}") for number in range(20)))
    await workshop.plan(7)
    pauses = []
    async with workshop.working({"note": notes}) as worker:
        for attempt in range(1, MOST_ATTEMPTS):
            await until(lambda attempt=attempt: len(notes.done) == attempt)
            await until(lambda: idle(workshop))
            pauses.append((await waiting(workshop)).due_at - workshop.clock.now)
            workshop.clock.now += pauses[-1]
            worker.wake()
        await until(lambda: len(notes.done) == MOST_ATTEMPTS)
        await until(lambda: idle(workshop))
    assert pauses[0] < pauses[3] < pauses[6]
    assert max(pauses) <= LONGEST_BACKOFF_SECONDS * 1.2
    (dead,) = await jobs.list_by_state(workshop.store.reader, "dead")
    assert (dead.attempts, dead.last_error) == (MOST_ATTEMPTS, f"ValueError: fault {MOST_ATTEMPTS - 1}")


async def lease(workshop: Workshop) -> None:
    """Another process takes the one job that is due, and is never heard of again."""
    (job,) = await jobs.list_due(workshop.store.reader, "note", now=workshop.clock.now, limit=1)
    async with workshop.store.write() as tx:
        assert await jobs.lease(tx, job, leased_until=workshop.clock.now + LEASE_SECONDS)


async def test_what_a_killed_process_had_begun_is_taken_up_by_the_next_one(workshop: Workshop) -> None:
    """At once: there is one process at a time, so nobody is left who could be doing it."""
    notes = Notes()
    await workshop.plan(7)
    await lease(workshop)
    async with workshop.working({"note": notes}):
        await until(lambda: gone(workshop))
    assert notes.done == [(7, NOW)]


async def test_what_ends_the_process_each_time_does_not_do_so_for_ever(workshop: Workshop) -> None:
    """It waits longer and longer, lets others by, and is given up with the reason; a person can try it again."""
    notes, waits = Notes(), []
    await workshop.plan(7)
    for _ in range(MOST_CUTS):
        await lease(workshop)
        async with workshop.working({}):
            await until(lambda: idle(workshop))
        if found := await jobs.list_by_state(workshop.store.reader, "waiting"):
            waits.append(found[0].due_at - workshop.clock.now)
            workshop.clock.now = found[0].due_at
    (dead,) = await jobs.list_by_state(workshop.store.reader, "dead")
    assert waits[0] == 0
    assert 0 < waits[1] < waits[4] < waits[7]
    assert "a dozen times" in dead.last_error
    async with workshop.store.write() as tx:
        assert await jobs.revive_dead(tx, now=workshop.clock.now) == 1
    async with workshop.working({"note": notes}):
        await until(lambda: gone(workshop))
    assert [subject for subject, _ in notes.done] == [7]


async def test_a_killed_workers_job_is_taken_up_when_its_lease_ends(workshop: Workshop) -> None:
    """Not before, for the other one may be alive; not never."""
    notes = Notes()
    began: list[int] = []

    async def begin(now: int) -> None:
        began.append(now)

    async with workshop.working({"note": notes}, [RecurringJob("begin", DAY, begin)]) as worker:
        await until(lambda: bool(began))
        async with workshop.store.write() as tx:
            await jobs.insert(tx, kind="note", subject=7, due_at=workshop.clock.now, now=workshop.clock.now)
            (job,) = await jobs.list_due(tx, "note", now=workshop.clock.now, limit=1)
            assert await jobs.lease(tx, job, leased_until=workshop.clock.now + LEASE_SECONDS)
        workshop.clock.now += LEASE_SECONDS - 1
        worker.wake()
        await asyncio.sleep(0.05)
        assert notes.done == []
        workshop.clock.now += 1
        worker.wake()
        await until(lambda: gone(workshop))
    assert [subject for subject, _ in notes.done] == [7]


@pytest.mark.rule(80)
async def test_a_lease_from_before_the_clock_was_set_back_is_not_endless(workshop: Workshop) -> None:
    """A lease that ends later than any given now could belongs to a process that is gone."""
    notes = Notes()
    await workshop.plan(7)
    await lease(workshop)
    workshop.clock.now -= 2 * DAY
    async with workshop.store.write() as tx:
        await tx.run("UPDATE job SET due_at = :now", now=workshop.clock.now)
    async with workshop.working({"note": notes}):
        await until(lambda: gone(workshop))
    assert len(notes.done) == 1


@pytest.mark.rule(80)
@pytest.mark.parametrize("step", [-2 * DAY, -3_600, 3_600, 40 * DAY])
async def test_a_running_job_is_not_begun_again_when_the_clock_is_set(workshop: Workshop, step: int) -> None:
    """Whatever the clock says, this worker knows what it is doing."""
    begun, go_on = [], asyncio.Event()

    async def slow(subject: int, now: int) -> None:
        begun.append(subject)
        await go_on.wait()

    await workshop.plan(7)
    async with workshop.working({"note": slow}) as worker:
        await until(lambda: bool(begun))
        workshop.clock.now += step
        for _ in range(5):
            worker.wake()
            await asyncio.sleep(0.01)
        go_on.set()
        await until(lambda: gone(workshop))
    assert begun == [7]


@pytest.mark.rule(80)
async def test_a_retry_is_not_days_late_because_the_clock_was_set_back(workshop: Workshop) -> None:
    """A retry is a distance, not a date."""
    notes = Notes(TryAgain(60, "later"))
    await workshop.plan(7)
    async with workshop.working({"note": notes}) as worker:
        await until(lambda: bool(notes.done))
        await until(lambda: idle(workshop))
        workshop.clock.now -= 2 * DAY
        worker.wake()
        await until(lambda: gone(workshop))
    assert len(notes.done) == 2


async def test_work_for_at_once_is_not_days_late_because_the_clock_was_set_back(workshop: Workshop) -> None:
    """Planned before, never tried; what is meant for a later instant waits for it."""
    await workshop.plan(1)
    await workshop.plan(2, due_in=60)
    workshop.clock.now -= 2 * DAY
    done: list[int] = []

    async def note(subject: int, _now: int) -> None:
        done.append(subject)

    async with workshop.working({"note": note}):
        await until(lambda: done == [1])
    assert await workshop.counts() == {"waiting": 1}


async def test_several_are_done_at_once_but_not_more(workshop: Workshop) -> None:
    """A slow mail server holds some up, not all."""
    at_once, most, go_on = 0, 0, asyncio.Event()

    async def slow(subject: int, now: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        at_once -= 1

    for subject in range(3 * PLACES):
        await workshop.plan(subject)
    async with workshop.working({"note": slow}):
        await until(lambda: at_once == PLACES)
        go_on.set()
        await until(lambda: gone(workshop))
    assert most == PLACES


async def test_one_kind_cannot_starve_another(workshop: Workshop) -> None:
    """While a hundred slow ones wait, another kind's turn comes."""
    notes, go_on = Notes(), asyncio.Event()

    async def slow(subject: int, now: int) -> None:
        await go_on.wait()

    for subject in range(100):
        await workshop.plan(subject, kind="slow")
    await workshop.plan(7)
    async with workshop.working({"slow": slow, "note": notes}):
        await until(lambda: bool(notes.done))
        go_on.set()
        await until(lambda: gone(workshop))


async def test_draining_lets_work_end_and_puts_the_rest_back(workshop: Workshop) -> None:
    """What takes too long waits again at once; nothing new is begun."""
    notes = Notes()

    async def endless(subject: int, now: int) -> None:
        notes.done.append((subject, now))
        await asyncio.Event().wait()

    await workshop.plan(7)
    async with workshop.working({"note": endless}) as worker:
        await until(lambda: bool(notes.done))
        await worker.drain(0.01)
        await workshop.plan(8)
    assert len(notes.done) == 1
    assert sorted([job.subject for job in await jobs.list_by_state(workshop.store.reader, "waiting")]) == [7, 8]


async def test_the_loop_survives_a_fault_of_the_database(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn fails, the next one does the work."""
    notes = Notes()
    await workshop.plan(7)
    real, failed = jobs.list_ready, []

    async def broken(*given: object, **named: object) -> list[Job]:
        if not failed:
            failed.append(1)
            raise CallyError("storage_busy", "Not now.")
        return await real(*given, **named)  # type: ignore[arg-type] # handed through

    monkeypatch.setattr(jobs, "list_ready", broken)
    async with workshop.working({"note": notes}):
        await until(lambda: bool(failed))
        await until(lambda: gone(workshop))
    assert len(notes.done) == 1


async def test_while_it_rests_nothing_is_begun_and_nothing_is_lost(workshop: Workshop) -> None:
    """Neither mail nor recurring jobs, until it is over; the loop itself goes round, so that no alarm is raised."""
    notes, resting = Notes(), [True]
    await workshop.plan(7)
    ticks: list[int] = []

    async def tick(now: int) -> None:
        ticks.append(now)

    async with workshop.working({"note": notes}, [RecurringJob("tick", 60, tick)], rests=lambda: resting[0]) as worker:
        turned = worker.turned_at
        worker.wake()
        await until(lambda: worker.turned_at > turned)
        assert (notes.done, ticks) == ([], [])
        resting.clear()
        resting.append(False)
        worker.wake()
        await until(lambda: gone(workshop))
    assert (notes.done, ticks) == ([(7, NOW)], [NOW])
