"""Cally watching itself: what a look sees, how looks become rows, and what of them is known after a restart."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from cally.model.backups import BackupTarget
from cally.model.samples import Figure, Point, Sample
from cally.ops.monitor import Monitor, Watched, history, machine
from cally.ops.monitor.figures import together
from cally.ops.monitor.keeping import HOURS_KEPT_SECONDS, MINUTES_KEPT_SECONDS, keep
from cally.ops.monitor.latency import BOUNDS, SIZE, bucket, grown, merged, quantile
from cally.ops.monitor.loop_lag import LoopLag
from cally.ops.monitor.requests import Requests
from cally.ops.monitor.series import Column, columns
from cally.store import Store, backup_targets, jobs, system_samples
from tests.cast import DAY, HOUR, NOW

MINUTE = 60


def sample(at: int, seconds: int = 300, latency: dict[int, int] | None = None, **figures: int) -> Sample:
    kept = {name: Figure(value, value) for name, value in figures.items()}
    return Sample(at=at, seconds=seconds, figures=kept, latency=latency or {})


@pytest.fixture
def watched(store: Store) -> Watched:
    return Watched(
        store=store, clock=lambda: NOW, places=lambda: machine.places(store.path.parent), mail_set_up=lambda: True
    )


async def test_a_look_sees_the_process_its_work_and_its_disk(watched: Watched, store: Store):
    """What the page and the alerts are made of."""
    async with store.write() as tx:
        await jobs.insert(tx, kind="mail", subject=1, due_at=NOW - 90, now=NOW - 90)
    monitor = Monitor()
    monitor.requests.note("pages", 200, 0.004)
    monitor.requests.note("api", 503, 0.2)
    monitor.requests.note("static", 200, 0.001)
    await monitor.look(watched)
    seen = (await monitor.look(watched)).figures
    first = monitor.samples[0]
    assert (first.figures["requests"].value, first.figures["errors"].value) == (2, 1)
    assert first.latency == {bucket(0.004): 1, bucket(0.2): 1}
    assert seen["requests"].value == 0
    assert seen["memory_bytes"].value > 10_000_000
    assert seen["threads"].value >= threading.active_count() - 1
    assert seen["open_files"].value > 2
    assert seen["late_seconds"].value == 90
    assert seen["due_jobs"].value == 1
    assert first.figures["commits"].value >= 1
    assert seen["database_bytes"].value == store.path.stat().st_size
    assert 0 < seen["state_used_bytes"].value < seen["state_total_bytes"].value
    assert "backups_used_bytes" not in seen


async def test_a_blocked_loop_is_noticed():
    """Something held it up for a fifth of a second; everybody waited."""
    lag = LoopLag()
    measuring = asyncio.create_task(lag.run())
    await asyncio.sleep(0.3)
    lag.take()
    time.sleep(0.5)  # noqa: ASYNC251 - what the test is about
    await asyncio.sleep(0.05)
    measuring.cancel()
    assert lag.take()[1] > 0.2
    assert lag.take() == (0.0, 0.0)


async def test_rows_outlive_the_process(store: Store):
    """A row that was kept is there for whoever opens the file next."""
    await keep(store, sample(NOW, memory_bytes=5))
    assert await history(store.reader, "memory_bytes", NOW - HOUR, NOW) == [Point(NOW, 300, 5, 5)]
    assert await history(store.reader, "threads", NOW - HOUR, NOW) == []


async def test_what_a_look_saw_is_in_the_next_row(watched: Watched, store: Store):
    """Levels as their average, counts as their sum; at an orderly stop what is left is kept, too."""
    monitor = Monitor()
    for number in range(3):
        monitor.requests.note("pages", 200, 0.004)
        await monitor.look(watched)
        assert number == len(monitor.samples) - 1
    await monitor.keep_rest(watched)
    await monitor.keep_rest(watched)
    assert [point.value for point in await history(store.reader, "requests", NOW - HOUR, NOW)] == [3]


async def test_an_hour_that_is_over_becomes_one_row(store: Store):
    """With the sum, the average and the highest of its minutes; both are there until the minutes are old."""
    start = NOW // HOUR * HOUR
    for number in range(1, 14):
        await keep(store, sample(start + number * 300, memory_bytes=number * 100, requests=2, latency={3: 1}))
    found = await system_samples.list_between(store.reader, "hour", 0, NOW + DAY)
    assert [(row.at, row.seconds) for row in found] == [(start + HOUR, HOUR)]
    assert found[0].figures == {"memory_bytes": Figure(650, 1_200), "requests": Figure(24, 2)}
    assert found[0].latency == {3: 12}


async def test_after_a_stand_still_every_hour_is_folded(store: Store):
    """Cally was off for a day; the hours before that get their rows all the same, those between get none."""
    start = NOW // HOUR * HOUR
    for at in (start + 300, start + HOUR + 300, start + 20 * HOUR + 300):
        await keep(store, sample(at, memory_bytes=1))
    found = await system_samples.list_between(store.reader, "hour", 0, NOW + 2 * DAY)
    assert [row.at for row in found] == [start + HOUR, start + 2 * HOUR]


async def test_old_rows_go(store: Store):
    """Minutes after eight days, hours after 400."""
    start = NOW // HOUR * HOUR
    async with store.write() as tx:
        await system_samples.put(tx, "hour", sample(start - HOURS_KEPT_SECONDS - HOUR))
        await system_samples.put(tx, "hour", sample(start - HOURS_KEPT_SECONDS + DAY))
        await system_samples.put(tx, "minutes", sample(start - MINUTES_KEPT_SECONDS - HOUR))
        await system_samples.put(tx, "minutes", sample(start - 300))
    await keep(store, sample(start + 300))
    hours = await system_samples.list_between(store.reader, "hour", 0, NOW)
    minutes = await system_samples.list_between(store.reader, "minutes", 0, NOW + DAY)
    assert [row.at for row in hours] == [start - HOURS_KEPT_SECONDS + DAY, start]
    assert [row.at for row in minutes] == [start - 300, start + 300]


async def test_far_back_it_is_hours_and_then_the_minutes_since(store: Store):
    """So that the last hour is never missing."""
    start = NOW // HOUR * HOUR
    async with store.write() as tx:
        for age in range(1, 100):
            await system_samples.put(tx, "hour", sample(start - age * HOUR, HOUR, threads=age))
        await system_samples.put(tx, "minutes", sample(start - HOUR - 300, threads=98))
        await system_samples.put(tx, "minutes", sample(start - 300, threads=99))
    found = await history(store.reader, "threads", NOW - 4 * DAY, NOW)
    assert len(found) == 96
    assert [point.seconds for point in found[-2:]] == [HOUR, 300]


async def test_the_last_hour_is_rows_of_before_and_looks_since_the_start(store: Store, watched: Watched):
    """A restart is a seam that nobody sees."""
    async with store.write() as tx:
        for age in (40, 35, 5):
            await system_samples.put(tx, "minutes", sample(NOW - age * MINUTE))
    monitor = Monitor()
    monitor.samples.extend(sample(NOW - seconds, 10) for seconds in range(600, -1, -10))
    found = await monitor.between(store.reader, NOW - HOUR, NOW)
    assert [one.at for one in found[:3]] == [NOW - 40 * MINUTE, NOW - 35 * MINUTE, NOW - 600]
    assert len(found) == 63
    longer = await monitor.between(store.reader, NOW - DAY, NOW)
    assert [one.at for one in longer[:4]] == [NOW - 40 * MINUTE, NOW - 35 * MINUTE, NOW - 5 * MINUTE, NOW - 290]


async def test_a_disk_that_is_full_loses_no_figures(watched: Watched, store: Store, monkeypatch: pytest.MonkeyPatch):
    """They wait in memory and are part of the next row that can be kept."""
    monitor = Monitor()
    monitor.requests.note("pages", 200, 0.004)
    await monitor.look(watched)

    def refuse() -> None:
        raise RuntimeError("full")

    with monkeypatch.context() as patch:
        patch.setattr(type(store), "write", lambda _self: refuse())
        with pytest.raises(RuntimeError):
            await monitor.keep_rest(watched)
    await monitor.look(watched)
    await monitor.keep_rest(watched)
    assert [point.value for point in await history(store.reader, "requests", NOW - HOUR, NOW)] == [1]


def test_levels_are_averaged_by_time_and_counts_added():
    """A figure that only some have is theirs alone."""
    found = together([sample(10, 10, threads=4, requests=3), sample(40, 30, threads=8, requests=1, due_jobs=2)])
    assert (found.at, found.seconds) == (40, 40)
    assert found.figures == {"threads": Figure(7, 8), "requests": Figure(4, 3), "due_jobs": Figure(2, 2)}
    with pytest.raises(ValueError, match="nothing"):
        together([])


def test_columns_share_what_lies_across_their_edge():
    """A count is parted by time, a level is the same on both sides; where nothing was, nothing is drawn."""
    laid = columns([sample(150, 100, requests=10, threads=4)], ["requests", "threads"], since=0, until=400, count=4)
    assert laid["requests"] == [Column(5, 10), Column(5, 10), None, None]
    assert laid["threads"] == [Column(4, 4), Column(4, 4), None, None]


@pytest.mark.parametrize(
    ("counts", "part", "seconds"),
    [
        ({}, 0.5, None),
        ({0: 10}, 0.5, 0.00025),
        ({bucket(0.004): 100}, 0.95, 0.0049),
        ({bucket(0.004): 94, bucket(2.5): 6}, 0.95, 2.0 + 1 / 6),
        ({SIZE - 1: 3}, 0.99, BOUNDS[-1]),
    ],
)
def test_quantiles(counts: dict[int, int], part: float, seconds: float | None):
    """By the place in the bucket where they lie."""
    found = quantile(counts, part)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_counts_of_stretches_add_up():
    """What was added since is what is there now less what was there before."""
    assert grown([3, 0, 5], [1, 0, 5]) == {0: 2}
    assert merged([{0: 2}, {0: 1, 4: 7}]) == {0: 3, 4: 7}


def test_requests_of_probes_are_nobodys():
    """They are counted, but nobody waits for them."""
    requests = Requests()
    requests.note("watching", 200, 9.0)
    requests.note("static", 304, 9.0)
    requests.note("desk", 0, 0.01)
    assert requests.peoples()[:2] == (1, 0)
    assert requests.parts["watching"].classes == [0, 0, 1, 0, 0, 0]


def test_noting_costs_next_to_nothing():
    """Less than twenty microseconds even on a machine that has much else to do; about one is usual."""
    requests = Requests()
    note: Callable[..., None] = requests.note
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        for _ in range(1_000):
            note("pages", 200, 0.004)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.02


async def test_the_folder_that_an_admin_keeps_backups_in_is_looked_at(watched: Watched, store: Store):
    """As soon as it is on a disk of its own; `/proc` is something like one, wherever this runs."""
    place = BackupTarget(id=1, address="file:///proc", secret_sealed=None, enabled=True, created_at=NOW)
    async with store.write() as tx:
        await backup_targets.insert(tx, place)
    monitor = Monitor()
    assert "backups_total_bytes" in (await monitor.look(watched)).figures
    assert [one.disk.path for one in monitor.outlooks] == [str(store.path.parent), "/proc"]
