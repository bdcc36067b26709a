"""What an admin is told of time zone rules: which are in use, whom the last change concerned, when to start anew."""

from pathlib import Path

import pytest

from cally import config
from cally.bookings import note_law, watch_time_law
from cally.ops import doctor, health, lock
from cally.ops.live import Live
from cally.store import Store
from cally.vault import Vault
from tests.booked import store_booking
from tests.cast import DAY, NOW, ada
from tests.zone_files import ZoneFiles


@pytest.fixture
def old(tmp_path: Path) -> ZoneFiles:
    files = ZoneFiles(tmp_path / "old", "2026a")
    files.zone("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3")
    return files


@pytest.fixture
def new(tmp_path: Path) -> ZoneFiles:
    """Germany no longer sets its clocks."""
    files = ZoneFiles(tmp_path / "new", "2026b")
    files.zone("Europe/Berlin", "CET-1")
    return files


async def test_what_a_change_meant_is_said(store: Store, old: ZoneFiles, new: ZoneFiles):
    """Since when, instead of which, and how many bookings."""
    await store_booking(store, (await ada(store)).id, starts_at=NOW + DAY + 2 * 3_600)
    with old.in_use():
        await watch_time_law(store, NOW)
        assert (await health.time_zones(store.reader)).detail == "Rules of 2026a are in use."
    with new.in_use():
        await watch_time_law(store, NOW + 60)
        told = (await health.time_zones(store.reader)).detail
    assert "Rules of 2026b since 2026-09-21 (before: 2026a)" in told
    assert "Bookings affected: 1" in told


async def test_newer_rules_on_disk_ask_for_a_new_start(store: Store, old: ZoneFiles):
    """A process that runs goes on by the rules that it began with, so that it never mixes two."""
    with old.in_use():
        await note_law(store, NOW)
        (old.folder / "tzdata.zi").write_text("# version 2026b\n", encoding="utf-8")
        found = await health.time_zones(store.reader)
    assert found.status == "degraded"
    assert found.detail == "Time zone rules on disk (2026b) are newer than those in use (2026a): start Cally again."


async def test_the_doctor_compares_with_the_server_that_runs(
    store: Store, vault: Vault, tmp_path: Path, old: ZoneFiles, new: ZoneFiles
):
    """The command is a process of its own, and sees what the next server will use."""
    settings = config.load({"CALLY_STATE_DIR": str(tmp_path)})
    with old.in_use():
        await note_law(store, NOW)
    with new.in_use(), lock.hold(tmp_path, now=NOW):
        live = Live(store, vault, settings, fallback="http://127.0.0.1:8080")
        await live.reload()
        found = {one.name: one for one in await doctor.examine(settings, store, live, now=NOW)}
    assert found["time zones"].verdict == "advice"
    assert "2026b) are newer than those in use (2026a)" in found["time zones"].sentence
