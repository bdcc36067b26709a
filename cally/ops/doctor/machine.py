"""The machine under Cally: files, the process that serves, its limits, versions, authorities, who keeps the clock."""

import os
import resource
import ssl
import stat
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from cally.config import Settings
from cally.ops import lock
from cally.ops.doctor.findings import Finding, advice, fault, ok
from cally.store.shell import sqlite_version

PRIVATE_DIRECTORY, PRIVATE_FILE = 0o700, 0o600
TZDATA_YEARS = 2
LEAST_FILES = 4_096
LEAST_BACKLOG = 1_024
BACKLOG = Path("/proc/sys/net/core/somaxconn")
PYTHON_ENDS = {(3, 11): date(2027, 10, 31), (3, 12): date(2028, 10, 31), (3, 13): date(2029, 10, 31)}
SOON_DAYS = 180
KEEPER = Path("/run/systemd/timesync/synchronized")
CLOCK_ERROR = 5
KEEP_IT = "Let somebody keep it: `timedatectl set-ntp true` (systemd-timesyncd), or install chrony."


def files(settings: Settings) -> list[Finding]:
    """Nobody but the owner may read the state directory, the database and the key."""
    wanted = (
        (settings.state_dir, PRIVATE_DIRECTORY),
        (settings.database_file, PRIVATE_FILE),
        (settings.key_file, PRIVATE_FILE),
    )
    return [_private(path, mode) for path, mode in wanted if path.exists()]


def server(state_dir: Path) -> Finding:
    """Is a process serving this directory?"""
    held = lock.holder(state_dir)
    if held is None:
        return advice("server", "No server is running here.", "Start `cally serve`.")
    return ok("server", f"Process {held[0]} is serving.")


def limits(*, on: bool) -> Finding:
    """Limits may be off in load tests only."""
    return ok("limits", "Rate limits are on.") if on else fault("limits", "Rate limits are off.", "Unset CALLY_LIMITS.")


def connections(state_dir: Path) -> Finding:
    """How many files and connections the serving process may have open, and how many guests may wait in line."""
    held = lock.holder(state_dir)
    most = _open_files(held[0] if held else os.getpid())
    waiting = _number(BACKLOG)
    if most < LEAST_FILES:
        sentence = f"Only {most:,} files and connections may be open at once."
        return advice("connections", sentence, "Set LimitNOFILE=16384 in the unit, or raise `ulimit -n`.")
    if waiting is not None and waiting < LEAST_BACKLOG:
        sentence = f"Only {waiting} guests may wait in line for a connection."
        return advice("connections", sentence, f"sysctl net.core.somaxconn={LEAST_BACKLOG * 4}")
    return ok("connections", f"Up to {most:,} files and connections may be open at once.")


def python(now: int, version: tuple[int, int] = sys.version_info[:2]) -> Finding:
    """Is this Python still mended by its makers, and which SQLite is it?"""
    said = f"Python {version[0]}.{version[1]}, SQLite {sqlite_version()}."
    ends = PYTHON_ENDS.get(version)
    if ends is None:
        return ok("versions", said)
    fix = "Use a newer Python: the one file and the package run on 3.11 to 3.14."
    left = (ends - datetime.fromtimestamp(now, UTC).date()).days
    if left < 0:
        return advice("versions", f"{said} This Python gets no security fixes from its makers since {ends}.", fix)
    if left < SOON_DAYS:
        return advice("versions", f"{said} This Python gets no security fixes from its makers after {ends}.", fix)
    return ok("versions", said)


def time_zones(version: str, now: int) -> Finding:
    """Rules of time zones change several times a year; `version` is like `2026b`."""
    year = version[:4]
    if year.isdecimal() and int(year) < datetime.fromtimestamp(now, UTC).year - TZDATA_YEARS:
        sentence = f"The rules of time zones are of {version}."
        return advice("time zones", sentence, "Update tzdata (apt install --only-upgrade tzdata) and start again.")
    return ok("time zones", f"The rules of time zones are of {version}.")


def authorities() -> Finding:
    """Whose certificates this machine believes; with none, no calendar and no mail server can be spoken to."""
    found = ssl.get_default_verify_paths()
    folder = Path(found.capath) if found.capath else None
    if found.cafile or (folder is not None and any(folder.glob("*.[0-9]"))):
        return ok("authorities", "This machine knows whose certificates to believe.")
    sentence = "This machine knows no certificate authority, so no encrypted connection can be checked."
    return fault("authorities", sentence, "apt install ca-certificates")


def keeper() -> Finding:
    """Is the clock kept by somebody? The kernel is told by whoever does (systemd-timesyncd, chrony, ntpd)."""
    kept = is_kept()
    if kept is None:
        return ok("clock keeper", "Who keeps the clock cannot be seen from here.")
    if kept:
        return ok("clock keeper", "The clock is kept in step with others.")
    return advice("clock keeper", "Nobody keeps the clock of this machine in step with others.", KEEP_IT)


def is_kept() -> bool | None:
    """What the kernel says about its clock; None when it cannot be asked."""
    if KEEPER.exists():
        return True
    import ctypes  # noqa: PLC0415 - heavy: imported where used

    told = ctypes.create_string_buffer(512)  # struct timex, with room; no mode is set, so nothing is changed
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(told)
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != CLOCK_ERROR


def _private(path: Path, mode: int) -> Finding:
    name = f"permissions of {path.name}"
    found = path.stat()
    if found.st_uid not in {os.geteuid(), 0} or stat.S_IMODE(found.st_mode) & ~mode:
        return fault(name, f"Others may read {path}.", f"chmod {mode:o} {path}")
    return ok(name, f"{path} is its owner's alone.")


def _open_files(pid: int) -> int:
    """The limit of a process, as far as we may see it; else our own."""
    try:
        lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
        found = next(line.split() for line in lines if line.startswith("Max open files"))
        return int(found[4]) if found[4].isdecimal() else sys.maxsize
    except (OSError, StopIteration, IndexError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        return sys.maxsize if hard == resource.RLIM_INFINITY else hard


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
