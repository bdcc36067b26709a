"""A WebDAV server, wsgidav on cheroot, that keeps its files in a folder; names with `full` are too much for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from cheroot.wsgi import Server
from wsgidav.fs_dav_provider import FilesystemProvider
from wsgidav.wsgidav_app import WsgiDAVApp

USER, PASSWORD = "ada", "a-password-of-webdav"


class Dav(NamedTuple):
    """A running server, and the folder of its files."""

    port: int
    home: Path


class Quota:
    """Answers 507 to what is `full`, as servers with quotas do."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """One request."""
        if environ["REQUEST_METHOD"] == "PUT" and "full" in environ["PATH_INFO"]:
            start_response("507 Insufficient Storage", [("Content-Length", "0"), ("Connection", "close")])
            return [b""]
        return self.app(environ, start_response)


@contextmanager
def dav(home: Path) -> Iterator[Dav]:
    """A server until the block ends."""
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": FilesystemProvider(str(home))},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "lock_storage": False,
            "property_manager": None,
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = Server(("127.0.0.1", 0), Quota(app), numthreads=4, timeout=5, shutdown_timeout=1)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield Dav(server.bind_addr[1], home)
    finally:
        server.stop()
