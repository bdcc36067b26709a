"""A start that finds an older database: kind words at once, a snapshot first, and no way to end up in between."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.programs import QUICK, ServedBy, program, slow

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("migrating_start")]
NEWER = {"9000_slow.sql": slow(1), "9001_slower.sql": slow(2), "9002_later.sql": QUICK}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An old and a new one."""
    folder = tmp_path_factory.mktemp("programs")
    return program(folder, "0.1.0"), program(folder, "0.2.0", NEWER)


@pytest.fixture
def older(tmp_path: Path, programs: tuple[Path, Path]) -> Iterator[ServedBy]:
    """An instance that the old program has made; the new one stands by."""
    running = ServedBy(tmp_path / "state", programs[0])
    running.command("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--slug", "ada")
    running.program = programs[1]
    yield running
    running.__exit__(None, None, None)


def asked(port: int, path: str, body: str | None = None) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        method = "GET" if body is None else "POST"
        sent = {} if body is None else {"content-type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


def snapshots(served: ServedBy) -> list[Path]:
    """What was kept before an upgrade."""
    return list((served.state_dir / "backups").glob("*-before-upgrade.backup"))


def schema(served: ServedBy) -> int:
    """How far the database is."""
    return int(served.command("db", "shell", "SELECT max(number) FROM migration").strip())


def test_guests_are_answered_kindly_meanwhile_and_the_service_manager_waits(older: ServedBy, tmp_path: Path):
    """It listens at once; one connection that came early is answered by the application later on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        older.environ["NOTIFY_SOCKET"] = str(tmp_path / "notify")
        older.start()
        early = http.client.HTTPConnection("127.0.0.1", older.port, timeout=30)
        early.request("GET", "/ada")
        answer = early.getresponse()
        page = answer.read().decode()
        assert (answer.status, answer.getheader("retry-after")) == (503, "10")
        assert "being brought up to date" in page
        assert "content-security-policy" in {name.lower() for name, _ in answer.getheaders()}
        assert asked(older.port, re.findall(r'href="(/static/guest[^"]+)"', page)[0])[0] == 200
        assert asked(older.port, "/ada/intro?a=1", "name=Cleo&password=x")[2].count('name="name" value="Cleo"') == 1
        status, headers, body = asked(older.port, "/api/v1/hosts/ada/event-types")
        assert (status, json.loads(body)["code"], headers["retry-after"]) == (503, "maintenance", "10")
        assert asked(older.port, "/api/health/ready")[0] == 503
        assert asked(older.port, "/api/health/live")[0] == 200
        assert status_in_the_end(early) == 200
        wait_until_ready(older)
        early.close()
        manager.settimeout(30)
        told = list(received(manager))
    assert any("EXTEND_TIMEOUT_USEC=60000000" in state and "STATUS=" in state for state in told)
    assert "step 9001 of 9002 (slower)" in older.log()
    assert len(snapshots(older)) == 1


def status_in_the_end(connection: http.client.HTTPConnection) -> int:
    """What Ada's page answers on this one connection, once it is no more than to wait."""
    while True:
        connection.request("GET", "/ada")
        answer = connection.getresponse()
        answer.read()
        if answer.status != 503:
            return answer.status
        time.sleep(0.05)


def received(manager: socket.socket) -> Iterator[str]:
    """What the service manager was told, in order, until all is ready."""
    state = ""
    while not state.startswith("READY=1"):
        state = manager.recv(4096).decode()
        yield state


def wait_until_ready(served: ServedBy) -> None:
    """Until the application itself answers."""
    until = time.monotonic() + 180
    while asked(served.port, "/api/health/ready")[0] != 200:
        assert time.monotonic() < until, served.log()
        time.sleep(0.02)


def test_sigterm_breaks_off_and_the_next_start_goes_on(older: ServedBy):
    """The step that runs is taken back; exit 0, as at any other stop."""
    older.start()
    wait_for_step(older, 9001)
    began = time.monotonic()
    assert older.stop() == 0
    assert time.monotonic() - began < 5
    older.start()
    wait_until_ready(older)
    assert schema(older) == 9002
    assert "2 steps, from schema 9000 to 9002" in older.log()


def wait_for_step(served: ServedBy, number: int) -> None:
    """Until that step is being taken."""
    until = time.monotonic() + 180
    while f"step {number} of" not in served.log():
        assert time.monotonic() < until, served.log()
        time.sleep(0.01)


def test_an_old_version_says_which_snapshot_it_could_use(older: ServedBy, programs: tuple[Path, Path]):
    """It touches nothing; commands say the same."""
    older.start()
    wait_until_ready(older)
    older.stop()
    older.program = programs[0]
    before = (older.state_dir / "cally.db").read_bytes()
    for words in (("serve",), ("admin", "list")):
        done = older.ran(*words)
        assert done.returncode == 1
        assert f"cally restore {snapshots(older)[0]}" in done.stderr
        assert "newer Cally (schema 9002" in done.stderr
    assert (older.state_dir / "cally.db").read_bytes() == before


def test_without_room_for_a_snapshot_nothing_is_touched(older: ServedBy):
    """Exit 1 with the reason; here a file lies where the folder of the backups should be."""
    (older.state_dir / "backups").write_text("")
    done = older.ran("serve")
    assert done.returncode == 1
    assert "No snapshot could be made" in done.stderr
    (older.state_dir / "backups").unlink()
    older.program = older.program.with_name("cally-0.1.0.pyz")
    assert schema(older) < 9000


def test_a_command_makes_a_snapshot_too_and_leaves_a_running_older_server_alone(
    older: ServedBy, programs: tuple[Path, Path]
):
    """Whoever has put a new program there and types before the restart."""
    older.program = programs[0]
    older.start()
    older.program = programs[1]
    done = older.ran("admin", "list")
    assert (done.returncode, "restart it first" in done.stderr) == (1, True)
    assert not snapshots(older)
    older.stop()
    assert "ada@example.com" in older.command("admin", "list")
    assert len(snapshots(older)) == 1


def test_a_first_start_makes_no_snapshot(tmp_path: Path, programs: tuple[Path, Path]):
    """Of nothing there is none to be made, and nobody is asked to wait."""
    with ServedBy(tmp_path / "state", programs[0]) as running:
        assert not snapshots(running)
        assert "brought up to date" not in running.log()
