"""Every way of writing an inner address, against every way out: a honeypot on this machine is never spoken to."""

import asyncio
import socket
from typing import Any

import pytest

from cally.errors import CallyError
from cally.notify import outgoing
from cally.notify.confined import confined
from tests.site import Site, site

# how a host may be written that is, or is meant to be taken for, one inside
SPELLINGS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "0177.0x0.0.1",
    "%31%32%37.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "\uff11\uff12\uff17.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "0",
    "0.0.0.0",  # noqa: S104 - asked, not bound to
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.1.1.",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "169.254.0.23",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "user:secret@127.0.0.1",
    "example.org@127.0.0.1",
]


def test_there_are_sixty_spellings():
    """As many as were promised, each once."""
    assert len(set(SPELLINGS)) >= 60


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_an_inner_address_is_asked(host: str):
    """Refused or not understood; either way nobody was spoken to."""
    async with site() as honeypot:
        with pytest.raises(CallyError) as error:
            await outgoing.get(f"http://{host}:{honeypot.port}/secret", headers={})
        assert error.value.code in {"outgoing_refused", "outgoing_failed"}
        assert honeypot.asked == []


class Rebinding:
    """A resolver that says a public address first, and this machine ever after."""

    def __init__(self, honeypot: Site) -> None:
        self.port, self.asked = honeypot.port, 0

    def answer(self, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        """One address, another each time."""
        self.asked += 1
        address = "192.0.3.1" if self.asked == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, self.port))]


async def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch: pytest.MonkeyPatch):
    """It is asked once, and the connection goes to the very address that was judged."""
    monkeypatch.setattr(outgoing, "CONNECT_SECONDS", 0.3)
    async with site() as honeypot:
        resolver = Rebinding(honeypot)
        monkeypatch.setattr(socket, "getaddrinfo", resolver.answer)
        with pytest.raises(CallyError):
            await outgoing.get(f"http://mallory.example:{honeypot.port}/", headers={})
        assert resolver.asked == 1
        with pytest.raises(CallyError) as error:  # and the next time it is judged anew
            await outgoing.get(f"http://mallory.example:{honeypot.port}/", headers={})
        assert error.value.code == "outgoing_refused"
        assert honeypot.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "::1", "0.0.0.0"])  # noqa: S104 - asked, not bound to
async def test_the_code_of_others_speaks_to_nobody_inside(host: str):
    """Channels go out through it: judged is what the socket connects to, however it was written."""

    def connect(port: int) -> None:
        with confined(()), socket.create_connection((host, port), timeout=2):
            pass

    async with site() as honeypot:
        with pytest.raises(OSError):  # noqa: PT011 - of several kinds
            await asyncio.to_thread(connect, honeypot.port)
        await asyncio.sleep(0)
        assert honeypot.asked == []
