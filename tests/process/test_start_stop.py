"""Start and stop, with real processes: in order, loudly refused, and without dropping anybody."""

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.process.asking import Caller
from tests.process.house import furnish, slot, wanted
from tests.process.served import ROOT, Served, free_port, is_live

AS_MANAGER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
os.execv(sys.executable, [sys.executable, "-m", "cally", "serve"])
"""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("start_stop")]


def refused(**environ: str) -> subprocess.CompletedProcess[str]:
    """`cally serve` that ends by itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLY_")}
    return subprocess.run(
        [sys.executable, "-m", "cally", "serve"],
        cwd=ROOT,
        env=kept | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_first_start_prints_a_one_time_address(served: Served):
    """On standard output, whatever the log looks like; nobody else finds it in the log."""
    address = served.out().strip().removeprefix("Set up Cally at ")
    assert address.startswith(f"http://127.0.0.1:{served.port}/setup/")
    assert address.rsplit("/", 1)[1] not in served.log()


def test_with_an_account_no_address_is_printed(served: Served):
    """The door for the first admin is closed for good."""
    served.admin_token()
    served.stop()
    served.out_file.write_text("")
    served.start()
    assert served.out() == ""


def test_the_log_is_json(served: Served):
    """One object a line, with the instant, the level and the sentence."""
    lines = [json.loads(line) for line in served.log().splitlines()]
    assert all({"at", "level", "logger", "message"} <= line.keys() for line in lines)


def test_the_state_directory_is_private(served: Served):
    """Nobody but the owner may look inside, nor read a file of it."""
    modes = [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in served.state_dir.iterdir()]
    assert not any(modes)
    assert stat.S_IMODE(served.state_dir.stat().st_mode) == 0o700


def test_a_second_process_is_refused_and_told_who_is_first(served: Served):
    """It exits with 1, names the process, and the first one goes on."""
    assert served.process is not None
    second = refused(CALLY_STATE_DIR=str(served.state_dir), CALLY_BIND=f"127.0.0.1:{free_port()}")
    assert second.returncode == 1
    assert f"process {served.process.pid}, since 20" in second.stderr
    assert is_live(served.port)


def test_a_port_in_use_is_named(served: Served, tmp_path: Path):
    """Another instance cannot share the port silently."""
    second = refused(CALLY_STATE_DIR=str(tmp_path / "other"), CALLY_BIND=f"127.0.0.1:{served.port}")
    assert (second.returncode, f"127.0.0.1:{served.port}" in second.stderr) == (1, True)
    assert "CALLY_BIND" in second.stderr


def test_wrong_settings_are_named_and_exit_78(tmp_path: Path):
    """All of them at once, one line each."""
    done = refused(CALLY_STATE_DIR=str(tmp_path), CALLY_BIND="x", CALLY_LIMITS="y", CALLY_NONSENSE="z")
    assert done.returncode == 78
    assert all(name in done.stderr for name in ("CALLY_BIND", "CALLY_LIMITS", "CALLY_NONSENSE"))
    assert not list(tmp_path.iterdir())


def test_a_lost_key_is_not_replaced(served: Served):
    """A new key beside an old database would make both useless."""
    served.stop()
    (served.state_dir / "cally.key").unlink()
    done = refused(CALLY_STATE_DIR=str(served.state_dir))
    assert (done.returncode, "put the key back" in done.stderr) == (1, True)
    assert not (served.state_dir / "cally.key").exists()


async def test_requests_that_run_are_finished(served: Served):
    """SIGTERM while guests book: whoever was let in gets an answer, and the process exits with 0."""
    await furnish(served, served.admin_token())
    callers = [Caller(served.port) for _ in range(20)]
    for caller in callers:
        await caller.get("/api/health/live")
    asked = [
        asyncio.create_task(caller.post("/api/v1/bookings", wanted(slot(number), number)))
        for number, caller in enumerate(callers)
    ]
    await asyncio.sleep(0.02)
    assert await asyncio.to_thread(served.stop) == 0
    assert {answer.status for answer in await asyncio.gather(*asked)} == {201}
    for caller in callers:
        caller.close()


def test_stopping_folds_the_log_into_the_file(served: Served):
    """What is left is one database file that can be copied; the reserve is room kept back on the disk."""
    served.stop()
    left = ["cally.db", "cally.key", "cally.lock", "cally.reserve"]
    assert sorted(path.name for path in served.state_dir.iterdir()) == left


def test_an_interrupt_stops_too(served: Served):
    """Ctrl-C in a terminal is an orderly stop."""
    assert served.stop(signal.SIGINT) == 0


def test_a_second_signal_ends_at_once(served: Served):
    """Whoever presses Ctrl-C twice does not wait for a guest who never finishes a request."""
    with socket.create_connection(("127.0.0.1", served.port)) as slow:
        slow.sendall(b"POST /api/v1/bookings HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{")
        time.sleep(0.2)
        assert served.process is not None
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert served.stop() == 130


def test_after_kill_9_it_starts_again(served: Served):
    """The lock dies with its holder."""
    served.kill()
    served.start()
    assert is_live(served.port)


async def test_after_an_unknown_outcome_it_starts_anew_and_the_guest_is_booked_once(tmp_path: Path):
    """The disk fails at COMMIT: 503, exit 1; after the restart the same key finds what was on its way."""
    with Served(tmp_path / "state", mutant="disk_fails") as served:
        await furnish(served, served.admin_token())
        (served.state_dir / "fail").touch()
        caller = Caller(served.port)
        assert (await caller.post("/api/v1/bookings", wanted(slot(9), 1), idempotency_key="x")).status == 503
        caller.close()
        assert served.process is not None
        assert await asyncio.to_thread(served.process.wait, 60) == 1
        (served.state_dir / "fail").unlink()
        served.start()
        again = await caller.post("/api/v1/bookings", wanted(slot(9), 1), idempotency_key="x")
        caller.close()
    assert again.status == 200


def test_it_listens_on_a_unix_socket(tmp_path: Path):
    """For a proxy on the same machine; the path is removed at the end."""
    path = tmp_path / "cally.sock"
    served = Served(tmp_path / "state", CALLY_BIND=f"unix:{path}")
    served.wait_until_live = lambda: wait_for(path)  # type: ignore[method-assign]
    with served, socket.socket(socket.AF_UNIX) as guest:
        guest.connect(str(path))
        guest.sendall(b"GET /api/health/live HTTP/1.1\r\nhost: cally\r\nconnection: close\r\n\r\n")
        assert guest.recv(64).startswith(b"HTTP/1.1 200")
        assert served.stop() == 0
    assert not path.exists()


def test_it_takes_a_socket_from_the_service_manager(tmp_path: Path):
    """Socket activation: guests who come during a restart wait in the manager's queue."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        number = held.fileno()
        environ = os.environ | {"CALLY_STATE_DIR": str(tmp_path / "state"), "CALLY_BIND": "fd:3"}
        process = subprocess.Popen(
            [sys.executable, "-c", AS_MANAGER, str(number)], cwd=ROOT, env=environ, pass_fds=[number]
        )
    try:
        until = time.monotonic() + 180
        while not is_live(port) and time.monotonic() < until:
            time.sleep(0.05)
        assert is_live(port)
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_the_service_manager_is_told(tmp_path: Path):
    """READY=1 once it serves, WATCHDOG=1 while it is well, STOPPING=1 when it goes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        with Served(tmp_path / "state", NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000") as served:
            heard = {manager.recv(99).split(b"\n")[0] for _ in range(3)}
            served.stop()
            while (word := manager.recv(99)) == b"WATCHDOG=1":
                heard.add(word)
    assert heard == {b"READY=1", b"WATCHDOG=1"}
    assert word == b"STOPPING=1"


def wait_for(path: Path) -> None:
    """Until somebody listens there: the path is made before the database is opened."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.05)
