"""What a service that speaks Sentry's protocol receives: kind, masked message, places; nothing it could add."""

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cally.ops.errors import Inbox
from cally.ops.errors.forwarding import MOST_A_MINUTE, Forwarder
from tests.cast import NOW

log = logging.getLogger("cally.test")
CANARY = "cleo.canary@example.org"


class GlitchTip:
    """A server that takes envelopes as GlitchTip does, and keeps them."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.envelopes: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.envelopes.append(
                    gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                )
                outer.paths.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def dsn(self) -> str:
        """Where errors are sent to."""
        return f"http://4f1c0ffee@127.0.0.1:{self.server.server_address[1]}/7"

    def events(self) -> list[dict[str, Any]]:
        """The events of all envelopes: a header, then for each item its header and its content."""
        found = []
        for envelope in self.envelopes:
            _, *items = envelope.split(b"\n")
            for head, content in zip(items[::2], items[1::2], strict=False):
                if json.loads(head)["type"] == "event":
                    found.append(json.loads(content))
        return found


@pytest.fixture
def service() -> Iterator[GlitchTip]:
    made = GlitchTip()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def fails(guest: str) -> None:
    secret_of_the_guest = guest  # a local variable
    raise RuntimeError(f"no room for {secret_of_the_guest}")


def heard(service: GlitchTip, times: int = 1) -> list[dict[str, Any]]:
    forwarder = Forwarder(service.dsn, now=lambda: NOW)
    inbox = Inbox(now=lambda: NOW, forward=forwarder)
    inbox.listen()
    try:
        for _ in range(times):
            try:
                fails(CANARY)
            except RuntimeError:
                log.exception("About %s.", CANARY)
    finally:
        inbox.leave()
        forwarder.close()
    return service.events()


def test_a_service_hears_of_an_error_and_of_nobody(service: GlitchTip):
    """The type, the masked message, the places with what is ours; grouped as the inbox groups."""
    (event,) = heard(service)
    (told,) = event["exception"]["values"]
    assert (told["type"], told["value"]) == ("RuntimeError", "no room for ‹mail›")
    assert told["stacktrace"]["frames"][-1]["function"] == "fails"
    assert event["fingerprint"] == [event["tags"]["code"]]
    assert event["release"].startswith("cally@")
    assert service.paths == ["/api/7/envelope/"]


def test_nothing_else_is_sent(service: GlitchTip):
    """No value, no local, no host name, no list of packages, no request, no user, no line of source."""
    (event,) = heard(service)
    raw = b"".join(service.envelopes)
    assert CANARY.encode() not in raw
    assert b"secret_of_the_guest" not in raw
    assert b"/work" not in raw
    assert not event.keys() & {"server_name", "modules", "request", "user", "breadcrumbs", "extra", "contexts"}
    frame = event["exception"]["values"][0]["stacktrace"]["frames"][-1]
    assert frame.keys() == {"filename", "lineno", "function", "in_app"}


def test_a_flood_is_not_passed_on(service: GlitchTip):
    """The inbox counts all of them."""
    assert len(heard(service, times=3 * MOST_A_MINUTE)) <= MOST_A_MINUTE


def test_a_service_that_is_away_harms_nobody():
    """Whoever fails is not held up, and gets no other error."""
    forwarder = Forwarder("http://key@127.0.0.1:9/7", now=lambda: NOW)
    inbox = Inbox(now=lambda: NOW, forward=forwarder)
    inbox.take(ValueError("x"))
    forwarder.close()
    assert (len(inbox.taken()), inbox.left_out) == (1, 0)
