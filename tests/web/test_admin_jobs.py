"""The page about work in the background: what is ahead, what was given up, and what an admin does about it."""

from dataclasses import replace
from typing import Any

from cally.jobs import list_jobs
from cally.model.hosts import Host
from cally.ops.health import Check, HealthReport
from cally.store import Store, audit, job_hours, jobs, messages, recurring_jobs
from cally.web import build
from cally.web.doors import Doors
from tests.cast import DAY, HOUR, NOW, ada, at, host
from tests.web.desks import SignedIn, cleo_books, desk, words

PAGE = "/admin/jobs"
WRONG = "SMTPServerDisconnected: <b>gone</b>"


async def messages_of(store: Store, *, due_in: int = 0) -> Host:
    """Ada is an admin whom Cleo has booked; two messages of it wait, one to each of them."""
    boss = await ada(store, role="admin")
    await cleo_books(store, at("2026-09-22 08:00"))
    async with store.write() as tx:
        for one in await jobs.list_by_state(tx, "waiting"):
            await jobs.lease(tx, one, leased_until=NOW + 9)
        for one in await jobs.list_by_state(tx, "running"):
            await jobs.give_back(tx, one, due_at=NOW + due_in, last_error="", counted=False)
    return boss


async def buried(store: Store) -> list[int]:
    """All that waits is given up; the jobs' ids."""
    async with store.write() as tx:
        for job in await jobs.list_by_state(tx, "waiting"):
            await jobs.lease(tx, job, leased_until=NOW + 9)
        for job in await jobs.list_by_state(tx, "running"):
            await jobs.bury(tx, job, last_error=WRONG)
    return [one.job.id for one in await list_jobs(store.reader, "dead")]


async def test_what_goes_out_within_a_day_is_shown(app: Any, store: Store, signed_in: SignedIn):
    """When, what, to whom and about what; what is due later than tomorrow is not."""
    boss = await messages_of(store, due_in=3 * HOUR)
    async with store.write() as tx:
        await jobs.insert(tx, kind="webhook", subject=99, due_at=NOW + 2 * DAY, now=NOW)
    async with desk(app, signed_in, boss) as client:
        page = await client.get(PAGE)
        said = words(page)
        assert "Nothing is late" in said
        assert "The next 24 hours 2 jobs" in said
        assert (
            "Mon, Sep 21, 11:00 AM Confirmation to cleo@example.org Intro call, Tue, Sep 22, 10:00 AM · Ada Lovelace"
            in said
        )
        assert "Webhooks" not in said.split("The next 24 hours")[1].split("The last 24 hours")[0]
        chart = page.text.split('class="day')[1].split("</figure>")[0]
        assert chart.count("<rect") == 24
        assert chart.count('class="none"') == 23


async def test_a_long_list_is_turned(app: Any, store: Store, signed_in: SignedIn):
    """Each once; a place that nobody has written is the beginning."""
    boss = await ada(store, role="admin")
    async with store.write() as tx:
        for subject in range(30):
            await jobs.insert(tx, kind="webhook", subject=subject, due_at=NOW + 60, now=NOW)
    async with desk(app, signed_in, boss) as client:
        first = await client.get(PAGE)
        assert first.text.count('<span class="kind') == 12
        link = first.text.split('href="/admin/jobs?after=')[1].split("#")[0]
        assert (await client.get(f"{PAGE}?after={link}")).text.count('<span class="kind') == 18
        assert (await client.get(f"{PAGE}?after=9-x")).status_code == 200


async def test_what_was_given_up_is_tried_again_or_let_go(app: Any, store: Store, signed_in: SignedIn):
    """With the reason, as text; each act stands in the audit log."""
    boss = await messages_of(store)
    first, second = await buried(store)
    async with desk(app, signed_in, boss) as client:
        page = await client.get(PAGE)
        assert "Given up 2" in words(page)
        assert "to cleo@example.org" in words(page)
        assert WRONG in words(page)
        assert "<b>gone</b>" not in page.text
        assert (await client.post(f"{PAGE}/{first}/retry")).headers["location"] == PAGE
        assert "It is being tried again now." in words(await client.get(PAGE))
        assert (await client.post(f"{PAGE}/{second}/removal")).status_code == 303
        assert "Given up" not in words(await client.get(PAGE)).split("The last 24 hours")[0]
        await client.post(f"{PAGE}/{first}/removal")
        assert "Only a job that was given up" in words(await client.get(PAGE))
        await buried(store)
        await client.post(f"{PAGE}/retry")
        assert "Being tried again now: 1." in words(await client.get(PAGE))
        assert (await client.post(f"{PAGE}/4711/retry")).status_code == 404
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=9)
    states = sorted(one.state for one in found)
    assert states == ["obsolete", "waiting"]
    tags = [entry.tag for entry in await audit.list_latest(store.reader)]
    assert tags.count("admin:job:retry") == 2
    assert tags.count("admin:job:discard") == 1


async def test_what_is_late_stands_at_the_top(doors: Doors, store: Store, signed_in: SignedIn):
    """In the words of the health check, which is the one that knows."""

    async def late() -> HealthReport:
        check = Check(status="failing", detail="The oldest waiting job is 20 minutes late.")
        return HealthReport(status="failing", checks={"jobs": check})

    app = build(replace(doors, health=late))
    async with desk(app, signed_in, await ada(store, role="admin")) as client:
        assert "<h1>" in (await client.get(PAGE)).text
        assert "The oldest waiting job is 20 minutes late" in words(await client.get(PAGE))


async def test_what_was_done_and_what_recurs_is_shown(app: Any, store: Store, signed_in: SignedIn):
    """By kind, with how late it was begun; a recurring job says its error, and runs when it is asked to."""
    boss = await ada(store, role="admin")
    async with store.write() as tx:
        for _ in range(7):
            await job_hours.add(tx, "mail", now=NOW - HOUR, late_seconds=0, done=1)
        await job_hours.add(tx, "mail", now=NOW, late_seconds=300, put_off=1)
        await recurring_jobs.insert(tx, "calendars", due_at=NOW + 60)
        await recurring_jobs.end(tx, "calendars", now=NOW - 120, last_error="Two could not be read.", due_at=NOW + 60)
    async with desk(app, signed_in, boss) as client:
        said = words(await client.get(PAGE))
        assert "Mail about bookings 7 1 0 mostly less than a minute at the latest after 5 minutes" in said
        assert "Read calendars last 2 minutes ago · next in 1 minute Two could not be read." in said
        assert (await client.post(f"{PAGE}/recurring/calendars/run")).status_code == 303
        assert (await client.post(f"{PAGE}/recurring/nothing/run")).status_code == 404
    run = await recurring_jobs.by_name(store.reader, "calendars")
    assert run is not None
    assert run.due_at == NOW


async def test_a_host_sees_none_of_it(app: Any, store: Store, signed_in: SignedIn):
    """The page is not there."""
    await ada(store)
    async with desk(app, signed_in, await host(store, "ben")) as client:
        assert (await client.get(PAGE)).status_code == 404
