"""Upgrades with real programs, a real server and somebody who starts it anew: forward, back, and killed anywhere."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ops.upgrades.keys import Signer
from tests.process.asking import Caller
from tests.process.house import furnish, slot, wanted
from tests.process.programs import QUICK, Managed, program

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("upgrade")]
STEP = {"9000_later.sql": QUICK}
DIES = """
if "serve" in sys.argv:
    import cally.app.instance as instance
    def opened(*_):
        raise SystemExit("this version is broken")
    instance.opened = opened
"""
HARM = "DROP TRIGGER occupancy_guard_insert;\n"
RELEASE, MALLORY = Signer(1), Signer(2)


class Bench:
    """Programs of several versions, signed with the release key."""

    def __init__(self, folder: Path) -> None:
        self.old = program(folder, "0.1.0", key=RELEASE.public)
        self.new = program(folder, "0.2.0", STEP, key=RELEASE.public)
        self.broken = program(folder, "0.3.0", STEP, first=DIES, key=RELEASE.public)
        self.older = program(folder, "0.0.9", key=RELEASE.public)
        self.harmful = program(folder, "0.4.0", {"9000_harm.sqlite.sql": HARM}, key=RELEASE.public)
        for file in (self.old, self.new, self.broken, self.older, self.harmful):
            sign(file, RELEASE)


def sign(file: Path, signer: Signer) -> None:
    """The signature beside a file."""
    file.with_name(file.name + ".minisig").write_text(signer.sign(file.read_bytes(), comment=file.name))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Made once."""
    return Bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture
def apart(tmp_path: Path, bench: Bench) -> Iterator[Managed]:
    """Ada's instance, not served; the old program is installed."""
    installed = tmp_path / "bin" / "cally.pyz"
    installed.parent.mkdir()
    shutil.copy2(bench.old, installed)
    made = Managed(tmp_path / "state", installed)
    made.command("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--slug", "ada")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()


@pytest.fixture
def house(apart: Managed) -> Iterator[Managed]:
    """The same, served."""
    with apart:
        yield apart


def version(house: Managed) -> str:
    """What serves, once it does."""
    until = time.monotonic() + 180
    while True:
        try:
            found = json.loads((house.state_dir / "serving.json").read_bytes())
            with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/api/health/ready", timeout=60) as answer:
                if answer.status == 200 and found["ready"] and found["pid"] == house.process.pid:  # type: ignore[union-attr]
                    return str(found["version"])
        except (OSError, ValueError):
            pass
        assert time.monotonic() < until, house.log()
        time.sleep(0.05)


def schema(house: Managed) -> int:
    """How far the database is."""
    return int(house.command("db", "shell", "SELECT max(number) FROM migration").strip())


def is_closed(house: Managed) -> bool:
    """Whether maintenance mode is on."""
    return bool(json.loads(house.command("maintenance", "status", "--json"))["on"])


async def book(house: Managed, number: int) -> int:
    """A guest books; the status of the answer."""
    caller = Caller(house.port)
    status = (await caller.post("/api/v1/bookings", wanted(slot(number), number))).status
    caller.close()
    return status


async def test_forward_and_back_again(house: Managed, bench: Bench):
    """The new version serves, what was booked is there; going back says what it loses."""
    await furnish(house, house.token("ada@example.com"))
    assert await book(house, 1) == 201
    done = house.ran("upgrade", str(bench.new))
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Signed with the release key 101010101010101: cally-0.2.0.pyz" in done.stdout
    assert "No guest would notice a difference" in done.stdout
    assert "Cally 0.2.0 serves, and is well." in done.stdout
    assert (version(house), schema(house), is_closed(house)) == ("0.2.0", 9000, False)
    assert house.codes == [75]
    assert house.program.with_name("cally.pyz.previous").read_bytes() == bench.old.read_bytes()
    assert await book(house, 2) == 201
    done = house.ran("rollback", "--yes")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "1 bookings made since then" in done.stdout
    assert (version(house), is_closed(house)) == ("0.1.0", False)
    assert schema(house) < 9000
    assert house.command("db", "shell", "SELECT count(*) FROM booking").strip() == "1"
    assert house.program.read_bytes() == bench.old.read_bytes()
    assert house.ran("rollback", "--yes").returncode == 1


def test_a_version_that_is_not_well_is_taken_back_by_itself(house: Managed, bench: Bench):
    """It has migrated and then keeps ending: program and database are as they were."""
    done = house.ran("upgrade", str(bench.broken), "--wait", "600")
    assert done.returncode == 1
    assert "keeps ending" in done.stderr
    assert "0.1.0 is back, with everything as it was" in done.stderr
    assert (version(house), is_closed(house)) == ("0.1.0", False)
    assert schema(house) < 9000
    assert house.program.read_bytes() == bench.old.read_bytes()


def test_what_is_not_trusted_changes_nothing(apart: Managed, bench: Bench, tmp_path: Path):
    """A flipped byte, another key, no signature, an older version, a version that would harm."""
    flipped, foreign, bare = (tmp_path / f"{name}.pyz" for name in ("flipped", "foreign", "bare"))
    for file in (flipped, foreign, bare):
        shutil.copy(bench.new, file)
    sign(flipped, RELEASE)
    data = bytearray(flipped.read_bytes())
    data[-3] ^= 1
    flipped.write_bytes(data)
    sign(foreign, MALLORY)
    for file, why in (
        (flipped, "not the bytes that were signed"),
        (foreign, "another key (202020202020202)"),
        (bare, "no signature"),
        (bench.older, "older than 0.1.0"),
        (bench.harmful, "--accept-differences"),
    ):
        done = apart.ran("upgrade", str(file))
        assert (done.returncode, why in done.stderr) == (1, True), done.stderr
    assert apart.program.read_bytes() == bench.old.read_bytes()
    assert [file.name for file in apart.program.parent.iterdir()] == ["cally.pyz"]
    assert not (apart.state_dir / "upgrade.json").exists()


def test_without_a_server_the_next_start_does_the_rest(apart: Managed, bench: Bench):
    """And without a key built in nothing is trusted; another one can be named, and what is unsigned said loudly."""
    assert "WARNING" in apart.ran("upgrade", str(bench.new), "--unsigned").stdout
    assert apart.program.read_bytes() == bench.new.read_bytes()
    assert apart.ran("rollback", "--yes").returncode == 0
    done = apart.ran("upgrade", str(bench.new), "--key", MALLORY.public)
    assert "another key" in done.stderr
    assert apart.program.read_bytes() == bench.old.read_bytes()


def test_a_server_that_nobody_would_start_anew_is_left_alone(apart: Managed, bench: Bench):
    """It says what to do, and has changed nothing."""
    del apart.environ["NOTIFY_SOCKET"]
    apart.start()
    done = apart.ran("upgrade", str(bench.new))
    assert (done.returncode, "no service manager was found" in done.stderr) == (1, True)
    apart.kill()
    assert apart.program.read_bytes() == bench.old.read_bytes()


def test_killed_anywhere_one_of_the_two_runs_and_the_data_is_there(house: Managed, bench: Bench):
    """kill -9 at the stages of an upgrade and of going back; afterwards whatever is installed serves, unhindered."""
    for stage, left in (("Maintenance mode is on", bench.old), ("is Cally 0.2.0 now", bench.new)):
        killed_at(house, stage, "upgrade", str(bench.new))
        assert not is_closed(house)
        restarted(house)
        assert house.program.read_bytes() == left.read_bytes()
        assert version(house) in left.name
        assert "ada@example.com" in house.command("admin", "list")
    killed_at(house, "The snapshot is in place", "rollback", "--yes")
    restarted(house)
    assert version(house) in {"0.1.0", "0.2.0"}
    assert "ada@example.com" in house.command("admin", "list")
    assert not is_closed(house)


def killed_at(house: Managed, stage: str, *words: str) -> None:
    """A command that is killed as soon as it has said this."""
    command = [sys.executable, str(house.program), *words]
    with subprocess.Popen(command, env=house.environ, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = next((line for line in running.stdout if stage in line), None)
        running.kill()
    assert said is not None


def restarted(house: Managed) -> None:
    """The server dies as well; whoever looks after it starts what is installed now."""
    version(house)
    house.process.kill()  # type: ignore[union-attr]
