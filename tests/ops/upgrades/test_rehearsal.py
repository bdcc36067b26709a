"""Rehearsals: another version answers on a copy; what a guest would notice is told apart from what nobody sees."""

from pathlib import Path

import pytest

from cally.errors import CallyError
from cally.ops.backups.threads import silent
from cally.ops.upgrades.compared import Compared
from cally.ops.upgrades.programs import program_at, version_of
from cally.ops.upgrades.rehearsal import SCRATCH, rehearse
from cally.store import Store
from tests.cast import NOW, ada
from tests.conftest import KEY
from tests.process.programs import QUICK, program
from tests.process.served import ROOT
from tests.web.desks import cleo_books

pytestmark = pytest.mark.slow
LATER = """
UPDATE event_type SET rules = json_set(rules, '$.notice_minutes', 5 * 24 * 60) WHERE slug = 'intro';
"""
LOSING = """
DELETE FROM occupancy;
UPDATE booking SET starts_at = starts_at + 3600, ends_at = ends_at + 3600;
DELETE FROM schedule WHERE id NOT IN (SELECT schedule_id FROM event_type);
"""


async def rehearsed(store: Store, file: Path, *, days: int = 14) -> Compared:
    """What comes of it, while the store stays open, as a server keeps it."""
    found = await rehearse(program_at(file), store.path, KEY, now=NOW, days=days, heard=lambda _: None, progress=silent)
    assert list((store.path.parent / SCRATCH).iterdir()) == []
    return found


async def test_a_change_that_nobody_sees(store: Store, tmp_path: Path):
    """One more table: every slot and booking is as it was; the database itself was not touched."""
    await ada(store)
    await cleo_books(store, NOW + 90_000)
    found = await rehearsed(store, program(tmp_path, "0.2.0", {"9000_later.sql": QUICK}))
    assert not found.differs
    assert (found.version[1], found.schema[1], found.bookings_ahead) == ("0.2.0", 9000, 1)
    (intro,) = found.event_types
    assert (intro.name, intro.before == intro.after > 100, set(intro.drawn)) == ("ada/intro", True, {"·", " "})
    assert await store.reader.row("SELECT count(*) FROM sqlite_schema WHERE name = 'later'") == (0,)


async def test_slots_that_go_are_counted_and_drawn(store: Store, tmp_path: Path):
    """Five days of notice: the slots of the next days are gone, the later ones are as they were."""
    await ada(store)
    found = await rehearsed(store, program(tmp_path, "0.2.0", {"9000_later.sql": LATER}))
    assert found.differs
    (intro,) = found.event_types
    assert intro.before - intro.after == len(intro.disappeared) > 0
    assert intro.appeared == []
    assert intro.drawn.rstrip().startswith("−−−−−")
    assert intro.drawn.rstrip().endswith("·")


async def test_lost_and_moved_bookings_are_named(store: Store, tmp_path: Path):
    """Also what no slot shows."""
    await ada(store)
    booking = await cleo_books(store, NOW + 90_000)
    found = await rehearsed(store, program(tmp_path, "0.2.0", {"9000_losing.sqlite.sql": LOSING}))
    assert found.differs
    assert found.bookings == [f"{booking.uid} is at another time or in another state"]


async def test_settings_that_it_does_not_take_are_named(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It would not start with them."""
    await ada(store)
    monkeypatch.setenv("CALLY_COLOUR", "blue")
    found = await rehearsed(store, program(tmp_path, "0.2.0"), days=2)
    assert found.differs
    assert found.settings == ["CALLY_COLOUR is not a setting of Cally."]


async def test_what_cannot_be_rehearsed_is_said(store: Store, tmp_path: Path):
    """A migration that fails, a program that is none, a file that is none."""
    await ada(store)
    broken = program(tmp_path, "0.2.0", {"9000_broken.sql": "INSERT INTO nowhere VALUES (1);"})
    with pytest.raises(CallyError, match="of that program failed"):
        await rehearsed(store, broken)
    (tmp_path / "other.pyz").write_text("#!/usr/bin/env python3\nprint('hello')\n")
    with pytest.raises(CallyError, match="another language"):
        await rehearsed(store, tmp_path / "other.pyz")
    with pytest.raises(CallyError, match="is no Cally"):
        program_at(tmp_path)


def test_a_source_tree_is_a_program_too():
    """And says its version, whatever the environment says."""
    assert version_of(program_at(ROOT)).count(".") == 2
