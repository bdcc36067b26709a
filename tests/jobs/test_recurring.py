"""Recurring jobs: on time, once, and never in a heap."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cally.errors import CallyError
from cally.jobs import RecurringJob
from cally.model.messages import RecurringRun
from cally.notify import TryAgain
from cally.store import recurring_jobs
from tests.cast import DAY, NOW, at
from tests.jobs.conftest import Workshop, until


class Runs:
    """A recurring job's work, which remembers when it ran; each of `faults` is raised once."""

    def __init__(self, *faults: Exception) -> None:
        self.at: list[int] = []
        self.faults = list(faults)

    async def __call__(self, now: int) -> None:
        """One run."""
        self.at.append(now)
        if self.faults:
            raise self.faults.pop(0)


async def stands(workshop: Workshop, name: str = "sweep") -> RecurringRun:
    run = await recurring_jobs.by_name(workshop.store.reader, name)
    assert run is not None
    return run


async def ended(workshop: Workshop, times: int, runs: Runs) -> None:
    async def noted() -> bool:
        return len(runs.at) == times and (await stands(workshop)).started_at is None

    await until(noted)


async def test_it_runs_at_once_and_then_every_so_often(workshop: Workshop) -> None:
    """Once per cadence, and its next time is known to everybody."""
    runs = Runs()
    async with workshop.working({}, [RecurringJob("sweep", 60, runs)]) as worker:
        await ended(workshop, 1, runs)
        workshop.clock.now += 60
        worker.wake()
        await ended(workshop, 2, runs)
    assert runs.at == [NOW, NOW + 60]
    assert (await stands(workshop)).due_at == NOW + 120


@pytest.mark.rule(76, 80)
async def test_a_long_sleep_does_not_pile_runs_up(workshop: Workshop) -> None:
    """After a week of sleep it runs once."""
    runs = Runs()
    async with workshop.working({}, [RecurringJob("sweep", 60, runs)]) as worker:
        await ended(workshop, 1, runs)
        workshop.clock.now += 7 * DAY
        for _ in range(3):
            worker.wake()
            await asyncio.sleep(0.02)
        await ended(workshop, 2, runs)
    assert runs.at == [NOW, NOW + 7 * DAY]


@pytest.mark.rule(80)
async def test_a_backward_step_fires_nothing_twice_and_keeps_the_cadence(workshop: Workshop) -> None:
    """Set back by two days, it does not run again at once, nor only after two days."""
    runs = Runs()
    async with workshop.working({}, [RecurringJob("sweep", 60, runs)]) as worker:
        await ended(workshop, 1, runs)
        workshop.clock.now -= 2 * DAY
        worker.wake()

        async def planned() -> bool:
            return (await stands(workshop)).due_at == workshop.clock.now + 60

        await until(planned)
        assert len(runs.at) == 1


async def test_it_remembers_over_a_restart(workshop: Workshop) -> None:
    """Another process does not run again what was just run."""
    runs = Runs()
    for _ in range(2):
        async with workshop.working({}, [RecurringJob("sweep", 60, runs)]):
            await ended(workshop, 1, runs)
    assert runs.at == [NOW]


@pytest.mark.parametrize(
    ("fault", "error", "next_in"),
    [
        (CallyError("invalid", "No."), "No.", 60),
        (ValueError("odd"), "ValueError: odd", 60),
        (TryAgain(5, "Soon."), "Soon.", 5),
    ],
)
async def test_its_error_is_kept_and_it_runs_again(
    workshop: Workshop, fault: Exception, error: str, next_in: int
) -> None:
    """A fault ends one run; `TryAgain` brings the next one forward; a good run clears the error."""
    runs = Runs(fault)
    async with workshop.working({}, [RecurringJob("sweep", 60, runs)]) as worker:
        await ended(workshop, 1, runs)
        run = await stands(workshop)
        assert (run.last_error, run.due_at, run.last_run_at) == (error, NOW + next_in, NOW)
        workshop.clock.now += next_in
        worker.wake()
        await ended(workshop, 2, runs)
    assert (await stands(workshop)).last_error == ""


async def test_a_run_that_was_cut_short_is_made_up_for(workshop: Workshop) -> None:
    """A process killed in the middle of the nightly backup runs it again when it is back."""
    runs = Runs()
    async with workshop.store.write() as tx:
        await recurring_jobs.insert(tx, "sweep", due_at=NOW)
        await recurring_jobs.start(tx, "sweep", due_at=NOW, next_due_at=NOW + DAY, now=NOW)
    async with workshop.working({}, [RecurringJob("sweep", DAY, runs)]):
        await ended(workshop, 1, runs)
    assert runs.at == [NOW]


async def test_one_that_this_version_does_not_know_is_forgotten(workshop: Workshop) -> None:
    """Else it would be late for ever."""
    async with workshop.store.write() as tx:
        await recurring_jobs.insert(tx, "long-gone", due_at=NOW)
    runs = Runs()
    async with workshop.working({}, [RecurringJob("sweep", 60, runs)]):
        await ended(workshop, 1, runs)
    assert [run.name for run in await recurring_jobs.list_all(workshop.store.reader)] == ["sweep"]


async def test_a_slow_run_is_not_joined_by_another(workshop: Workshop) -> None:
    """One at a time, however late it gets."""
    begun, go_on = [], asyncio.Event()

    async def slow(now: int) -> None:
        begun.append(now)
        await go_on.wait()

    async with workshop.working({}, [RecurringJob("sweep", 60, slow)]) as worker:
        await until(lambda: bool(begun))
        workshop.clock.now += 600
        worker.wake()
        await asyncio.sleep(0.05)
        assert len(begun) == 1
        go_on.set()


@pytest.mark.rule(1, 4, 80)
def test_a_time_of_day_follows_the_clocks() -> None:
    """03:30 in Berlin every night, also in the two nights of a change; one that does not exist is made up for."""
    job = RecurringJob("backup", "30 3 * * *", Runs(), tz="Europe/Berlin")
    assert job.next_after(at("2026-10-24 12:00")) == at("2026-10-25 02:30")
    assert job.next_after(at("2026-03-28 12:00")) == at("2026-03-29 01:30")
    gap = RecurringJob("backup", "30 2 * * *", Runs(), tz="Europe/Berlin")
    missed = datetime.fromtimestamp(gap.next_after(at("2026-03-28 12:00")), UTC)
    assert missed.date().isoformat() == "2026-03-29"


NIGHTS = [
    ("Europe/Berlin", "30 2", "2026-03-29", "2026-10-25"),
    ("America/New_York", "30 1", "2026-03-08", "2026-11-01"),
    ("America/New_York", "30 2", "2026-03-08", "2026-11-01"),
    ("Australia/Lord_Howe", "15 2", "2026-10-04", "2026-04-05"),
    ("Australia/Lord_Howe", "45 1", "2026-10-04", "2026-04-05"),
    ("America/Santiago", "30 0", "2026-09-06", "2026-04-05"),
    ("Europe/London", "30 1", "2026-03-29", "2026-10-25"),
]


@pytest.mark.rule(1, 4, 80)
@pytest.mark.parametrize(("tz", "at_local", "gap", "fold"), NIGHTS)
def test_it_runs_once_a_day_over_both_nights_of_a_change(tz: str, at_local: str, gap: str, fold: str) -> None:
    """A time that there is not, and one that there is twice: each date has one run, in five zones."""
    job = RecurringJob("backup", f"{at_local} * * *", Runs(), tz=tz)
    for night in (gap, fold):
        now, ran = at(f"{night} 12:00") - 4 * DAY, list[str]()
        for _ in range(7):
            now = job.next_after(now)
            ran.append(datetime.fromtimestamp(now, ZoneInfo(tz)).date().isoformat())
        assert night in ran
        assert len(set(ran)) == 7, ran
