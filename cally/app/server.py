"""Granian on this loop, with the limits that its defaults lack."""

from collections.abc import Awaitable, Callable
from typing import Any

from granian import net
from granian.constants import Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server as Embedded

from cally.ops.listening import BACKLOG

holder: Any = net.SocketHolder  # type: ignore[attr-defined]  # private to granian, and named nowhere else

BACKPRESSURE = 8_000
HEADER_MILLISECONDS = 2_000
HEAD_BYTES = 65_536
STREAMS = 100


class Server(Embedded):
    """Granian on this loop, with the limits that its defaults lack (TRUST fact 4)."""

    def __init__(self, application: Callable[..., Awaitable[None]], descriptor: int, *, is_unix: bool) -> None:
        super().__init__(
            application,
            interface=Interfaces.ASGINL,
            backlog=BACKLOG,
            backpressure=BACKPRESSURE,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEAD_BYTES),
            http2_settings=HTTP2Settings(max_headers_size=HEAD_BYTES, max_concurrent_streams=STREAMS),
            websockets=False,
            log_enabled=False,
        )
        self._held = descriptor, is_unix

    def _init_shared_socket(self) -> None:
        """Granian's own would be bound with SO_REUSEPORT: a second process could share the port silently."""
        self._ssp: Any = None
        self._shd: Any = holder(*self._held, BACKLOG)
