"""`cally backup` and `cally restore`, as an operator types them at three in the morning."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from cally import clock
from cally.ops import lock
from cally.ops.backups.places import prepare_places
from cally.ops.backups.running import Backups
from cally.ops.backups.watch import Watch
from cally.store import open_store, sqlite
from cally.vault import Vault, key_from_text
from tests import cast
from tests.cli.conftest import PASSWORD, Cally
from tests.conftest import KEY

ACCOUNTS = "SELECT email FROM account ORDER BY id"


def add(cally: Cally, name: str) -> None:
    words = ("admin", "create", "--email", f"{name}@example.com", "--name", name.title(), "--password-stdin")
    assert cally(*words, stdin=PASSWORD + "\n").code == 0


def accounts(folder: Path, key_file: Path | None = None) -> list[str]:
    key = key_from_text((key_file or folder / "cally.key").read_text())
    connection = sqlite.connect(folder / "cally.db", key, read_only=True)
    found = [str(row[0]) for row in connection.execute(ACCOUNTS)]
    connection.close()
    return found


def name_of_only(state: Path) -> str:
    (file,) = (state / "backups").glob("*.backup")
    return file.name


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, new_database: Path) -> Path:
    """Ada's instance, of which a backup was made; Ben came after that."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(new_database, folder / "cally.db")
    (folder / "cally.key").write_text(KEY.hex())
    (folder / "cally.key").chmod(0o600)
    asyncio.run(fill(folder))
    return folder


async def fill(folder: Path) -> None:
    store, now = open_store(folder / "cally.db", KEY), clock.now() - 60
    await cast.ada(store, role="admin", now=now)
    await prepare_places(store, now)
    await Backups(store, Vault(KEY), allowed=(), clock=lambda: now, watch=Watch()).make("scheduled", now=now)
    await cast.host(store, "Ben", now=now + 1)
    await store.close()


@pytest.fixture
def backed_up(house: Path, state: Path) -> str:
    """That instance, and the name of its backup."""
    shutil.copytree(house, state)
    return name_of_only(state)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From now on commands are typed on a new machine, where nothing is yet."""
    path = tmp_path / "new machine"
    monkeypatch.setenv("CALLY_STATE_DIR", str(path))
    return path


def test_what_is_kept_is_listed_with_its_proof(cally: Cally, backed_up: str):
    """For people and for programs."""
    assert backed_up in cally("backup", "list").out
    (one,) = cally("backup", "list", "--json").json
    assert one["name"] == backed_up
    assert one["sound"] is True
    assert one["counts"]["account"] == 1


def test_a_backup_is_proved_again_by_its_name_or_as_a_file(cally: Cally, backed_up: str, state: Path):
    """A damaged one is told with the reason, and exit code 1."""
    file = state / "backups" / backed_up
    assert "1 accounts" in cally("backup", "verify").out
    assert cally("backup", "verify", backed_up).code == 0
    assert cally("backup", "verify", str(file)).code == 0
    data = bytearray(file.read_bytes())
    data[5_000] ^= 8
    file.write_bytes(data)
    for words in ((), (backed_up,), (str(file),)):
        ran = cally("backup", "verify", *words)
        assert (ran.code, ran.out) == (1, "")
        assert "is damaged" in ran.err
    assert "NOT GOOD" in cally("backup", "list").out


def test_one_can_be_kept_in_a_folder_alone(cally: Cally, ada: dict[str, str], tmp_path: Path):
    """A stick, for example; it is proved there."""
    made = cally("backup", "--to", str(tmp_path / "stick"))
    assert made.code == 0, made.err
    assert "1 accounts" in made.out
    (file,) = (tmp_path / "stick").iterdir()
    assert file.suffix == ".backup"


def test_restoring_says_what_is_lost_and_keeps_what_was_there(cally: Cally, backed_up: str, state: Path):
    """The replaced database lies beside it, with everything that was written since."""
    assert accounts(state) == ["ada@example.com", "ben@example.com"]
    ran = cally("restore", backed_up, stdin="y\n")
    assert ran.code == 0, ran.err
    assert "not in it: 0 bookings, 1 accounts" in ran.out
    assert accounts(state) == ["ada@example.com"]
    (replaced,) = state.glob("cally.db.replaced-*")
    assert str(replaced) in ran.out
    shutil.copy(replaced, state / "cally.db")
    assert accounts(state) == ["ada@example.com", "ben@example.com"]
    assert cally("db", "check").code == 0


def test_who_says_no_changes_nothing(cally: Cally, backed_up: str, state: Path):
    """And is asked: without an answer nothing happens."""
    for answer in ("n\n", ""):
        assert cally("restore", backed_up, stdin=answer).code == 1
    assert accounts(state) == ["ada@example.com", "ben@example.com"]
    assert list(state.glob("cally.db.*")) == []
    assert list((state / "scratch").iterdir()) == []


def test_nothing_is_restored_under_a_running_server(cally: Cally, backed_up: str, state: Path):
    """It is named, with its process."""
    with lock.hold(state, now=clock.now()):
        ran = cally("restore", backed_up, "--yes")
    assert ran.code == 1
    assert "Stop it first" in ran.err
    assert len(accounts(state)) == 2


def test_a_damaged_backup_is_refused_before_anything_is_touched(cally: Cally, backed_up: str, state: Path):
    """With the reason; what was there goes on."""
    file = state / "backups" / backed_up
    file.write_bytes(file.read_bytes()[:-100_000])
    ran = cally("restore", backed_up, "--yes")
    assert ran.code == 1
    assert "is cut short" in ran.err
    assert len(accounts(state)) == 2
    assert list(state.glob("cally.db.*")) == []


def test_a_new_machine_needs_the_backup_and_the_sheet(cally: Cally, backed_up: str, state: Path, elsewhere: Path):
    """The digits as they are printed, on two lines with spaces; the key file is made."""
    digits = (state / "cally.key").read_text().strip()
    groups = [digits[at : at + 4] for at in range(0, 64, 4)]
    sheet = " ".join(groups[:8]) + "\n    " + " ".join(groups[8:])
    ran = cally("restore", "--key-stdin", "--yes", str(state / "backups" / backed_up), stdin=sheet + "\n")
    assert ran.code == 0, ran.err
    assert accounts(elsewhere) == ["ada@example.com"]
    assert (elsewhere / "cally.key").stat().st_mode & 0o077 == 0
    assert cally("db", "check").code == 0


def test_a_backup_is_fetched_by_its_name_from_where_it_is_kept(
    cally: Cally, backed_up: str, state: Path, elsewhere: Path
):
    """Named by its address, on a machine that knows nothing yet."""
    key, place = str(state / "cally.key"), str(state / "backups")
    ran = cally("restore", "--from", place, "--key-file", key, "--yes", backed_up)
    assert ran.code == 0, ran.err
    assert accounts(elsewhere) == ["ada@example.com"]


def test_without_the_key_it_is_said_where_to_find_it(cally: Cally, backed_up: str, state: Path, elsewhere: Path):
    """And another key is told by its fingerprint."""
    file = str(state / "backups" / backed_up)
    ran = cally("restore", "--yes", file)
    assert ran.code == 1
    assert "recovery sheet" in ran.err
    ran = cally("restore", "--key-stdin", "--yes", file, stdin="ab" * 32 + "\n")
    assert ran.code == 1
    assert "belongs to another key" in ran.err
    assert not (elsewhere / "cally.key").exists()
    assert not (elsewhere / "cally.db").exists()


def test_the_key_that_is_there_is_never_overwritten(cally: Cally, backed_up: str, state: Path, elsewhere: Path):
    """A fresh instance has a key of its own; it is not thrown away for another one."""
    add(cally, "zoe")
    before = (elsewhere / "cally.key").read_text()
    digits = (state / "cally.key").read_text()
    ran = cally("restore", "--key-stdin", "--yes", str(state / "backups" / backed_up), stdin=digits)
    assert ran.code == 1
    assert "holds another key" in ran.err
    assert (elsewhere / "cally.key").read_text() == before
    assert accounts(elsewhere) == ["zoe@example.com"]


def test_whom_the_old_machine_forgot_the_new_one_forgets(cally: Cally, backed_up: str, state: Path, elsewhere: Path):
    """The list of erased guests that lies beside the backup is taken over, and no line of one's own is lost."""
    (state / "backups" / "erased-guests").write_text(f"100 {'ab' * 32}\n200 {'cd' * 32}\nnonsense\n")
    elsewhere.mkdir()
    (elsewhere / "erased-guests").write_text(f"50 {'ef' * 32}\n100 {'ab' * 32}\n")
    ran = cally("restore", "--key-file", str(state / "cally.key"), "--yes", str(state / "backups" / backed_up))
    assert ran.code == 0, ran.err
    lines = (elsewhere / "erased-guests").read_text().splitlines()
    assert lines == [f"50 {'ef' * 32}", f"100 {'ab' * 32}", f"200 {'cd' * 32}"]


def test_places_are_added_tested_and_forgotten(cally: Cally, ada: dict[str, str], tmp_path: Path):
    """A folder of another disk; the backups there stay when it is forgotten."""
    ran = cally("backup", "targets", "add", str(tmp_path / "disk"))
    assert ran.code == 0, ran.err
    assert "It works" in ran.out
    assert cally("backup", "targets", "add", str(tmp_path / "disk")).code == 1
    places = {place["address"]: place["id"] for place in cally("backup", "targets", "--json").json}
    assert cally("backup").code == 0
    assert "It works" in cally("backup", "targets", "test", places[str(tmp_path / "disk")]).out
    assert cally("backup", "targets", "remove", places[str(tmp_path / "disk")]).code == 0
    assert len(list((tmp_path / "disk").glob("*.backup"))) == 1
    assert len(cally("backup", "targets", "--json").json) == 1


def test_an_address_that_is_none_is_refused(cally: Cally, ada: dict[str, str]):
    """With what would be one."""
    ran = cally("backup", "targets", "add", "ftp://example.org/x")
    assert ran.code == 2
    assert "sftp://" in ran.err


def test_secrets_come_from_a_file_and_are_never_shown(cally: Cally, ada: dict[str, str], state: Path):
    """Not in what is printed, and not in the database as it lies on the disk."""
    secret = json.dumps({"access_key_id": "AKIDEXAMPLE", "secret_access_key": "canary-of-the-bucket"})
    ran = cally(
        "backup", "targets", "add", "s3://b-u-c/x?endpoint=https://127.0.0.1:9", "--secret-file", "-", stdin=secret
    )
    assert ran.code == 1
    shown = cally("backup", "targets", "--json").out + ran.out + ran.err
    assert "canary" not in shown
    assert "s3://b-u-c/x" in shown
    assert b"canary" not in (state / "cally.db").read_bytes()
