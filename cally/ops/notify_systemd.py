"""The service manager's side: readiness, watchdog, inherited sockets (sd_notify(3), sd_listen_fds(3))."""

import os
import socket
from collections.abc import Mapping

FIRST_DESCRIPTOR = 3


def notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send one state such as `READY=1`; False when no service manager listens."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as messenger:
        try:
            messenger.sendto(state.encode(), name)
        except OSError:
            return False
    return True


def watchdog_seconds(environ: Mapping[str, str] = os.environ) -> float | None:
    """How often the watchdog wants to be fed: half of what it allows; None when there is none for this process."""
    allowed = environ.get("WATCHDOG_USEC", "")
    meant_for = environ.get("WATCHDOG_PID", str(os.getpid()))
    if not allowed.isdecimal() or int(allowed) == 0 or meant_for != str(os.getpid()):
        return None
    return int(allowed) / 2_000_000


def inherited(descriptor: int, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the service manager handed this listening socket to this process."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return False
    count = environ.get("LISTEN_FDS", "")
    return count.isdecimal() and FIRST_DESCRIPTOR <= descriptor < FIRST_DESCRIPTOR + int(count)
