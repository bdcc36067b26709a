"""Bits that turn on the disk: what is read afterwards is what was written, or somebody is told that it is not.

A flip in the last commit of the log looks like a commit that a power cut has torn: nothing can tell the two apart, and
they are counted by themselves. Backup files have their own test.
"""

import asyncio
import hashlib
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import apsw

from cally.errors import CallyError
from cally.store import log_rot, open_store, sqlite
from tests.process.asking import Caller
from tests.process.faults.judged import Found, prepared
from tests.process.house import slot, wanted
from tests.process.served import Served

FLIPS, QUICK_FLIPS = 500, 12
BOOKINGS = 60
TABLES = """
SELECT name
FROM sqlite_schema
WHERE type = 'table'
ORDER BY name
"""


class Spot(NamedTuple):
    """A bit of a file."""

    file: str
    offset: int
    bit: int


async def inflict(directory: Path, quick: bool) -> Found:
    """Half of the flips in the database file, half in its log, each in a fresh copy of what a killed server left."""
    with Served(await prepared(directory / "state")) as served:
        await _book(served)
        served.kill()
    key = bytes.fromhex((served.state_dir / "cally.key").read_text())
    flips = QUICK_FLIPS if quick else FLIPS
    found = await asyncio.to_thread(_flipped, served.state_dir, directory / "copy", key, flips)
    broken = Counter({kind: count for kind, count in found.items() if kind.startswith("unnoticed")})
    return Found({"flips": 2 * flips, **dict(sorted(found.items()))}, dict(broken))


def _flipped(state: Path, copy: Path, key: bytes, flips: int) -> Counter[str]:
    chance = random.Random(1)  # noqa: S311 - reproducible, no secret
    truth = _content(_copied(state, copy), key)
    found: Counter[str] = Counter()
    for name in ("cally.db", "cally.db-wal"):
        size = (state / name).stat().st_size
        for _ in range(flips):
            spot = Spot(name, chance.randrange(size), chance.randrange(8))
            found[f"{_verdict(state, copy, key, spot, truth)} in {name}"] += 1
    return found


def _verdict(state: Path, copy: Path, key: bytes, spot: Spot, truth: str) -> str:
    """What comes of it: the next start, with everything read."""
    file = _copied(state, copy).with_name(spot.file)
    content = bytearray(file.read_bytes())
    content[spot.offset] ^= 1 << spot.bit
    file.write_bytes(content)
    try:
        asyncio.run(_open(copy / "cally.db", key))
        read = _content(copy / "cally.db", key)
    except (CallyError, apsw.Error):
        return "refused"
    if read == truth:
        return "harmless"
    if list(copy.glob("*.damaged-*")):
        return "told"
    return "torn tail" if spot.file.endswith("-wal") and _is_last_commit(content, spot.offset) else "unnoticed"


async def _open(file: Path, key: bytes) -> None:
    """As a start does it."""
    log_rot.keep_if_rotten(file, key, now=0)
    await open_store(file, key).close()


def _content(file: Path, key: bytes) -> str:
    """A digest of every row of every table."""
    connection = sqlite.connect(file, key)
    digest = hashlib.sha256()
    try:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise CallyError("database_damaged", "The integrity check has found something.")
        for (name,) in connection.execute(TABLES).fetchall():
            for row in connection.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - names of our own tables
                digest.update(repr(row).encode())
    finally:
        connection.close()
    return digest.hexdigest()


def _copied(state: Path, copy: Path) -> Path:
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    subprocess.run(["cp", state / "cally.db", state / "cally.db-wal", copy], check=True)
    return copy / "cally.db"


def _is_last_commit(log: bytearray, offset: int) -> bool:
    """Whether no commit follows that of this frame: only the very last may have been on its way to the disk."""
    page = int.from_bytes(log[8:12], "big")
    salt, frame = log[16:24], 24 + page
    starts = [at for at in range(32, len(log) - frame + 1, frame) if log[at + 8 : at + 16] == salt]
    ends = [at + frame for at in starts if int.from_bytes(log[at + 4 : at + 8], "big")]
    return len(ends) < 2 or offset >= ends[-2]


async def _book(served: Served) -> None:
    caller = Caller(served.port)
    for number in range(BOOKINGS):
        answer = await caller.post("/api/v1/bookings", wanted(slot(number), number), idempotency_key=f"key {number}")
        assert answer.status == 201, answer.content
    caller.close()
