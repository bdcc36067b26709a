"""A real server process on a state directory of its own, and commands typed beside it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
KEPT_OUT = frozenset({"PYTHONDONTWRITEBYTECODE"})  # it makes every start a first one


class Served:
    """`cally serve` in a process; `limits` are off unless wanted, so that one address may be many guests.

    `mutant` names a broken build of `tests.process.mutants`, `program` another module that serves; `before` are the
    words of a program that runs it.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        limits: str = "off",
        mutant: str = "none",
        program: str = "cally",
        before: Sequence[str] = (),
        **environ: str,
    ) -> None:
        self.state_dir = state_dir
        self.port = free_port()
        self.environ = _inherited() | {
            "CALLY_STATE_DIR": str(state_dir),
            "CALLY_BIND": f"127.0.0.1:{self.port}",
            "CALLY_LIMITS": limits,
            "CALLY_LOG": "json",
            **environ,
        }
        self.before = before
        self._program = [program] if mutant == "none" else ["tests.process.mutants", mutant]
        self.process: subprocess.Popen[str] | None = None
        self.log_file = state_dir.with_name(state_dir.name + ".log")
        self.out_file = state_dir.with_name(state_dir.name + ".out")

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.spawn()
        self.wait_until_live()

    def spawn(self) -> None:
        """Start it and wait for nothing."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("a") as log, self.out_file.open("a") as out:
            self.process = subprocess.Popen(
                [*self.before, sys.executable, "-m", *self._program, "serve"],
                cwd=ROOT,
                env=self.environ,
                stdout=out,
                stderr=log,
                text=True,
            )

    def wait_until_live(self) -> None:
        """Until a connection is answered; fails with what was logged when the process ends before that."""
        until = time.monotonic() + START_SECONDS
        while not is_live(self.port):
            if self.process is None or self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the server did not start:\n{self.log()}")
            time.sleep(0.005)

    def kill(self) -> None:
        """kill -9: no goodbye."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def log(self) -> str:
        """What it has logged so far."""
        return self.log_file.read_text()

    def out(self) -> str:
        """What it has printed so far."""
        return self.out_file.read_text()

    def command(self, *words: str, ok: bool = True) -> str:
        """What `cally …` prints; it must succeed unless `ok` is False."""
        done = subprocess.run(
            [sys.executable, "-m", "cally", *words],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not ok or done.returncode == 0, done.stderr
        return done.stdout

    def admin_token(self) -> str:
        """Ada becomes an admin, and a program of hers gets every scope."""
        self.command("admin", "create", "--email", "ada@example.com", "--name", "Ada Lovelace", "--slug", "ada")
        return self.token("ada@example.com")

    def token(self, account: str) -> str:
        """A program of this admin's gets every scope."""
        nouns = ("bookings", "event-types", "schedules", "resources", "channels", "webhooks", "admin")
        scopes = ",".join(f"{noun}:{right}" for noun in nouns for right in ("read", "write"))
        printed = self.command("token", "create", "--account", account, "--scopes", scopes)
        found = re.search(r"cally_[A-Za-z0-9_-]+", printed)
        assert found is not None, printed
        return found[0]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_live(port: int) -> bool:
    """Whether a whole answer comes from there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(b"GET /api/health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            return probe.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in KEPT_OUT and not name.startswith("CALLY_")}
