"""Putting another program in the place of the one that runs: whole or not at all, at every step, with the way back.

`cally.pyz.previous` is the one from before; the journal in the state directory says which snapshot belongs to it. A
process that is killed anywhere in between leaves one of the two programs, and a database that it can open.
"""

import http.client
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cally import files
from cally.errors import CallyError
from cally.ops import lock, serving
from cally.ops.serving import Serving

NEW, PREVIOUS, UNDONE = ".new", ".previous", ".undone"
JOURNAL = "upgrade.json"
STOP_SECONDS = 45
ABSENT_SECONDS = 45
STEADY_SECONDS = 1.0
LOOK_SECONDS = 0.1
MOST_FALLS = 4
UNDOING_SECONDS = 30
MANAGER = b"NOTIFY_SOCKET="

Told = Callable[[str], None]


class Upgraded(msgspec.Struct, frozen=True, kw_only=True):
    """The last upgrade: which program it replaced, and which snapshot the one before it can use.

    Until `undoing_until` it is being taken back, whether or not whoever does it still lives.
    """

    at: int
    program: str
    from_version: str
    to_version: str
    schema: int
    snapshot: str | None
    undoing_until: int = 0


class _Check(msgspec.Struct):
    """A check of `/api/health`, as every version says it."""

    status: str
    detail: str = ""


class _Health(msgspec.Struct):
    """`/api/health`, as far as every version has it."""

    checks: dict[str, _Check]


def store_new(program: Path, data: bytes) -> Path:
    """Write another program beside the one that is there, with its owner and mode; synced. Raises `upgrade_failed`."""
    new = beside(program, NEW)
    try:
        new.unlink(missing_ok=True)
        like = program.stat()
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o700)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if os.geteuid() == 0:
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
            os.fchmod(file.fileno(), like.st_mode & 0o777 | 0o100)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _cannot(program.parent, error) from error
    return new


def switch(program: Path, new: Path) -> None:
    """The new program in the place of the old one, which stays as `.previous`; at every moment one is there."""
    try:
        _keep(program, beside(program, PREVIOUS))
        new.replace(program)
        files.sync_folder(program.parent)
    except OSError as error:
        raise _cannot(program.parent, error) from error


def switch_back(program: Path) -> None:
    """The previous program in its place again; the newer one stays as `.undone`."""
    try:
        _keep(program, beside(program, UNDONE))
        beside(program, PREVIOUS).replace(program)
        files.sync_folder(program.parent)
    except OSError as error:
        raise _cannot(program.parent, error) from error


def beside(program: Path, end: str) -> Path:
    """The file beside a program that ends so."""
    return program.with_name(program.name + end)


def write_journal(state_dir: Path, made: Upgraded) -> None:
    """Note an upgrade before it is done."""
    files.put(state_dir / JOURNAL, msgspec.json.encode(made))


def read_journal(state_dir: Path) -> Upgraded | None:
    """The last upgrade; None when there was none that could be taken back."""
    try:
        return msgspec.json.decode((state_dir / JOURNAL).read_bytes(), type=Upgraded)
    except (OSError, msgspec.MsgspecError):
        return None


def forget_journal(state_dir: Path) -> None:
    """There is nothing to be taken back any more."""
    (state_dir / JOURNAL).unlink(missing_ok=True)


def is_taken_back(state_dir: Path, version: str, *, now: int) -> bool:
    """Whether a server of this version was started from a file that is being replaced by the one before it.

    A service manager may have done so; it would take the database forward again, where the older program cannot follow.
    """
    made = read_journal(state_dir)
    return made is not None and made.to_version == version and 0 <= made.undoing_until - now <= UNDOING_SECONDS


def is_managed(pid: int) -> bool:
    """Whether a service manager waits for word from a process, and so starts it anew when it ends."""
    try:
        return MANAGER in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def restart(state_dir: Path, pid: int) -> None:
    """Ask a server to make room for its successor, and wait until it has; kill it when it does not."""
    _require_owned(state_dir, pid)
    _signal(pid, signal.SIGHUP)
    until = time.monotonic() + STOP_SECONDS
    while _holder(state_dir) == pid:
        if time.monotonic() > until:
            _signal(pid, signal.SIGKILL)
        time.sleep(LOOK_SECONDS)


def wait_until_healthy(state_dir: Path, version: str, told: Told, *, not_pid: int, seconds: float) -> None:
    """Wait until a server of that version has answered well for a moment.

    Raises `upgrade_failed` when none comes, when it keeps ending, or when its database is not well in so many seconds.
    """
    until, absent, well, seen = time.monotonic() + seconds, time.monotonic(), 0.0, {not_pid}
    said = ""
    while time.monotonic() < until:
        pid = _holder(state_dir)
        if pid is None:
            well = 0.0
            if time.monotonic() - absent > ABSENT_SECONDS:
                raise _failed("Nobody starts Cally anew.")
        else:
            absent = time.monotonic()
            seen.add(pid)
            if len(seen) > MOST_FALLS:
                raise _failed("The new version keeps ending as soon as it has begun.")
            found = serving.read(state_dir)
            if found is not None and found.pid == pid and found.version == version:
                is_well, doing = _look(found)
                if doing != said:
                    said = doing
                    told(doing)
                well = (well or time.monotonic()) if is_well else 0.0
                if well and time.monotonic() - well >= STEADY_SECONDS:
                    return
        time.sleep(LOOK_SECONDS)
    raise _failed(f"The new version was not well within {seconds:.0f} seconds.")


@contextmanager
def without_server(state_dir: Path, *, now: int) -> Iterator[None]:
    """Stop whoever serves the directory, and have it alone during the block; what a service manager starts ends there.

    Raises `upgrade_failed` when it cannot be had.
    """
    with ExitStack() as stack:
        until = time.monotonic() + 2 * STOP_SECONDS
        while True:
            pid = _holder(state_dir)
            if pid is not None:
                restart(state_dir, pid)
            try:
                stack.enter_context(lock.hold(state_dir, now=now))
            except CallyError as error:
                if time.monotonic() > until:
                    raise _failed("The server could not be stopped.") from error
            else:
                break
        yield


def _look(found: Serving) -> tuple[bool, str]:
    """Whether a server is well as far as its database goes, and what it says it is doing."""
    connection: http.client.HTTPConnection
    if found.socket is not None:
        connection = _UnixConnection(found.socket)
    else:
        parts = urlsplit(found.url)
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=10)
    try:
        connection.request("GET", "/api/health", headers={"host": "localhost"})
        body = connection.getresponse().read()
        check = msgspec.json.decode(body, type=_Health).checks["database"]
    except (OSError, http.client.HTTPException, msgspec.MsgspecError, KeyError):
        return False, ""
    finally:
        connection.close()
    return found.ready and check.status == "ok", "" if check.status == "ok" else check.detail


class _UnixConnection(http.client.HTTPConnection):
    """HTTP through a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        """To the path instead of a port."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


def _holder(state_dir: Path) -> int | None:
    held = lock.holder(state_dir)
    return held[0] if held is not None else None


def _require_owned(state_dir: Path, pid: int) -> None:
    """What stands in a directory's lock file is its owner's word: root ends no process of anybody else on it."""
    try:
        owner = Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return
    if os.geteuid() == 0 and owner != state_dir.stat().st_uid:
        raise _failed(f"Process {pid} is not of the user who owns {state_dir}; it is left alone.")


def _signal(pid: int, number: int) -> None:
    if pid > 1:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise _failed(f"Process {pid} is somebody else's; do this as root.") from error


def _keep(program: Path, name: Path) -> None:
    """A second name for the program that is there; a copy where there can be no second name."""
    part = beside(name, ".part")
    part.unlink(missing_ok=True)
    try:
        os.link(program, part)
    except OSError:
        shutil.copy2(program, part)
    part.replace(name)


def _failed(sentence: str) -> CallyError:
    return CallyError("upgrade_failed", sentence)


def _cannot(folder: Path, error: OSError) -> CallyError:
    return _failed(f"{folder} cannot be written ({error.strerror}); nothing was changed.")
