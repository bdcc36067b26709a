"""Health: a few checks in words; the worst of them is the status."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.calendars import Calendar
from cally.ops import health, maintenance
from cally.ops.health import Check, HealthReport
from cally.store import Store, audit, calendars, jobs, recurring_jobs
from tests.cast import HOUR, NOW, ada

Report = Callable[..., Awaitable[HealthReport]]


@pytest.fixture
def report(store: Store, tmp_path: Path) -> Report:
    """The report of an instance that is well, but for what a test changes."""

    async def made(**changes: Any) -> HealthReport:
        usual: dict[str, Any] = {"now": NOW, "mail_set_up": True, "turned_seconds_ago": 0.1}
        return await health.report(store, state_dir=tmp_path, **usual | changes)

    return made


async def test_an_instance_that_is_well_says_so(report: Report):
    """Every check has its sentence."""
    found = await report()
    assert found.status == "ok"
    known = {"database", "disk", "jobs", "mail", "calendars", "clock", "time_zones", "errors", "backups", "maintenance"}
    known.add("version")
    assert set(found.checks) == known
    assert all(check.detail.endswith(".") for check in found.checks.values())


async def test_without_a_mail_server_it_is_degraded(report: Report):
    """Nothing pretends to be sent."""
    found = await report(mail_set_up=False)
    assert (found.status, found.checks["mail"].status) == ("degraded", "degraded")


async def test_a_job_loop_that_stands_still_is_failing(report: Report):
    """The process answers, but nobody would be written to."""
    assert (await report(turned_seconds_ago=99)).checks["jobs"].status == "failing"


@pytest.mark.parametrize(("late", "status"), [(60, "ok"), (600, "degraded"), (HOUR, "failing")])
async def test_late_jobs_show(store: Store, report: Report, late: int, status: str):
    """A reminder that silently never runs is the field's commonest fault."""
    async with store.write() as tx:
        await jobs.insert(tx, kind="channel", subject=1, due_at=NOW - late, now=NOW - late)
    assert (await report()).checks["jobs"].status == status


@pytest.mark.parametrize(
    ("since", "due_in", "status"),
    [
        (None, -60, "ok"),
        (None, -600, "degraded"),
        (None, -HOUR, "failing"),
        (HOUR, -HOUR, "ok"),
        (13 * HOUR, 60, "degraded"),
    ],
)
async def test_late_and_endless_recurring_jobs_show(
    store: Store, report: Report, since: int | None, due_in: int, status: str
):
    """What runs is not late, but must end one day."""
    async with store.write() as tx:
        await recurring_jobs.insert(tx, "sweep", due_at=NOW)
        if since is not None:
            await recurring_jobs.start(tx, "sweep", due_at=NOW, next_due_at=NOW, now=NOW - since)
        await recurring_jobs.update_due(tx, "sweep", due_at=NOW + due_in)
    check = (await report()).checks["jobs"]
    assert check.status == status
    assert ("sweep" in check.detail) == (status != "ok")


@pytest.mark.parametrize("kind", ["mail", "letter"])
async def test_mail_without_a_server_is_not_late(store: Store, report: Report, kind: str):
    """It is meant to wait; once there is a server it is late like all else."""
    async with store.write() as tx:
        await jobs.insert(tx, kind=kind, subject=1, due_at=NOW - HOUR, now=NOW - HOUR)
    assert (await report(mail_set_up=False)).checks["jobs"].status == "ok"
    assert (await report()).checks["jobs"].status == "failing"


@pytest.mark.parametrize(("minutes", "status"), [(10, "ok"), (20, "degraded"), (90, "failing")])
async def test_a_mail_server_that_is_away_shows(store: Store, report: Report, minutes: int, status: str):
    """Each try puts the mail off, so that none is late; what is planned for tomorrow proves nothing."""
    async with store.write() as tx:
        for subject in range(4):
            await jobs.insert(tx, kind="mail", subject=subject, due_at=NOW - minutes * 60, now=NOW - minutes * 60)
        await jobs.insert(tx, kind="mail", subject=9, due_at=NOW + HOUR, now=NOW)
        for _ in range(3):
            for job in await jobs.list_due(tx, "mail", now=NOW + 60, limit=9):
                await jobs.lease(tx, job, leased_until=NOW)
            for job in await jobs.list_by_state(tx, "running"):
                await jobs.give_back(tx, job, due_at=NOW + 60, last_error="Connection refused.")
    found = await report()
    assert (found.checks["jobs"].status, found.checks["mail"].status) == ("ok", status)
    assert ("Connection refused." in found.checks["mail"].detail) == (status != "ok")


async def test_one_mail_that_is_put_off_alarms_nobody(store: Store, report: Report):
    """A server that greets strangers late takes the others."""
    async with store.write() as tx:
        for subject in range(3):
            await jobs.insert(tx, kind="mail", subject=subject, due_at=NOW - HOUR, now=NOW - HOUR)
        for times in range(3):
            for job in await jobs.list_due(tx, "mail", now=NOW + 60, limit=9):
                if job.subject == 0 or times == 0:
                    await jobs.lease(tx, job, leased_until=NOW)
            for job in await jobs.list_by_state(tx, "running"):
                await jobs.give_back(tx, job, due_at=NOW + 60, last_error="Later.")
    assert (await report()).checks["mail"].status == "ok"


async def test_a_clock_that_went_backwards_shows(store: Store, report: Report):
    """What was already noted cannot be in the future."""
    await ada(store)
    async with store.write() as tx:
        await audit.insert(tx, now=NOW + HOUR, actor=Actor(kind="system"), tag="system:clock:set", subject="clock")
    assert "60 minutes behind" in (await report()).checks["clock"].detail


@pytest.mark.parametrize(("read_at", "failing_since", "status"), [(NOW, None, "ok"), (None, NOW, "degraded")])
async def test_a_calendar_that_was_never_read_shows(
    store: Store, report: Report, read_at: int | None, failing_since: int | None, status: str
):
    """Its busy time is not known, however short a while ago it was added."""
    host = await ada(store)
    calendar = Calendar(
        id=1,
        host_id=host.id,
        name="Work",
        shown_address="https://calendar.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=NOW,
        last_read_at=read_at,
        failing_since=failing_since,
        next_read_at=NOW,
    )
    async with store.write() as tx:
        await calendars.insert(tx, calendar, address_sealed=b"sealed")
        await calendars.update_read(tx, calendar)
    assert (await report()).checks["calendars"].status == status


async def test_a_database_that_stopped_writing_is_failing(store: Store, report: Report):
    """After an unknown outcome the load balancer must look elsewhere."""
    store.failed = CallyError("storage_failed", "The disk failed.")
    found = await report()
    store.failed = None
    assert (found.status, found.checks["database"].detail) == ("failing", "The disk failed.")


def test_strangers_see_no_details():
    """How the machine is, and nothing about it."""
    found = HealthReport(status="ok", checks={"disk": Check(status="ok", detail="80 MiB are free.")})
    assert found.without_details().checks == {"disk": Check(status="ok")}


async def test_maintenance_shows_and_keeps_the_waiting_work_from_alarming(store: Store, report: Report, tmp_path: Path):
    """It is wanted, so that nothing is failing; it is not wanted for ever, so that it is not fine either."""
    async with store.write() as tx:
        await jobs.insert(tx, kind="channel", subject=1, due_at=NOW - HOUR, now=NOW - HOUR)
    maintenance.begin(tmp_path, reason="", by="Ada", minutes=None, now=NOW)
    found = await report()
    assert (found.status, found.checks["jobs"].status) == ("degraded", "ok")
    assert "2026-09-21 06:00 UTC (Ada)" in found.checks["maintenance"].detail
    assert (await report(turned_seconds_ago=99)).checks["jobs"].status == "failing"
