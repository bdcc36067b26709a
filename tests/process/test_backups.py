"""Backups of a real server: made while guests book, killed in the middle, restored on another machine."""

import asyncio
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cally.ops.backups.proving import lay_out, prove
from cally.ops.backups.threads import silent
from cally.store import sqlite
from cally.vault import key_from_text
from tests.conftest import KEY
from tests.process.asking import Caller
from tests.process.house import furnish, slot, wanted
from tests.process.served import ROOT, Served

GUESTS = 20
BACKUPS = 3
WAIT_SECONDS = 180
LARGE = "INSERT INTO setting (name, value) VALUES (:name, hex(randomblob(500000)))"
COUNT = "SELECT count(*) FROM setting"
UIDS = "SELECT uid FROM booking"


class Guests:
    """Twenty who book one slot after the other, and remember which bookings they were told of."""

    def __init__(self, port: int) -> None:
        self.told: set[str] = set()
        self._leaving, self._awaited, self._enough = False, 0, asyncio.Event()
        self._tasks = [asyncio.create_task(self._book(Caller(port), number)) for number in range(GUESTS)]

    async def booked(self, more: int) -> None:
        """Until so many more were told of, and the clock shows another second: backups are named by it."""
        await asyncio.sleep(1)
        self._awaited = len(self.told) + more
        self._enough.clear()
        await self._enough.wait()

    async def leave(self) -> None:
        """They end what they have begun."""
        self._leaving = True
        await asyncio.gather(*self._tasks)

    async def _book(self, caller: Caller, number: int) -> None:
        turn = 0
        while not self._leaving:
            answer = await caller.post("/api/v1/bookings", wanted(slot(number + GUESTS * turn), number))
            assert answer.status == 201, answer.content
            self.told.add(answer.json()["uid"])
            if len(self.told) >= self._awaited:
                self._enough.set()
            turn += 1
        caller.close()


async def made(admin: Caller, known: set[str]) -> dict[str, Any]:
    """Ask for a backup and wait until it is proved."""
    asked = await admin.post_nothing("/api/v1/backups")
    assert asked.status == 202, asked.content
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        shown = (await admin.get("/api/v1/backups")).json()
        new = [one for one in shown["backups"] if one["name"] not in known and one["sound"] is not None]
        if new and shown["step"] is None:
            known.add(new[0]["name"])
            return dict(new[0])
        await asyncio.sleep(0.1)
    raise AssertionError("no backup was made")


def uids(folder: Path, key: bytes) -> set[str]:
    reading = sqlite.connect(folder / "cally.db", key, read_only=True)
    found = {str(row[0]) for row in reading.execute(UIDS)}
    assert reading.execute("PRAGMA integrity_check").get == "ok"
    reading.close()
    return found


async def test_a_backup_made_while_guests_book_has_all_they_were_told_before(served: Served, tmp_path: Path):
    """Twenty guests, three backups; the last is restored on a new machine."""
    token = served.admin_token()
    await furnish(served, token)
    admin, known, stood = Caller(served.port, token=token), set[str](), list[set[str]]()
    guests = Guests(served.port)
    for _ in range(BACKUPS):
        await guests.booked(GUESTS)
        stood.append(set(guests.told))
        assert (await made(admin, known))["sound"] is True
    await guests.leave()
    admin.close()
    key = key_from_text((served.state_dir / "cally.key").read_text())
    files = sorted((served.state_dir / "backups").glob("*.backup"))
    assert len(files) == BACKUPS
    for file, before in zip(files, stood, strict=True):
        copy = tmp_path / file.stem
        copy.mkdir()
        lay_out(file, key, copy / "cally.db", silent)
        assert before <= uids(copy, key) <= guests.told
    other = Served(tmp_path / "machine")
    other.command("restore", "--yes", "--key-file", str(served.state_dir / "cally.key"), str(files[-1]))
    assert stood[-1] <= uids(other.state_dir, key)
    assert len(stood[-1]) > len(stood[0]) >= GUESTS


@pytest.fixture
def state(tmp_path: Path, new_database: Path) -> Path:
    """A database of some size, so that there is a middle to be killed in."""
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(new_database, folder / "cally.db")
    (folder / "cally.key").write_text(KEY.hex())
    connection = sqlite.connect(folder / "cally.db", KEY)
    for number in range(8):
        connection.execute(LARGE, {"name": f"large {number}"})
    connection.close()
    return folder


def killed_at(served: Served, pattern: str, *words: str) -> bool:
    """kill -9 as soon as a file of that name is there; False when the command had ended before."""
    running = subprocess.Popen(
        [sys.executable, "-m", "cally", *words],
        cwd=ROOT,
        env=served.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while running.poll() is None and not list(served.state_dir.glob(pattern)):
        time.sleep(0.001)
    running.kill()
    return running.wait() != 0


def counted(state: Path) -> int:
    reading = sqlite.connect(state / "cally.db", KEY, read_only=True)
    assert reading.execute("PRAGMA integrity_check").get == "ok"
    count = int(str(reading.execute(COUNT).get))
    reading.close()
    return count


def test_killed_in_the_middle_of_a_backup_nothing_half_is_taken_for_whole(state: Path):
    """While it is copied, sealed, kept and fetched back; the next one finds nothing in its way and tidies up."""
    served, before = Served(state), counted(state)
    for pattern in ("scratch/*/.cally-*.part", "backups/.cally-*.part", "backups/cally-*.backup"):
        assert killed_at(served, pattern, "backup")
        assert counted(state) == before
        for file in (state / "backups").glob("cally-*.backup"):
            prove(file, KEY)
    served.command("backup")
    assert list((state / "scratch").iterdir()) == []
    assert '"sound": true' in served.command("backup", "list", "--json")
    assert counted(state) == before


def test_killed_in_the_middle_of_a_restore_there_is_one_of_the_two(state: Path):
    """The old one while it is looked at; and then it can be restored all the same."""
    served = Served(state)
    served.command("backup")
    (file,) = (state / "backups").glob("*.backup")
    connection = sqlite.connect(state / "cally.db", KEY)
    connection.execute("DELETE FROM setting WHERE name = 'large 5'")
    connection.close()
    without = counted(state)
    for pattern in ("scratch/*", "scratch/*/restored.db"):
        assert killed_at(served, pattern, "restore", "--yes", file.name)
        assert counted(state) == without
    killed_at(served, "cally.db.restoring-*", "restore", "--yes", file.name)
    served.command("db", "check")
    assert counted(state) in {without, without + 1}
    served.command("restore", "--yes", file.name)
    assert counted(state) == without + 1
    assert list((state / "scratch").iterdir()) == []
