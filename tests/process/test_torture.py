"""A short torture in every test run; `make torture` is the long one."""

import asyncio
import shutil
from pathlib import Path

import apsw
import pytest

from cally.store import sqlite
from tests.process import cuts, kills, mutants
from tests.process.oracle import violations

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("torture")]

KINDS = {"single", "panel", "series", "seat", "waiting", "cancelled", "accepted"}
DAMAGE = {
    "DELETE FROM occupancy WHERE owner_id = (SELECT id FROM resource)": "claims",
    "UPDATE occupancy SET uid = 'nobody' WHERE id = (SELECT max(id) FROM occupancy)": "claims",
    "UPDATE occupancy SET seats_taken = 2 WHERE seats = 3": "claims",
    "UPDATE occupancy SET kind = 'hold', expires_at = starts_at WHERE seats = 3": "claims",
    "DELETE FROM booking_host": "claims",
    "UPDATE booking SET status = 'confirmed' WHERE status = 'cancelled'": "claims",
    "UPDATE occupancy SET ends_at = ends_at + 86400": "overlap",
    "UPDATE occupancy SET seats = 1 WHERE seats = 3": "seats",
    "DELETE FROM group_session": "seats",
    "DELETE FROM series_booking WHERE number = 4": "series",
    "UPDATE booking SET series_id = NULL WHERE series_id = (SELECT max(id) FROM series)": "series",
    "UPDATE event_type_host SET assigned = assigned + 1": "turns",
    "UPDATE waitlist_entry SET state = 'waiting', booking_id = NULL": "waitlist",
    "UPDATE booking SET guest_email = 'other@example.org' WHERE event_type_id IN "
    "(SELECT event_type_id FROM waitlist_entry)": "waitlist",
    "DELETE FROM message WHERE kind = 'waitlist_offered'": "waitlist",
    "DELETE FROM message WHERE kind = 'cancelled' AND recipient = 'companion'": "outbox",
    "DELETE FROM message WHERE kind = 'confirmed' AND recipient = 'host'": "outbox",
    "DELETE FROM audit_entry": "audit",
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, kills.Figures]:
    """The state that four kills left, once everybody had ended what they had begun."""
    directory = tmp_path_factory.mktemp("kills")
    return directory / "state", asyncio.run(kills.kill(directory, kills=4, seed=7))


@pytest.mark.rule(49)
def test_kill_9_while_guests_book_breaks_no_promise(killed: tuple[Path, kills.Figures]):
    """Nothing acknowledged is lost, no agreement or series is there in part, and every freed seat is offered once."""
    figures = killed[1]
    assert figures.violations == {}
    assert figures.done.keys() == KINDS
    assert figures.acknowledged > 20


@pytest.mark.parametrize(("damage", "kind"), DAMAGE.items(), ids=range(len(DAMAGE)))
def test_the_oracle_sees_each_damage(killed: tuple[Path, kills.Figures], tmp_path: Path, damage: str, kind: str):
    """Once the guards are gone and somebody writes this by hand."""
    state = shutil.copytree(killed[0], tmp_path / "state")
    key = bytes.fromhex((state / "cally.key").read_text())
    connection = sqlite.connect(state / "cally.db", key)
    _damage(connection, damage)
    connection.close()
    assert kind in {line.split(":")[0] for line in violations(state / "cally.db", key, [])}


def _damage(connection: apsw.Connection, statement: str) -> None:
    connection.execute("PRAGMA foreign_keys = off")
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    assert connection.changes()


def test_a_power_cut_at_any_moment_breaks_no_promise(tmp_path: Path):
    """Whatever the disk kept of what was not synced."""
    assert set(cuts.cut(tmp_path, images=40, seed=7, mutant=mutants.none)) == {"kept"}


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_the_oracle_sees_what_is_broken(tmp_path: Path, mutant):
    """A build that syncs too little, lets claims overlap, or parts what belongs together does not pass."""
    assert set(cuts.cut(tmp_path, images=30, seed=7, mutant=mutant)) - {"kept"}
