"""A booted root with a network of its own, and commands run inside; this machine's systemd is not asked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

BOOT_SECONDS = 180
ENVIRONMENT = ["/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "TERM=dumb"]


class Ran(NamedTuple):
    """What came of a command; `out` is what it printed, complaints included."""

    code: int
    out: str


class Machine:
    """A Debian that runs as long as the block does."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> "Machine":
        name = f"cally-{os.getpid()}"
        words = [
            "systemd-nspawn",
            f"--directory={self.root}",
            "--boot",
            "--register=no",
            "--keep-unit",
            f"--machine={name}",
        ]
        words += ["--private-network", "--resolv-conf=off", "--link-journal=no", "--console=pipe"]
        with self.root.with_suffix(".log").open("wb") as log:
            self._nspawn = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            )
        until = time.monotonic() + BOOT_SECONDS
        while not self._is_up():
            if self._nspawn.poll() is not None or time.monotonic() > until:
                self._end()
                raise SystemExit(f"The root did not boot; see {self.root.with_suffix('.log')}.")
            time.sleep(0.5)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._nspawn is not None and self._nspawn.poll() is None:
            self.run("systemctl", "--no-block", "poweroff")
        self._end()

    def run(self, *words: str, text: str = "", seconds: float = 600) -> Ran:
        """Run a command as root in there."""
        return self._entered("--all", [*ENVIRONMENT, *words], text, seconds)

    def sh(self, script: str) -> Ran:
        """Run a line of shell in there."""
        return self.run("/bin/sh", "-c", script)

    def guest(self, *words: str, seconds: float = 300) -> Ran:
        """Run `deb.prove.guest` with this machine's Python in that machine's network."""
        return self._entered("--net", [sys.executable, "-m", "deb.prove.guest", *words], "", seconds)

    def start_guest(self, *words: str) -> "subprocess.Popen[str]":
        """As `guest`, and go on; it prints what it saw at SIGTERM."""
        entering = ["nsenter", f"--target={self._leader}", "--net"]
        command = [*entering, sys.executable, "-m", "deb.prove.guest", *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def shown(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit).out.strip()

    def main_process(self) -> int:
        """The service's main process, as the machine in there counts; 0 when there is none."""
        return int(self.shown("cally.service", "MainPID") or 0)

    def signal_service(self, number: signal.Signals) -> None:
        """Send the main process a signal behind systemd's back."""
        self.sh(f"kill -{number.value} {self.main_process()}")

    def files(self) -> set[str]:
        """Every path of the root's own file system, below what is kept when it is off."""
        listed = self.sh("find / -xdev -not -path '/proc/*' -not -path '/run/*' -not -path '/tmp/*'")
        return set(listed.out.splitlines())

    def _is_up(self) -> bool:
        process = self._nspawn.pid if self._nspawn is not None else 0
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
        if not children:
            return False
        self._leader = int(children[0])
        return self.run("systemctl", "is-system-running").out.strip() in {"running", "degraded"}

    def _entered(self, spaces: str, words: list[str], text: str, seconds: float) -> Ran:
        entering = ["nsenter", f"--target={self._leader}", spaces]
        done = subprocess.run(
            [*entering, *words],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Ran(done.returncode, done.stdout)

    def _end(self) -> None:
        if self._nspawn is None:
            return
        try:
            self._nspawn.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()


def within(seconds: float, done: Callable[[], bool]) -> float | None:
    """How long it took until that was so; None when it was not so in time."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if done():
            return time.monotonic() - start
        time.sleep(0.25)
    return None
