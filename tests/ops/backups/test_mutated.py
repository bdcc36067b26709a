"""Whatever happened to a backup file, it is refused, the reason is told apart, and nothing else is touched."""

import hashlib
import json
import random
import shutil
import struct
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from cally.errors import CallyError
from cally.ops.backups import trailer
from cally.ops.backups.proving import prove
from cally.ops.backups.threads import silent
from cally.store import sqlite
from cally.vault import Vault
from tests.conftest import KEY

PAGE = 4_096
OTHER = bytes(reversed(KEY))
WRITTEN = {"format": 1, "made_at": 1, "why": "on demand", "schema": 1, "pages": 1, "page_bytes": 4_096}
FLIPS, CUTS, INSERTIONS, SWAPS = 90, 40, 30, 30


def reason(file: Path, key: bytes = KEY) -> str:
    """Why it is refused; empty when it is not."""
    try:
        prove(file, key)
    except CallyError as error:
        return str(error.facts["reason"]) if error.code == "backup_refused" and error.sentence else error.code
    return ""


def flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.choice([chance.randrange(len(data)), len(data) - 1 - chance.randrange(2_000)])
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.choice([chance.randrange(len(data)), len(data) - 1 - chance.randrange(200)])]


def inserted(data: bytes, chance: random.Random) -> bytes:
    at, more = chance.choice([0, len(data), chance.randrange(len(data))]), chance.randbytes(chance.randrange(1, 5_000))
    return data[:at] + more + data[at:]


def swapped(data: bytes, chance: random.Random) -> bytes:
    one, other = chance.sample(range(len(data) // PAGE), 2)
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    pages[one], pages[other] = pages[other], pages[one]
    return b"".join(pages)


MUTATIONS = [(flipped, FLIPS), (cut, CUTS), (inserted, INSERTIONS), (swapped, SWAPS)]


def test_of_two_hundred_mutated_backups_none_is_taken(backup: Path, tmp_path: Path):
    """Flipped bits, cuts, insertions, swapped pages, foreign files and another key; the live file is as it was."""
    live, data = tmp_path / "cally.db", backup.read_bytes()
    before = hashlib.sha256(live.read_bytes()).digest()
    chance = random.Random(22)  # noqa: S311 - the same mutations each time
    reasons, tried = Counter[tuple[str, str]](), 0
    file = tmp_path / "mutated.backup"
    for mutation, times in MUTATIONS:
        for _ in range(times):
            file.write_bytes(mutation(data, chance))
            reasons[mutation.__name__, reason(file)] += 1
            tried += 1
    for foreign in (b"", b"{}", b"SQLite format 3\0" + bytes(PAGE), chance.randbytes(3 * PAGE), data[PAGE:2_000_000:7]):
        file.write_bytes(foreign)
        reasons["foreign", reason(file)] += 1
        tried += 1
    reasons["another key", reason(backup, OTHER)] += 5
    assert tried + 5 == 200
    assert {name for name, said in reasons if not said} == set()
    assert reasons["flipped", "damaged"] == FLIPS
    assert reasons["swapped", "damaged"] == SWAPS
    assert reasons["inserted", "damaged"] == INSERTIONS
    assert reasons["cut", "truncated"] + reasons["cut", "damaged"] == CUTS
    assert reasons["cut", "truncated"] > CUTS // 3
    assert reasons["another key", "other_key"] == 5
    assert {said for name, said in reasons if name == "foreign"} == {"foreign", "truncated"}
    assert hashlib.sha256(live.read_bytes()).digest() == before
    assert reason(backup) == ""


def test_nothing_of_a_refused_file_stays(backup: Path):
    """No scratch folder, and the file itself is left as it was."""
    data = flipped(backup.read_bytes(), random.Random(1))  # noqa: S311 - the same bit each time
    backup.write_bytes(data)
    assert reason(backup) == "damaged"
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    assert backup.read_bytes() == data


def test_a_database_that_is_no_backup_is_called_cut_short(house: object, tmp_path: Path):
    """The key opens it, but the end that proves it whole is missing."""
    shutil.copy(tmp_path / "cally.db", tmp_path / "copied.backup")
    assert reason(tmp_path / "copied.backup") == "truncated"


def test_the_other_key_is_named_by_its_fingerprint(backup: Path):
    """So that the right recovery sheet can be found; nobody needs a key to read that."""
    with pytest.raises(CallyError) as refused:
        prove(backup, OTHER)
    fingerprint = trailer.spaced(trailer.manifest_of(backup, KEY).key)
    assert fingerprint in refused.value.sentence
    assert KEY.hex()[:8] not in refused.value.sentence


def test_a_newer_format_is_told_apart(backup: Path, tmp_path: Path):
    """An old version does not guess at what a newer one has written."""
    manifest = trailer.manifest_of(backup, KEY)
    plain = tmp_path / "plain.db"
    plain.write_bytes(backup.read_bytes()[: manifest.database_bytes])
    newer = msgspec.structs.replace(manifest, format=2, cally="9.0")
    trailer.append(plain, Vault(KEY), newer, silent)
    assert reason(plain) == "newer"


def test_any_sqlcipher_opens_a_backup_as_it_is(backup: Path):
    """Without Cally, with the key alone: the trailer does not disturb it."""
    theirs = sqlcipher.connect(backup)
    theirs.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    assert theirs.execute("SELECT count(*) FROM booking").fetchone() == (3,)
    assert theirs.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    theirs.close()


def test_nobody_without_the_key_reads_how_much_there_is(backup: Path):
    """What is readable says when, by which version and how large; rows are sealed."""
    tail = backup.read_bytes()[-8_000:]
    assert b'"made_at"' in tail
    assert b"booking" not in tail
    assert b"ada@example.com" not in backup.read_bytes()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("INSERT INTO setting (name, value) VALUES ('one more', 'x')", "other rows than the original had"),
        ("DROP TRIGGER occupancy_guard_insert", "the guard against double bookings is missing"),
        ("DELETE FROM migration WHERE number = 41", "other rows than the original had"),
        ("UPDATE migration SET number = 9999 WHERE number = 41", "written by a newer Cally"),
    ],
)
def test_what_was_written_wrong_is_not_sound(backup: Path, tmp_path: Path, statement: str, fault: str):
    """Every byte is as it was written, and yet it is no good: only restoring it shows that."""
    manifest = trailer.manifest_of(backup, KEY)
    odd = tmp_path / "odd.backup"
    odd.write_bytes(backup.read_bytes()[: manifest.database_bytes])
    writing = sqlite.connect(odd, KEY)
    writing.execute(statement)
    writing.pragma("journal_mode", "delete")
    writing.close()
    trailer.append(odd, Vault(KEY), manifest, silent)
    with pytest.raises(CallyError, match=fault) as refused:
        prove(odd, KEY)
    assert refused.value.facts["reason"] in {"unsound", "newer"}


@pytest.mark.parametrize(
    "manifest",
    [
        b'{"x":' + b"[" * 100_000,
        b'{"format":2,"cally":"\\u001b[2J"}',
        json.dumps(dict.fromkeys(("cally", "key", "sha256", "counts"), "\x1b") | WRITTEN).encode(),
    ],
    ids=["deep", "newer", "another's"],
)
def test_what_somebody_made_up_is_refused_without_being_repeated(tmp_path: Path, manifest: bytes):
    """Anybody can write a whole manifest; a terminal must not be told what to do by it, nor a run of backups end."""
    digest, end = hashlib.sha256(manifest).digest(), struct.pack(">Q", len(manifest)) + trailer.MAGIC
    (tmp_path / "made-up").write_bytes(manifest + digest + bytes(32) + end)
    assert reason(tmp_path / "made-up") == "damaged"
