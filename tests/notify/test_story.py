"""The whole way: a booking, the worker, a mail server, and two calendars that follow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from cally.bookings import Availability, approve, book, cancel, reschedule
from cally.jobs import Worker
from cally.model.accounts import Actor
from cally.notify import add_channel, count_messages, deliver
from cally.notify.calendar_file import calendar_uid
from cally.store import Store, jobs
from cally.vault import Vault
from tests import cast
from tests.jobs.conftest import Workshop, until
from tests.notify.calendars import Understood, by_ical_js, by_icalendar, invitation
from tests.notify.conftest import PUBLIC_URL, MailServer, Sink
from tests.site import LOCAL

TEN = cast.at("2026-09-22 08:00")
AS_ADA = Actor(kind="host")


@asynccontextmanager
async def delivering(store: Store, vault: Vault, server: MailServer) -> AsyncIterator[tuple[Worker, Workshop]]:
    workshop = Workshop(store)

    async def message(subject: int, now: int) -> None:
        settings = server.settings
        await deliver(store, vault, mail=settings, public_url=PUBLIC_URL, message_id=subject, now=now, allowed=LOCAL)

    async with workshop.working({"mail": message, "channel": message}) as worker:
        yield worker, workshop


async def settled(worker: Worker, workshop: Workshop) -> None:
    """Until nothing waits; between attempts the clock goes on, so that what let another go first has its turn."""

    async def empty() -> bool:
        counts = await workshop.counts()
        if "running" not in counts:
            workshop.clock.now += 1
            worker.wake()
        return counts == {}

    await until(empty)


async def attempted(workshop: Workshop) -> bool:
    """Whether everything that was due has been tried."""
    due = await jobs.list_due(workshop.store.reader, "mail", now=workshop.clock.now, limit=1)
    return not due and "running" not in await workshop.counts()


def received(server: MailServer, address: str) -> list[tuple[Understood, Understood]]:
    """What two calendars make of each mail to an address, in the order of arrival."""
    arrived = zip(server.postbox.recipients, server.postbox.mails, strict=True)
    files = [invitation(mail) for to, mail in arrived if to == address]
    return [(by_icalendar(file), by_ical_js(file)) for file in files]


@pytest.mark.parametrize("address", ["cleo@example.org", "ada@example.com"])
@pytest.mark.rule(73, 74)
async def test_calendars_follow_a_booking_to_its_end(
    store: Store, vault: Vault, mail_server: MailServer, address: str
) -> None:
    """Booked, moved, cancelled within a second: three mails each, one uid, 0, 1, 2, and both readers agree."""
    await cast.ada(store)
    free = Availability(store)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        made = cast.booked(await book(store, free, cast.request(TEN), now=cast.NOW, actor=cast.AS_CLEO))
        await reschedule(store, free, made.uid, TEN + 3_600, now=cast.NOW, actor=cast.AS_CLEO)
        await cancel(store, made.uid, reason="", now=cast.NOW, actor=AS_ADA)
        await settled(worker, workshop)
    seen = received(mail_server, address)
    assert all(one == other for one, other in seen)
    assert [(one.method, one.sequence, one.starts_at) for one, _ in seen] == [
        ("REQUEST", 0, TEN),
        ("REQUEST", 1, TEN + 3_600),
        ("CANCEL", 2, TEN + 3_600),
    ]
    assert {one.uid for one, _ in seen} == {calendar_uid(made.uid)}


async def test_a_moved_request_that_is_accepted_is_followed(
    store: Store, vault: Vault, mail_server: MailServer
) -> None:
    """Asked, accepted, asked anew, accepted again: confirmed, tentative, confirmed, each with a higher sequence."""
    host = await cast.host(store, "Ada Lovelace")
    await cast.event_type(store, await cast.schedule(store, host), approval=True)
    free = Availability(store)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        made = cast.booked(await book(store, free, cast.request(TEN), now=cast.NOW, actor=cast.AS_CLEO))
        await settled(worker, workshop)
        mail_server.postbox.forget()
        await approve(store, free, made.uid, now=cast.NOW, actor=AS_ADA)
        await reschedule(store, free, made.uid, TEN + 3_600, now=cast.NOW, actor=cast.AS_CLEO)
        await approve(store, free, made.uid, now=cast.NOW, actor=AS_ADA)
        await settled(worker, workshop)
    assert [(one.sequence, one.status) for one, _ in received(mail_server, "cleo@example.org")] == [
        (0, "CONFIRMED"),
        (1, "TENTATIVE"),
        (2, "CONFIRMED"),
    ]


async def test_a_queue_is_delivered_once_each_when_the_server_is_back(
    store: Store, vault: Vault, mail_server: MailServer, sink: Sink
) -> None:
    """Ten bookings while the server says "later" for hours; then everything arrives, nothing twice."""
    host = await cast.ada(store)
    await add_channel(store, vault, host.id, name="Hook", address=sink.address, now=cast.NOW, actor=AS_ADA)
    free = Availability(store)
    mail_server.postbox.mood = "later"
    async with delivering(store, vault, mail_server) as (worker, workshop):
        for number in range(10):
            request = cast.request(TEN + number * 1_800)
            cast.booked(await book(store, free, request, now=cast.NOW, actor=cast.AS_CLEO))
        for _ in range(5):
            workshop.clock.now += 600
            worker.wake()
            await until(lambda: attempted(workshop))
        mail_server.postbox.mood = "accept"
        workshop.clock.now += 3_600
        await settled(worker, workshop)
    assert await count_messages(store.reader, "sent") == 30
    assert len({mail["Message-ID"] for mail in mail_server.postbox.mails}) == len(mail_server.postbox.mails) == 20
    assert len(sink.posts) == 10
