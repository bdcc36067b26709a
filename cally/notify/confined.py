"""What the code of others may do for us: speak to allowed addresses; read no files, start no programs.

Apprise speaks to a hundred services in a hundred ways, and some of its addresses name files. So it is watched where it
must come by, at the interpreter's audit events (PEP 578): the address that is connected to is judged, not the one that
was typed, and neither redirects nor names that change their minds get around that.
"""

import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

from cally.notify.networks import is_allowed, parsed

CODE = (".py", ".pyc", "mime.types")
FOLDERS = tuple(os.path.realpath(path) + os.sep for path in {sys.prefix, sys.base_prefix, "/etc/ssl", "/etc/pki"})
PRIVATE_KEYS = re.compile(r"^/etc/.*(/private/|\.key$)")  # of this machine, beside its certificates
SPEAKING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
STARTING = frozenset({"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"})
WATCHED = SPEAKING | STARTING | {"open", "socket.bind"}
PRIVATE = "This address is inside a private network; an administrator can allow it with CALLY_ALLOWED_NETWORKS."
FILES = "This address makes the server read a file of its own; that is not allowed."
PROGRAMS = "This address makes the server start a program; that is not allowed."


class _Bounds(NamedTuple):
    """What is allowed to who is confined, what was refused to them, and the sockets they opened to listen on."""

    allowed: tuple[str, ...]
    refused: list[str]
    own: list[socket.socket]


_bounds: ContextVar[_Bounds | None] = ContextVar("bounds", default=None)


@contextmanager
def confined(allowed: tuple[str, ...]) -> Iterator[list[str]]:
    """Confine what is done until the block ends; gives the sentences of what was refused, which raised OSError there.

    Private networks are spoken to only if `allowed` lists them. Threads that are started meanwhile stay confined while
    they live, and so does work in pools if the context goes with it, as it does in Apprise's own. The block must not
    wait for the event loop.
    """
    _watch()
    refused: list[str] = []
    before = _bounds.set(_Bounds(allowed, refused, []))
    try:
        yield refused
    finally:
        _bounds.reset(before)


@lru_cache(maxsize=1)
def _watch() -> None:
    """Once for the whole process: a hook cannot be taken away again, so it looks at who is confined only."""
    sys.addaudithook(_judge)
    threading.Thread.start = _begun_like(threading.Thread.start)  # type: ignore[method-assign,assignment] # audited since 3.12 only


def _begun_like(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    """A thread begins with an empty context, and would be free: who is confined gives it their bounds.

    Nothing else of theirs, for that would keep alive for as long as the thread lives what is to end it.
    """

    def begin(thread: threading.Thread) -> None:
        bounds = _bounds.get()
        if bounds is not None:
            context, run = Context(), thread.run
            context.run(_bounds.set, bounds)
            thread.run = lambda: context.run(run)  # type: ignore[method-assign] # the one way in before it runs
        start(thread)

    return begin


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in WATCHED:
        return
    bounds = _bounds.get()
    if bounds is None:
        return
    if event == "socket.bind":
        bounds.own.append(arguments[0])
    else:
        sentence = _fault(event, arguments, bounds)
        if sentence:
            bounds.refused.append(sentence)
            raise PermissionError(sentence)


def _fault(event: str, arguments: tuple[Any, ...], bounds: _Bounds) -> str:
    if event in STARTING:
        return PROGRAMS
    if event == "open":
        return "" if _is_harmless(arguments[0]) else FILES
    return "" if _is_own(arguments[1], bounds.own) or _is_open(arguments[1], bounds.allowed) else PRIVATE


def _is_own(address: Any, own: list[socket.socket]) -> bool:
    """Whether that is a socket they listen on themselves: paho-mqtt wakes its thread through a pair of them."""
    return any(one.fileno() >= 0 and one.getsockname() == address for one in own)


def _is_harmless(path: Any) -> bool:
    """Programs and certificates, which code loads as it goes; what has a number is open already."""
    if not isinstance(path, str | bytes | os.PathLike):
        return True
    name = os.path.realpath(os.fsdecode(path))
    return name.endswith(CODE) or (name.startswith(FOLDERS) and not PRIVATE_KEYS.search(name))


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
