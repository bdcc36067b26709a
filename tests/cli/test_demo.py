"""`cally demo`: a populated instance of invented people."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cally.accounts import SignInBrake, Visitor, sign_in
from cally.cli.demo.filling import Filling
from cally.clock import now
from cally.ops import lock
from cally.store import Store, occupancy, open_store
from cally.vault import key_from_text
from tests.cast import HOUR, NOW
from tests.cli.conftest import PASSWORD, Cally

SEEN = """
SELECT host.slug, event_type.slug, booking.guest_name, booking.starts_at, booking.status, booking.created_at
FROM booking
JOIN host ON host.id = booking.host_id
JOIN event_type ON event_type.id = booking.event_type_id
ORDER BY 1, 2, 3, 4, 5, 6
"""


@asynccontextmanager
async def opened(state: Path) -> AsyncIterator[Store]:
    """The instance that a command has made."""
    store = open_store(state / "cally.db", key_from_text((state / "cally.key").read_text()))
    try:
        yield store
    finally:
        await store.close()


async def counted(store: Store, statement: str) -> int:
    row = await store.reader.row(statement)
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo's state directory, and what was printed; made once, for tests that only look."""
    state = tmp_path_factory.mktemp("demo") / "state"
    environment = os.environ | {"CALLY_STATE_DIR": str(state)}
    words = [sys.executable, "-m", "cally", "demo", "--seed", "7"]
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return state, ran.stdout


async def test_the_demo_is_populated(made: tuple[Path, str]):
    """Five hosts in four zones, a team, a dozen event types and more, hundreds of bookings of every kind."""
    async with opened(made[0]) as store:
        assert await counted(store, "SELECT count(DISTINCT tz) FROM host") == 4
        assert 9 <= await counted(store, "SELECT count(*) FROM event_type") <= 16
        assert await counted(store, "SELECT count(*) FROM booking WHERE starts_at < unixepoch()") > 100
        assert await counted(store, "SELECT count(*) FROM booking WHERE starts_at > unixepoch()") > 50
        assert await counted(store, "SELECT count(DISTINCT status) FROM booking") == 4
        assert await counted(store, "SELECT count(*) FROM booking WHERE no_show") > 0
        assert await counted(store, "SELECT count(*) FROM booking WHERE sequence > 0 AND status = 'confirmed'") > 0
        assert await occupancy.list_overlaps(store.reader) == []


async def test_the_demo_shows_what_is_special(made: tuple[Path, str]):
    """Lessons in a series, two in line for a class that is full, a room, and nights by the sea."""
    async with opened(made[0]) as store:
        assert await counted(store, "SELECT count(*) FROM booking WHERE series_id IS NOT NULL") >= 6
        assert await counted(store, "SELECT count(*) FROM waitlist_entry WHERE state = 'waiting'") == 2
        assert await counted(store, "SELECT count(*) FROM occupancy WHERE owner_id IN (SELECT id FROM resource)") > 0
        assert await counted(store, "SELECT count(*) FROM booking WHERE ends_at - starts_at > 86400") > 0


async def test_no_message_of_the_demo_is_ever_sent(made: tuple[Path, str]):
    """All are marked, no job waits; every address is one that nobody can have."""
    async with opened(made[0]) as store:
        assert await counted(store, "SELECT count(*) FROM message WHERE state <> 'obsolete'") == 0
        assert await counted(store, "SELECT count(*) FROM message WHERE answer = 'Demo data is not sent.'") > 300
        assert await counted(store, "SELECT count(*) FROM job") == 0
        assert await counted(store, "SELECT count(*) FROM booking WHERE guest_email NOT LIKE '%@example.org'") == 0


async def test_the_printed_password_signs_in(made: tuple[Path, str]):
    """The admin's address and a password made for this demo."""
    printed = dict(line.split()[:2] for line in made[1].splitlines() if line.startswith(("  e-mail", "  password")))
    async with opened(made[0]) as store:
        entry = await sign_in(
            store,
            email=printed["e-mail"],
            password=printed["password"],
            now=now(),
            visitor=Visitor(address="192.0.2.1", device=""),
            brake=SignInBrake(),
        )
    assert entry.account.role == "admin"


def test_it_does_not_mix_with_real_accounts(cally: Cally, ada: dict[str, str]):
    """Refused in words, and nothing is added."""
    ran = cally("demo")
    assert ran.code == 1
    assert "empty database" in ran.err
    assert len(cally("admin", "list", "--json").json) == 1


def test_it_waits_for_the_server_to_stop(cally: Cally, state: Path):
    """A running one could send an invented message before it is held back."""
    state.mkdir()
    with lock.hold(state, now=NOW):
        ran = cally("demo")
    assert ran.code == 1
    assert "already serves" in ran.err


async def test_the_same_seed_gives_the_same_demo_all_day(tmp_path: Path):
    """People, times and outcomes; another seed gives others."""
    morning, evening, other = [
        await filled(tmp_path / name, seed=seed, at=at)
        for name, seed, at in (("a", 1, NOW), ("b", 1, NOW + 9 * HOUR), ("c", 2, NOW))
    ]
    assert len(morning) > 10
    assert morning == evening
    assert morning != other


async def filled(path: Path, *, seed: int, at: int) -> list[tuple[object, ...]]:
    """The first sixty of the demo's days, booked."""
    store = open_store(path, bytes(32))
    filling = Filling(store, seed=seed, now=at)
    await filling.set_up(PASSWORD)
    for offered, day in (await filling.days())[:60]:
        await filling.book(offered, day)
    found = await store.reader.rows(SEEN)
    await store.close()
    return found
