"""The log is folded into the file while writing goes on, and never becomes long."""

from pathlib import Path

import pytest

from cally.store import folding, open_store, sqlite

KEY = bytes(range(32))
PUT = "INSERT INTO setting (name, value) VALUES (:name, :value)"
PAGE_BYTES = 4_096


async def test_the_log_stays_short_while_writing_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Half a megabyte is written; the log is a fraction of it, and everything is there."""
    monkeypatch.setattr(folding, "STEP_PAGES", 10)
    monkeypatch.setattr(folding, "MOST_PAGES", 30)
    store = open_store(tmp_path / "cally.db", KEY)
    for number in range(120):
        async with store.write() as tx:
            await tx.run(PUT, name=str(number), value="x" * PAGE_BYTES)
    log_bytes = (tmp_path / "cally.db-wal").stat().st_size
    await store.close()
    assert log_bytes < 60 * PAGE_BYTES
    reopened = sqlite.connect(tmp_path / "cally.db", KEY)
    assert reopened.execute("SELECT count(*) FROM setting").get == 120
    reopened.close()


async def test_folding_needs_no_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What was committed reaches the file although nobody closes or writes any more."""
    monkeypatch.setattr(folding, "STEP_PAGES", 1)
    store = open_store(tmp_path / "cally.db", KEY)
    before = (tmp_path / "cally.db").stat().st_size
    async with store.write() as tx:
        await tx.run(PUT, name="a", value="x" * 50 * PAGE_BYTES)
    await store._folding.close()
    assert (tmp_path / "cally.db").stat().st_size > before + 40 * PAGE_BYTES
    await store.close()
