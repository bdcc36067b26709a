"""What the code of others may do for us: speak to allowed addresses; read no files, start no programs.

Apprise speaks to a hundred services in a hundred ways, and some of its addresses name files. So it is watched where it
must come by, at the interpreter's audit events (PEP 578): the address that is connected to is judged, not the one that
was typed, and neither redirects nor names that change their minds get around that.
"""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from cally.notify.networks import is_allowed, parsed

CODE = (".py", ".pyc", "mime.types")
FOLDERS = tuple(os.path.realpath(path) + os.sep for path in {sys.prefix, sys.base_prefix, "/etc/ssl", "/etc/pki"})
SPEAKING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
STARTING = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"})
PRIVATE = "This address is inside a private network; an administrator can allow it with CALLY_ALLOWED_NETWORKS."
FILES = "This address makes the server read a file of its own; that is not allowed."
PROGRAMS = "This address makes the server start a program; that is not allowed."

_bounds: ContextVar[tuple[tuple[str, ...], list[str]] | None] = ContextVar("bounds", default=None)


@contextmanager
def confined(allowed: tuple[str, ...]) -> Iterator[list[str]]:
    """Confine what is done until the block ends; gives the sentences of what was refused, which raised OSError there.

    Private networks are spoken to only if `allowed` lists them. Work that is handed to other threads stays confined if
    the context goes with it, as it does in Apprise's own pools. The block must not wait for the event loop.
    """
    _watch()
    refused: list[str] = []
    before = _bounds.set((allowed, refused))
    try:
        yield refused
    finally:
        _bounds.reset(before)


@lru_cache(maxsize=1)
def _watch() -> None:
    """Once for the whole process: a hook cannot be taken away again, so it looks at who is confined only."""
    sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" and event not in SPEAKING and event not in STARTING:
        return
    bounds = _bounds.get()
    if bounds is None:
        return
    allowed, refused = bounds
    sentence = _fault(event, arguments, allowed)
    if sentence:
        refused.append(sentence)
        raise PermissionError(sentence)


def _fault(event: str, arguments: tuple[Any, ...], allowed: tuple[str, ...]) -> str:
    if event in STARTING:
        return PROGRAMS
    if event == "open":
        return "" if _is_harmless(arguments[0]) else FILES
    return "" if _is_open(arguments[1], allowed) else PRIVATE


def _is_harmless(path: Any) -> bool:
    """Programs and certificates, which code loads as it goes; what has a number is open already."""
    if not isinstance(path, str | bytes | os.PathLike):
        return True
    name = os.path.realpath(os.fsdecode(path))
    return name.endswith(CODE) or name.startswith(FOLDERS)


def _is_open(address: Any, allowed: tuple[str, ...]) -> bool:
    """Whether a socket may speak to an address; a name, which datagrams may go to, only if all it stands for may."""
    if address is None:  # connected before, and judged then
        return True
    if not isinstance(address, tuple):
        return False
    try:
        found = [parsed(str(address[0]))]
    except ValueError:
        try:
            found = [parsed(str(entry[4][0])) for entry in socket.getaddrinfo(address[0], address[1])]
        except OSError:
            return False
    return all(is_allowed(one, allowed) for one in found)
