"""Tries, inside the service's own sandbox, what a taken-over Cally would try; prints JSON. Standard library alone."""

import ctypes
import json
import mmap
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

STATE = Path("/var/lib/cally")
TMP = "/tmp"  # noqa: S108 - the service's own
CLONE_NEWUSER = 0x10000000


def main() -> None:
    """Each attempt by its name: "" when it worked, else why not."""
    json.dump({"denied": tried(FORBIDDEN), "allowed": tried(NEEDED)}, sys.stdout)


def tried(attempts: dict[str, Callable[[], object]]) -> dict[str, str]:
    """What came of them."""
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            found[name] = str(error)
        else:
            found[name] = ""
    return found


def c(name: str, *values: object) -> None:
    """A function of the C library; raises OSError when it says no."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*values) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def run_written(folder: str) -> None:
    """Write a program and run it."""
    program = Path(folder) / "cally-probe-program"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o700)
    try:
        subprocess.run([str(program)], check=True)
    finally:
        program.unlink()


def setuid_file() -> None:
    """Leave a program behind that lends its owner's rights."""
    path = STATE / "cally-probe-setuid"
    path.touch()
    try:
        path.chmod(0o4755)
    finally:
        path.unlink()


def in_state() -> None:
    """Write, sync, remove."""
    path = STATE / "cally-probe"
    path.write_text("written")
    path.unlink()


def see(path: str) -> None:
    """Is anything there?"""
    if not list(Path(path).iterdir()):
        raise FileNotFoundError("empty")


FORBIDDEN: dict[str, Callable[[], object]] = {
    "write in /etc": lambda: Path("/etc/cally-probe").touch(),
    "write in its own settings": lambda: Path("/etc/cally/cally.toml").open("a").close(),
    "write in /usr/lib/cally": lambda: Path("/usr/lib/cally/cally-probe").touch(),
    "write elsewhere in /var/lib": lambda: Path("/var/lib/cally-probe").touch(),
    "write in /run/lock": lambda: Path("/run/lock/cally-probe").touch(),
    "read /etc/shadow": lambda: Path("/etc/shadow").read_bytes(),
    "read the secret that seals the key": lambda: Path("/var/lib/systemd/credential.secret").read_bytes(),
    "see into /root": lambda: see("/root"),
    "see other processes": lambda: Path("/proc/1/status").read_text(),
    "change a kernel setting": lambda: Path("/proc/sys/kernel/core_pattern").write_text("x"),
    "make a device": lambda: os.mknod(f"{TMP}/cally-probe-disk", 0o60600, os.makedev(254, 0)),
    "run what it wrote in the state directory": lambda: run_written(str(STATE)),
    "run what it wrote in /tmp": lambda: run_written(TMP),
    "run code in writable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "leave a setuid program": setuid_file,
    "become root": lambda: os.setuid(0),
    "mount": lambda: c("mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "make a namespace": lambda: c("unshare", CLONE_NEWUSER),
    "watch another process": lambda: c("ptrace", 16, os.getppid(), None, None),
    "load a kernel module": lambda: c("syscall", 313, -1, b"", 0),
    "set the clock": lambda: c("clock_settime", 0, (ctypes.c_long * 2)(0, 0)),
    "rename the machine": lambda: socket.sethostname("probe"),
    "real-time priority": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "listen anywhere else": lambda: socket.create_server(("127.0.0.1", 8081)).close(),
    "raw packets": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "talk to the kernel by netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
}
NEEDED: dict[str, Callable[[], object]] = {
    "write in the state directory": in_state,
    "write in its own /tmp": lambda: Path(TMP, "cally-probe").touch(),
    "start Python for what others sent": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "limit itself": lambda: resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)),
    "step back": lambda: os.nice(5),
    "read /proc for the system page": lambda: (Path("/proc/meminfo").read_text(), Path("/proc/self/io").read_text()),
    "open a connection": lambda: socket.create_connection(("127.0.0.1", 8080), timeout=60).close(),
}

if __name__ == "__main__":
    main()
