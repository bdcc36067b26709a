"""A backup counts as made when it was fetched back and restored; one place that fails takes no other along."""

import asyncio
import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.backups import BackupPlan
from cally.ops.backups import places
from cally.ops.backups.making import snapshot
from cally.ops.backups.plan import DAY_SECONDS, change_plan
from cally.ops.backups.running import alone
from cally.ops.backups.standing import standing
from cally.ops.backups.targets import directory
from cally.store import audit, backup_targets, backups, copying, erased_file, sqlite
from tests.booked import store_booking
from tests.cast import NOW
from tests.conftest import KEY
from tests.ops.backups.conftest import House

ADMIN = Actor(kind="admin")
ONE_DAILY = BackupPlan(daily=1, weekly=0, monthly=0, tz="UTC")


async def second_place(house: House, folder: Path) -> int:
    place = await places.add_place(house.store, house.vault, str(folder), {}, now=NOW, actor=ADMIN)
    return place.id


def spoil(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


async def faults(house: House) -> dict[str, str]:
    return {place.address: place.fault for place in await backup_targets.list_all(house.store.reader)}


async def tags(house: House) -> list[str]:
    return [one.tag for one in await audit.list_latest(house.store.reader) if ":backup" in one.tag]


async def test_a_backup_is_kept_fetched_back_restored_and_counted(house: House):
    """What was found is remembered with it, and noted."""
    (made,) = await house.backups.make("on demand", now=NOW)
    kept = await backups.by_id(house.store.reader, made.id)
    assert kept is not None
    assert kept.sound is True
    assert kept.counts["booking"] == 3
    assert "3 bookings" in kept.verdict
    assert house.names() == [kept.name]
    assert kept.size_bytes == (house.kept / kept.name).stat().st_size
    assert await tags(house) == ["system:backup:prove", "system:backup:make"]
    assert list((house.store.path.parent / "scratch").iterdir()) == []


async def test_one_that_comes_back_otherwise_has_failed(house: House, monkeypatch: pytest.MonkeyPatch):
    """The place took it and gave back other bytes: that is a failed backup, and the place says so."""
    get = directory.Directory.get

    async def spoiled(self: directory.Directory, name: str, file: Path, progress: Any) -> None:
        await get(self, name, file, progress)
        spoil(file)

    monkeypatch.setattr(directory.Directory, "get", spoiled)
    with pytest.raises(CallyError) as failed:
        await house.backups.make("scheduled", now=NOW)
    assert failed.value.facts["reason"] == "damaged"
    (kept,) = await backups.list_all(house.store.reader)
    assert kept.sound is False
    assert "damaged" in kept.verdict
    assert "damaged" in (await faults(house))[places.OWN]
    run = await backups.last_run(house.store.reader)
    assert run is not None
    assert "damaged" in run.fault
    assert (await standing(house.store.reader, NOW)).status == "degraded"


async def test_a_full_place_takes_no_other_along(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The disk is full in the middle of the copy; nothing of it stays there, and the other place has its backup."""
    full = tmp_path / "full"
    await second_place(house, full)
    write = os.write

    def short(descriptor: int, data: bytes) -> int:
        if full == Path(f"/proc/self/fd/{descriptor}").readlink().parent and os.fstat(descriptor).st_size > 500_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data[:200_000])

    monkeypatch.setattr(directory.os, "write", short)
    with pytest.raises(CallyError, match="No space left"):
        await house.backups.make("scheduled", now=NOW)
    assert list(full.iterdir()) == []
    (kept,) = await backups.list_all(house.store.reader)
    assert kept.sound is True
    found = await faults(house)
    assert found[places.OWN] == ""
    assert "No space left" in found[str(full)]
    monkeypatch.setattr(directory.os, "write", write)
    await house.backups.make("scheduled", now=NOW + 60)
    assert (await faults(house))[str(full)] == ""


async def test_too_little_room_is_said_before_anything_is_written(house: House, monkeypatch: pytest.MonkeyPatch):
    """With what it needs and what there is."""
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1024**2}))
    with pytest.raises(CallyError, match=r"needs \d+ MB of room, and 1\.\d MB are free") as refused:
        await house.backups.make("scheduled", now=NOW)
    assert refused.value.code == "storage_full"
    assert house.names() == []
    assert not (house.store.path.parent / "scratch").exists()


async def test_what_others_keep_in_the_same_place_is_left_alone(house: House):
    """Another instance's backups, and files that only look alike, outlive every plan."""
    await change_plan(house.store, ONE_DAILY, now=NOW, actor=ADMIN)
    house.kept.mkdir()
    others = ["cally-20200101T030000Z-00000000.backup", "holiday.jpg", "cally-20200101T030000Z-.backup", "cally.db"]
    for name in others:
        (house.kept / name).write_bytes(b"theirs")
    for day in range(4):
        house.watch[0] = NOW + day * DAY_SECONDS
        await house.backups.make("scheduled", now=house.watch[0])
    assert set(others) < set(house.names())
    assert len(house.names()) == len(others) + 1


async def test_the_last_proven_one_outlives_every_failure(house: House, monkeypatch: pytest.MonkeyPatch):
    """Later ones that cannot be proved do not push it out."""
    await change_plan(house.store, ONE_DAILY, now=NOW, actor=ADMIN)
    (good,) = await house.backups.make("scheduled", now=NOW)
    examine = copying.examine
    monkeypatch.setattr(copying, "examine", lambda *args: (examine(*args)[0], ["page 7 is odd"]))
    for day in range(1, 5):
        house.watch[0] = NOW + day * DAY_SECONDS
        with pytest.raises(CallyError, match="page 7 is odd"):
            await house.backups.make("scheduled", now=house.watch[0])
    monkeypatch.undo()
    assert good.name in house.names()
    assert (await standing(house.store.reader, house.watch[0])).status == "failing"
    house.watch[0] += 60
    (newest,) = await house.backups.make("scheduled", now=house.watch[0])
    assert newest.name in house.names()
    assert good.name not in house.names()


async def test_a_backup_that_came_by_itself_is_found_and_proved(house: House):
    """Made before an upgrade, while no server ran; it is of this key, so it is known by its name."""
    file = snapshot(house.store.path, KEY, house.kept, why="before upgrade", now=NOW - 60)
    await house.backups.make("scheduled", now=NOW)
    await house.backups.turn(NOW)
    found = {one.name: one for one in await backups.list_all(house.store.reader)}
    assert found[file.name].why == "before upgrade"
    assert found[file.name].sound is True
    file.unlink()
    await house.backups.refresh()
    assert file.name not in {one.name for one in await backups.list_all(house.store.reader)}


async def test_an_older_one_under_a_newer_name_proves_nothing(house: House, monkeypatch: pytest.MonkeyPatch):
    """A place that kept the first and gives it back for every later one has kept no later one."""
    (first,) = await house.backups.make("scheduled", now=NOW)
    get = directory.Directory.get

    async def stale(self: directory.Directory, _: str, file: Path, progress: Any) -> None:
        await get(self, first.name, file, progress)

    monkeypatch.setattr(directory.Directory, "get", stale)
    with pytest.raises(CallyError, match="another backup under this name"):
        await house.backups.make("scheduled", now=NOW + DAY_SECONDS)
    assert [one.sound for one in await backups.list_all(house.store.reader)] == [False, True]


async def test_the_list_of_erased_guests_goes_along(house: House):
    """So that a restore on another machine forgets whom this one forgot after the backup."""
    erased_file.beside(house.store).add(bytes(32), NOW)
    await house.backups.make("scheduled", now=NOW)
    (name,) = [name for name in house.names() if name.endswith("-erased-guests")]
    assert erased_file.parsed((house.kept / name).read_text()) == [(bytes(32), NOW)]


async def test_asked_for_twice_it_is_made_once_and_survives_a_restart(house: House):
    """The wish is in the database until a backup has ended."""
    await house.backups.ask(now=NOW, actor=ADMIN)
    await house.backups.ask(now=NOW, actor=ADMIN)
    await house.backups.turn(NOW)
    assert len(house.names()) == 1
    await house.backups.turn(NOW + 300)
    assert len(house.names()) == 1


async def test_one_is_made_when_its_time_has_come(house: House):
    """Not before; and once."""
    plan = BackupPlan(hour=12, tz="UTC")
    await change_plan(house.store, plan, now=NOW, actor=ADMIN)
    noon = NOW - NOW % DAY_SECONDS + 12 * 3_600
    for now, count in ((noon - 1, 0), (noon, 1), (noon + 300, 1), (noon + DAY_SECONDS, 2)):
        house.watch[0] = now
        await house.backups.turn(now)
        assert len(await backups.list_all(house.store.reader)) == count


async def test_only_one_is_made_at_a_time(house: House):
    """Whoever began the other: another process holds the lock as well."""
    with alone(house.store.path.parent), pytest.raises(CallyError) as refused:
        await house.backups.make("on demand", now=NOW)
    assert refused.value.code == "conflict"
    assert await backups.last_run(house.store.reader) is None


async def test_bookings_go_on_while_a_copy_is_made_and_it_has_every_earlier_one(house: House):
    """The copy is of one instant: all that stood before it is in it."""
    ended, made = asyncio.Event(), list[int]()

    async def book() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            booking = await store_booking(house.store, await host_id(house), starts_at=NOW + (number + 10) * 86_400)
            made.append(booking.id)
            await asyncio.sleep(0)

    task = asyncio.create_task(book())
    for number in range(5):
        await asyncio.sleep(0.02)
        before = len(made)
        (kept,) = await house.backups.make("on demand", now=NOW + number)
        found = await backups.by_id(house.store.reader, kept.id)
        assert found is not None
        assert 3 + before <= found.counts["booking"] <= 3 + len(made)
        assert found.sound
    ended.set()
    await task
    assert len(made) > 5


async def host_id(house: House) -> int:
    row = await house.store.reader.row("SELECT id FROM host")
    assert row is not None
    return int(row[0])


async def test_whoever_stops_waiting_stops_the_copying(house: House, monkeypatch: pytest.MonkeyPatch):
    """At a stop of the server the thread does not go on for minutes, and nothing half stays."""
    begun, gone = threading.Event(), threading.Event()

    def endless(_source: Path, _key: bytes, copy: Path, told: Any) -> None:
        copy.write_bytes(b"half")
        begun.set()
        try:
            while True:
                told(1, 2)
        finally:
            gone.set()

    monkeypatch.setattr(copying, "copy_database", endless)
    task = asyncio.create_task(house.backups.make("on demand", now=NOW))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(gone.wait, 10)
    assert list((house.store.path.parent / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    ("hours", "status"), [(0, "ok"), (26, "ok"), (27, "degraded"), (71, "degraded"), (73, "failing")]
)
async def test_a_late_backup_is_a_warning_and_then_a_failure(house: House, hours: int, status: str):
    """After a day and two hours, and after three days; also when there has never been one."""
    assert (await standing(house.store.reader, NOW + hours * 3_600)).status == status
    await house.backups.make("scheduled", now=NOW)
    found = await standing(house.store.reader, NOW + hours * 3_600)
    assert found.status == status
    assert "last proven backup" in found.sentence


def test_a_database_that_nobody_serves_is_copied_as_well(house: House, tmp_path: Path):
    """As before an upgrade; what still lies in the log is in it."""
    writing = sqlite.connect(house.store.path, KEY)
    writing.execute("INSERT INTO setting (name, value) VALUES ('late', 'x')")
    file = snapshot(house.store.path, KEY, tmp_path / "made", why="before upgrade", now=NOW)
    writing.close()
    reading = sqlite.connect(file, KEY, read_only=True)
    assert reading.execute("SELECT value FROM setting WHERE name = 'late'").get == "x"
    reading.close()
