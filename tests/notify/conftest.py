"""A real mail server in five moods, a sink for channels, and a booking to write about."""

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from cally.model.bookings import Booking, Companion, Guest, Terms
from cally.model.hosts import Place
from cally.model.ids import new_id, new_uid
from cally.model.messages import Snapshot
from cally.notify import MailSettings
from cally.store import Store, bookings, event_types
from tests.cast import CLEO, HOUR, NOW, ada, at

PUBLIC_URL = "https://cally.example.net"


class Postbox:
    """What the server does with mail: `accept`, `later` (4xx), `never` (5xx), `nobody` (no such mailbox), `drop`."""

    def __init__(self) -> None:
        self.mood = "accept"
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []

    def forget(self) -> None:
        """Empty the box."""
        self.mails.clear()
        self.recipients.clear()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient is named."""
        if self.mood == "nobody":
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """A whole mail has arrived."""
        if self.mood == "later":
            return "451 4.3.0 try later"
        if self.mood == "never":
            return "554 5.7.1 refused for good"
        parsed = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.recipients += envelope.rcpt_tos
        if self.mood == "drop" and server.transport is not None:
            server.transport.abort()
        return "250 2.0.0 Ok: queued as 4711"


class MailServer:
    """The running server and the settings that lead to it."""

    def __init__(self, postbox: Postbox, port: int) -> None:
        self.postbox = postbox
        self.settings = MailSettings(host="127.0.0.1", port=port, security="none", sender="cally@example.net")


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[MailServer]:
    """A mail server on a free port; `options` are aiosmtpd's."""
    postbox = Postbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, loop=loop, enable_SMTPUTF8=True, **options), "127.0.0.1", 0)
    yield MailServer(postbox, server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()


class Sink:
    """A web server that keeps what channels post to it and answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.posts: list[dict[str, Any]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                sink.posts.append(json.loads(self.rfile.read(length)))
                self.send_response(sink.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        """The Apprise address that leads here."""
        return f"json://ada:open-sesame-123@127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with serving() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def booking(**changes: Any) -> Booking:
    """Cleo, in New York, has booked Ada, in Berlin, for 22 September 2026, 08:00 UTC; `changes` differ."""
    made = Booking(
        id=new_id(NOW),
        uid=new_uid(),
        sequence=0,
        status="confirmed",
        host_id=1,
        event_type_id=1,
        starts_at=at("2026-09-22 08:00"),
        ends_at=at("2026-09-22 08:30"),
        starts_local="2026-09-22T10:00",
        tz="Europe/Berlin",
        tzdata_version="2026a",
        guest=CLEO,
        companions=(),
        answers=(),
        notes="",
        terms=Terms(
            title="Intro call",
            description="A first chat.",
            duration_minutes=30,
            buffer_before_minutes=0,
            buffer_after_minutes=0,
            approval=False,
            place=Place(kind="link", detail="https://meet.example.org/ada"),
        ),
        reason="",
        no_show=False,
        created_at=NOW,
        updated_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


def snapshot(about: Booking, **changes: Any) -> Snapshot:
    """The booking as a message speaks of it."""
    made = Snapshot(
        booking=about,
        host_name="Ada Lovelace",
        host_email="ada@example.com",
        host_tz="Europe/Berlin",
        host_locale="en",
        host_slug="ada",
        event_type_slug="intro",
    )
    return msgspec.structs.replace(made, **changes)


async def stored(store: Store, **changes: Any) -> Snapshot:
    """A booking of Ada's that is in the database, as a message speaks of it."""
    host = await ada(store)
    event_type = await event_types.by_slug(store.reader, host.id, "intro")
    assert event_type is not None
    made = booking(host_id=host.id, event_type_id=event_type.id, **changes)
    async with store.write() as tx:
        await bookings.insert(tx, made)
    return snapshot(made)


BEN_COMES = (Companion(email="ben@example.com", name="Ben"),)
LATER = NOW + 2 * HOUR
GUEST_IN_KATHMANDU = Guest(name="Cleo", email="cleo+meet@example.org", tz="Asia/Kathmandu", locale="de")
