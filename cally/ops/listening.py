"""The listening socket: our own, so that a second process cannot share the port, or one that systemd holds for us."""

import contextlib
import os
import socket
import stat
from pathlib import Path

from cally.config import Bind
from cally.errors import CallyError
from cally.ops import notify_systemd

BACKLOG = 4_096
UNIX_MODE = 0o660
DEFER_SECONDS = 5
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - told apart here, not bound


class Listening:
    """A bound socket. Nothing is accepted before `open`, so that an early guest waits instead of being turned away."""

    def __init__(self, wanted: Bind) -> None:
        self._path = wanted.path
        try:
            self.socket = _bound(wanted)
        except OSError as error:
            place = wanted.path or f"{wanted.address}:{wanted.port}"
            why = error.strerror or str(error)
            remedy = "CALLY_BIND names another place, such as 127.0.0.1:8081."
            raise CallyError("address_in_use", f"Cally cannot listen at {place}: {why}. {remedy}") from error
        self.is_unix = self.socket.family == socket.AF_UNIX
        self._name = self.socket.getsockname()

    def open(self) -> int:
        """Let the kernel take connections; the descriptor, which is the caller's from now on."""
        self._defer(self.socket, 0)  # a socket that a service manager holds may be as a stop has left it
        self.socket.listen(BACKLOG)
        self.socket.setblocking(False)
        self._descriptor = self.socket.detach()
        return self._descriptor

    def only_who_speaks(self) -> None:
        """From now on whoever connects is handed over with their first words, so that a stop cannot come in between."""
        with socket.socket(fileno=os.dup(self._descriptor)) as opened:
            self._defer(opened, DEFER_SECONDS)

    def _defer(self, opened: socket.socket, seconds: int) -> None:
        if not self.is_unix:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, seconds)

    def close(self) -> None:
        """Let go of the address, if nobody has taken it over, and of the path."""
        self.socket.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def path(self) -> Path | None:
        """The path of the unix socket; None for another kind."""
        return Path(str(self._name)) if self.is_unix and self._name else None

    def url(self) -> str:
        """How a browser on this machine reaches it."""
        if self.is_unix:
            return "http://localhost"
        address, port = self._name[:2]
        name = ANYWHERE.get(address, f"[{address}]" if ":" in address else address)
        return f"http://{name}" if port == 80 else f"http://{name}:{port}"


def _bound(wanted: Bind) -> socket.socket:
    if wanted.descriptor is not None:
        return _inherited(wanted.descriptor)
    if wanted.path is not None:
        return _bound_path(wanted.path)
    family = socket.AF_INET6 if ":" in wanted.address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((wanted.address, wanted.port))
    except BaseException:
        made.close()
        raise
    return made


def _bound_path(path: Path) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        path.chmod(UNIX_MODE)
    except BaseException:
        made.close()
        raise
    return made


def _inherited(descriptor: int) -> socket.socket:
    if not notify_systemd.inherited(descriptor) or not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise CallyError("address_in_use", f"No service manager handed over a socket as descriptor {descriptor}.")
    os.set_inheritable(descriptor, False)
    return socket.socket(fileno=descriptor)
