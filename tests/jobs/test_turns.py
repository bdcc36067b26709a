"""Whose job is next: the urgent first, hosts in turns, and a place that is never taken by one alone."""

import asyncio
from collections import Counter

from cally.jobs.turns import PLACES
from cally.model.jobs import AWAITED, PATIENT, USUAL
from cally.store import job_hours
from tests.cast import DAY, HOUR, NOW
from tests.jobs.conftest import Workshop, until

ADA, BEN = 1, 2


class Slow:
    """A handler that notes whom it was called for, and goes on when it is let."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.go_on = asyncio.Event()

    async def __call__(self, subject: int, now: int) -> None:
        """One job."""
        self.begun.append(subject)
        await self.go_on.wait()


async def done_by(workshop: Workshop) -> list[int]:
    """The subjects in the order in which one worker does them."""
    order: list[int] = []

    async def note(subject: int, _now: int) -> None:
        order.append(subject)

    async with workshop.working({"note": note}):
        await until(lambda: gone(workshop))
    return order


async def gone(workshop: Workshop) -> bool:
    return await workshop.counts() == {}


async def test_what_a_person_waits_for_goes_first(workshop: Workshop) -> None:
    """However long digests and reminders have been due."""
    await workshop.plan(*range(100, 130), priority=PATIENT)
    await workshop.plan(*range(200, 230), priority=USUAL)
    workshop.clock.now += HOUR
    await workshop.plan(1, priority=AWAITED)
    order = await done_by(workshop)
    assert order[0] == 1
    assert max(order.index(subject) for subject in range(200, 230)) <= 31 + PLACES
    assert len(order) == 61


async def test_a_heap_of_one_host_keeps_nobody_waiting(workshop: Workshop) -> None:
    """Five thousand of Ada's wait since an hour; Ben's confirmation is among the first."""
    await workshop.plan(*range(1_000, 6_000), owner=ADA)
    workshop.clock.now += HOUR
    await workshop.plan(1, owner=BEN)
    slow = Slow()
    async with workshop.working({"note": slow}):
        await until(lambda: len(slow.begun) == PLACES)
        assert 1 in slow.begun
        async with workshop.store.write() as tx:
            await tx.run("DELETE FROM job WHERE state = 'waiting'")
        slow.go_on.set()


async def test_hosts_take_turns(workshop: Workshop) -> None:
    """Three heaps are worked off side by side, and each in its own order."""
    for owner in (ADA, BEN, 3):
        await workshop.plan(*range(owner * 100, owner * 100 + 12), owner=owner)
    order = await done_by(workshop)
    for begin in range(0, 36, 12):
        shares = Counter(subject // 100 for subject in order[begin : begin + 12])
        assert min(shares.values()) >= 2, order
    for owner in (ADA, BEN, 3):
        own = [subject for subject in order if subject // 100 == owner]
        assert own == sorted(own)


async def test_nobody_is_passed_over_where_many_wait(workshop: Workshop) -> None:
    """Twenty hosts with a heap each: before anybody has their fourth, everybody has had one."""
    for owner in range(1, 21):
        await workshop.plan(*range(owner * 100, owner * 100 + 5), owner=owner)
    order = await done_by(workshop)
    shares = Counter(subject // 100 for subject in order[:40])
    assert len(shares) == 20
    assert max(shares.values()) <= 3, shares


async def test_a_place_is_kept_from_who_has_all_others(workshop: Workshop) -> None:
    """While all of Ada's wait for a slow mail server, Ben's begins at once."""
    slow = Slow()
    await workshop.plan(*range(1_000, 1_020), owner=ADA)
    async with workshop.working({"note": slow}) as worker:
        await until(lambda: len(slow.begun) == PLACES - 1)
        await workshop.plan(1, owner=BEN)
        worker.wake()
        await until(lambda: 1 in slow.begun)
        assert len(slow.begun) == PLACES
        slow.go_on.set()
        await until(lambda: gone(workshop))


async def test_a_place_is_kept_from_what_has_time(workshop: Workshop) -> None:
    """While slow digests of many hosts are on their way, a confirmation begins at once."""
    slow = Slow()
    for owner in range(1, 20):
        await workshop.plan(1_000 + owner, owner=owner, priority=PATIENT)
    async with workshop.working({"note": slow}) as worker:
        await until(lambda: len(slow.begun) == PLACES - 1)
        await workshop.plan(1, owner=BEN, priority=AWAITED)
        worker.wake()
        await until(lambda: 1 in slow.begun)
        slow.go_on.set()
        await until(lambda: gone(workshop))


async def test_what_comes_due_later_takes_its_turn_then(workshop: Workshop) -> None:
    """What is due tomorrow is not looked at today, and is all done tomorrow."""
    await workshop.plan(*range(1_000, 1_060), owner=ADA, due_in=DAY, priority=USUAL)
    await workshop.plan(1, owner=BEN, priority=USUAL)
    assert await done_until(workshop, 1) == [1]
    workshop.clock.now += DAY
    assert len(await done_by(workshop)) == 60


async def done_until(workshop: Workshop, times: int) -> list[int]:
    order: list[int] = []

    async def note(subject: int, _now: int) -> None:
        order.append(subject)

    async with workshop.working({"note": note}):
        await until(lambda: len(order) == times)
    return order


async def test_what_a_wrong_clock_made_due_waits_again(workshop: Workshop) -> None:
    """Set forward by a week while nothing could be sent, then back: what is for tomorrow stays for tomorrow."""
    order: list[int] = []
    paused = {"note"}

    async def note(subject: int, _now: int) -> None:
        order.append(subject)

    await workshop.plan(1, due_in=DAY)
    await workshop.plan(2, kind="other", due_in=DAY)
    workshop.clock.now += 7 * DAY
    handlers = {"note": note, "other": note}
    async with workshop.working(handlers, paused=lambda: frozenset(paused)) as worker:
        await until(lambda: order == [2])
        workshop.clock.now -= 7 * DAY
        worker.wake()
        await asyncio.sleep(0.05)
        paused.clear()
        worker.wake()
        await asyncio.sleep(0.05)
        assert order == [2]
        workshop.clock.now += DAY
        worker.wake()
        await until(lambda: gone(workshop))
    assert order == [2, 1]


async def test_what_was_done_is_counted_by_kind_and_hour(workshop: Workshop) -> None:
    """With how late it was: one row an hour, however many there were."""
    await workshop.plan(*range(20))
    workshop.clock.now += 30
    await done_by(workshop)
    (hour,) = await job_hours.list_since(workshop.store.reader, 0)
    assert hour == (NOW // HOUR, "note", 20, 0, 0, 600, 30)
