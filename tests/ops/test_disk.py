"""Disks: room and forecast in words, and when somebody should look after them."""

from pathlib import Path

import pytest

from cally.model.samples import Figure, Sample
from cally.ops import health
from cally.ops.monitor import machine
from cally.ops.monitor.disk import GIB, MIB, Outlook, judged, outlooks
from cally.ops.monitor.machine import Disk
from cally.ops.monitor.trend import DAY, UNKNOWN, Forecast
from cally.store import Store, system_samples
from tests.cast import NOW


def disk(free: int, total: int = 100 * GIB, name: str = "state") -> Disk:
    return Disk(name=name, path=f"/{name}", device=1, free_bytes=free, total_bytes=total)


def filling(days: float | None) -> Forecast:
    return Forecast(known=True, bytes_per_day=GIB, full_in_days=days)


@pytest.mark.parametrize(
    ("free", "total", "ahead", "status"),
    [
        (32 * MIB, 100 * GIB, UNKNOWN, "failing"),
        (256 * MIB, 100 * GIB, UNKNOWN, "degraded"),
        (4 * GIB, 100 * GIB, UNKNOWN, "degraded"),
        (6 * GIB, 100 * GIB, UNKNOWN, "ok"),
        (40 * GIB, 4_000 * GIB, UNKNOWN, "ok"),
        (2 * GIB, 8 * GIB, UNKNOWN, "ok"),
        (60 * GIB, 100 * GIB, filling(13.9), "degraded"),
        (60 * GIB, 100 * GIB, filling(14.1), "ok"),
        (60 * GIB, 100 * GIB, filling(None), "ok"),
    ],
)
def test_somebody_is_told_while_there_is_time(free: int, total: int, ahead: Forecast, status: str):
    """Too few bytes, too small a part of a disk that is not huge, or full within two weeks."""
    assert health.disk([Outlook(disk=disk(free, total), ahead=ahead)]).status == status


def test_without_room_for_backups_bookings_go_on():
    """That needs somebody, but guests are served."""
    assert Outlook(disk=disk(MIB, name="backups")).trouble == "degraded"


def test_the_forecast_is_said_in_words():
    """And left out when it is further away than anybody plans."""
    room = "75 GB of 107 GB are free."
    said = [Outlook(disk=disk(70 * GIB), ahead=filling(days)).sentence for days in (23.7, 0.5, 200, 500, None)]
    pace = "At the present pace it will be full in"
    assert said == [
        f"{room} {pace} 23 days.",
        f"{room} {pace} less than a day.",
        f"{room} {pace} about 6 months.",
        room,
        room,
    ]


def test_two_disks_are_named_and_the_worse_one_counts():
    """Where backups have a disk of their own."""
    status, words = judged([Outlook(disk=disk(70 * GIB)), Outlook(disk=disk(MIB, name="backups"))])
    assert status == "degraded"
    assert words == "Data: 75 GB of 107 GB are free. Backups: 1.0 MB of 107 GB are free."


def test_a_disk_that_cannot_be_looked_at_is_no_good_news():
    """Its directory is gone."""
    assert judged([])[0] == "degraded"


def test_places_on_one_disk_are_one_disk(tmp_path: Path):
    """What is not there is left out."""
    (tmp_path / "backups").mkdir()
    assert list(machine.disks(machine.places(tmp_path))) == ["state"]
    assert machine.disks({"state": tmp_path / "nowhere"}) == {}


async def test_the_forecast_comes_from_the_history(store: Store):
    """A gigabyte a day for ten days, in rows of hours."""
    async with store.write() as tx:
        for hour in range(240, -1, -1):
            used = int((50 - hour / 24) * GIB)
            figures = {"state_used_bytes": Figure(used, used), "state_total_bytes": Figure(100 * GIB, 100 * GIB)}
            sample = Sample(at=NOW - hour * 3_600, seconds=3_600, figures=figures, latency={})
            await system_samples.put(tx, "hour", sample)
    found = await outlooks(store.reader, {"state": disk(12 * GIB)}, NOW)
    assert found["state"].ahead.full_in_days == pytest.approx(12, rel=0.02)
    assert found["state"].trouble == "degraded"
    later = await outlooks(store.reader, {"state": disk(12 * GIB)}, NOW + 20 * DAY)
    assert later["state"].ahead == UNKNOWN
