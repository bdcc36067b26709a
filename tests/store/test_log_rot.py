"""A damaged log is found before SQLite forgets what is behind the damage; a torn end is none."""

import asyncio
import shutil
from pathlib import Path

import pytest

from cally.store import log_rot, open_store
from tests.conftest import KEY

FRAME = 4_096 + 24
INSERT = "INSERT INTO setting (name, value) VALUES (:name, :value)"


@pytest.fixture
def left(tmp_path: Path, new_database: Path) -> Path:
    """What a killed process leaves: a database whose log holds ten commits."""
    shutil.copy(new_database, tmp_path / "live.db")
    asyncio.run(_write(tmp_path))
    return tmp_path / "cally.db"


async def _write(folder: Path) -> None:
    store = open_store(folder / "live.db", KEY)
    for number in range(10):
        async with store.write() as tx:
            await tx.run(INSERT, name=f"name {number}", value="x" * 9_000)
    for suffix in ("", "-wal"):
        shutil.copy(folder / f"live.db{suffix}", folder / f"cally.db{suffix}")
    await store.close()


def damage(database: Path, at: int) -> None:
    """Turn a bit of the log."""
    log = database.with_name("cally.db-wal")
    content = bytearray(log.read_bytes())
    content[at] ^= 4
    log.write_bytes(content)


def test_a_whole_log_is_left_alone(left: Path) -> None:
    """Nothing is kept, nothing is folded."""
    before = left.with_name("cally.db-wal").read_bytes()
    assert log_rot.keep_if_rotten(left, KEY, now=1) is None
    assert left.with_name("cally.db-wal").read_bytes() == before
    assert log_rot.kept_logs(left) == []


@pytest.mark.parametrize("at", [9, 17, 32 + FRAME + 9, 32 + FRAME + 500, 32 + 3 * FRAME + 17])
def test_a_bit_that_turned_is_seen(left: Path, at: int) -> None:
    """In the log's own head, in that of a frame, in its salt, or in what it holds: the log is kept as it was."""
    damage(left, at)
    damaged = left.with_name("cally.db-wal").read_bytes()
    kept = log_rot.keep_if_rotten(left, KEY, now=1)
    assert kept is not None
    assert log_rot.kept_logs(left) == [kept]
    assert kept.read_bytes() == damaged
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [1, FRAME, FRAME + 100])
def test_a_torn_end_is_none(left: Path, cut: int) -> None:
    """A power cut may leave the last commit in part; nobody was told of it."""
    log = left.with_name("cally.db-wal")
    log.write_bytes(log.read_bytes()[:-cut])
    assert log_rot.keep_if_rotten(left, KEY, now=1) is None


def test_a_database_without_a_log_is_none(left: Path) -> None:
    """After an orderly stop there is nothing to look at."""
    left.with_name("cally.db-wal").unlink()
    assert log_rot.keep_if_rotten(left, KEY, now=1) is None
