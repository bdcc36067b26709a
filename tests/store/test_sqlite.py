"""Opening the file: encrypted and private, and nothing that is not ours is ever touched."""

import stat
from pathlib import Path

import apsw
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from cally.errors import CallyError
from cally.store import Store, open_store, sqlite
from cally.vault import Vault

KEY = bytes(range(32))
SECRET = "Cleo Celik has a secret"


def refused(path: Path, key: bytes = KEY) -> CallyError:
    """Opening is refused, and the file is what it was, byte for byte."""
    before = path.read_bytes()
    with pytest.raises(CallyError) as caught:
        open_store(path, key)
    assert path.read_bytes() == before
    return caught.value


def in_clear(directory: Path) -> list[Path]:
    """Files in which the secret can be read."""
    return [path for path in directory.iterdir() if SECRET.encode() in path.read_bytes()]


async def made(path: Path, key: bytes = KEY) -> None:
    await open_store(path, key).close()


async def test_a_wrong_key_is_refused(tmp_path: Path):
    """One sentence, and the file stays as it is."""
    await made(tmp_path / "cally.db")
    error = refused(tmp_path / "cally.db", bytes(32))
    assert error.code == "database_unreadable"
    assert "key" in error.sentence


def test_a_plain_database_is_refused(tmp_path: Path):
    """Another program's SQLite file is not made ours."""
    plain = apsw.Connection(str(tmp_path / "cally.db"))
    plain.execute("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
    plain.close()
    error = refused(tmp_path / "cally.db")
    assert (error.code, "plain SQLite" in error.sentence) == ("database_unreadable", True)


@pytest.mark.parametrize("content", [b"hello", b"\x00" * 4096, bytes(range(256)) * 64], ids=["text", "zeros", "noise"])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes):
    """A picture named cally.db survives."""
    (tmp_path / "cally.db").write_bytes(content)
    assert refused(tmp_path / "cally.db").code == "database_unreadable"


def test_another_programs_encrypted_database_is_refused(tmp_path: Path):
    """Even with the right key, a SQLCipher file that Cally did not make is left alone."""
    theirs = sqlcipher.connect(tmp_path / "cally.db")
    theirs.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    theirs.execute("CREATE TABLE migration (a)")
    theirs.commit()
    theirs.close()
    assert refused(tmp_path / "cally.db").code == "database_foreign"


async def test_a_cut_off_file_is_refused(tmp_path: Path):
    """Half a database is not opened as if it were whole."""
    await made(tmp_path / "cally.db")
    path = tmp_path / "cally.db"
    path.write_bytes(path.read_bytes()[:2048])
    assert refused(path).code == "database_unreadable"


def test_a_place_that_cannot_hold_a_file_is_named(tmp_path: Path):
    """A directory in the database's place is said to be one."""
    (tmp_path / "cally.db").mkdir()
    with pytest.raises(CallyError, match=r"cally\.db cannot be opened"):
        open_store(tmp_path / "cally.db", KEY)


async def test_files_are_their_owners_alone(tmp_path: Path):
    """Directory 0700; database, log and index 0600, whatever the umask says."""
    store = open_store(tmp_path / "state" / "cally.db", KEY)
    async with store.write() as tx:
        await tx.run("INSERT INTO setting (name, value) VALUES (:name, :value)", name="a", value="b")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {"cally.db": 0o600, "cally.db-wal": 0o600, "cally.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    await store.close()


async def test_a_file_others_may_read_is_made_private(tmp_path: Path):
    """A copy that came with careless permissions is mended at the next start."""
    await made(tmp_path / "cally.db")
    (tmp_path / "cally.db").chmod(0o644)
    await made(tmp_path / "cally.db")
    assert stat.S_IMODE((tmp_path / "cally.db").stat().st_mode) == 0o600


async def test_nothing_is_on_disk_in_clear(tmp_path: Path, store: Store):
    """What was stored is found in no file of the directory, while open and after."""
    async with store.write() as tx:
        await tx.run("INSERT INTO setting (name, value) VALUES (:name, :value)", name="a", value=SECRET)
    assert in_clear(tmp_path) == []
    await store.close()
    assert in_clear(tmp_path) == []


async def test_stock_sqlcipher_reads_the_file(tmp_path: Path):
    """With the raw key, no Cally is needed to get one's data out."""
    store = open_store(tmp_path / "cally.db", KEY)
    async with store.write() as tx:
        await tx.run("INSERT INTO setting (name, value) VALUES (:name, :value)", name="a", value=SECRET)
    await store.close()
    stock = sqlcipher.connect(tmp_path / "cally.db")
    stock.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    assert stock.execute("SELECT value FROM setting").fetchall() == [(SECRET,)]
    assert stock.execute("PRAGMA cipher_integrity_check").fetchall() == []
    stock.close()


def test_the_connection_is_set_for_durability(tmp_path: Path):
    """WAL and FULL, foreign keys, and no temporary file in clear."""
    connection = sqlite.connect(tmp_path / "cally.db", KEY)
    found = {name: connection.pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys", "temp_store")}
    connection.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "temp_store": 2}


async def test_the_reader_cannot_write(store: Store):
    """The read-only connection refuses, whatever it is asked."""
    with pytest.raises(CallyError):
        await store.reader.rows("INSERT INTO setting (name, value) VALUES ('a', 'b')")


def test_a_flipped_bit_is_noticed(tmp_path: Path, vault: Vault):
    """The pages carry authentication codes: damage is an error, never a wrong answer."""
    connection = sqlite.connect(tmp_path / "cally.db", vault.database_key)
    connection.execute("CREATE TABLE a (b TEXT)")
    connection.execute("INSERT INTO a VALUES (:text)", {"text": SECRET * 400})
    connection.close()
    content = bytearray((tmp_path / "cally.db").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "cally.db").write_bytes(content)
    damaged = sqlite.connect(tmp_path / "cally.db", vault.database_key)
    with pytest.raises(CallyError) as caught:
        sqlite.execute(damaged, "SELECT * FROM a", {})
    damaged.close()
    assert caught.value.code == "storage_failed"
