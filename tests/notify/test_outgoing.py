"""Requests to foreign addresses, against a real server that must not be reached without leave."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cally.errors import CallyError
from cally.notify.outgoing import Limits, get
from tests.site import LOCAL, Site
from tests.site import site as serving


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as made:
        yield made


PATIENT = Limits()


async def fault(url: str, *, allowed: tuple[str, ...] = LOCAL, limits: Limits = PATIENT) -> CallyError:
    """How asking an address fails."""
    with pytest.raises(CallyError) as caught:
        await get(url, headers={}, allowed=allowed, limits=limits)
    return caught.value


def answering(monkeypatch: pytest.MonkeyPatch, *rounds: str) -> list[str]:
    """Have every name lead to these addresses, one per look-up, as a resolver under Mallory's control would."""
    asked: list[str] = []

    async def getaddrinfo(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        address = rounds[min(len(asked), len(rounds)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


async def test_the_answer_comes_with_its_headers(site: Site) -> None:
    """Status, headers in lower case, body."""
    answer = await get(site.give("/a", b"hello", ETag='"1"'), headers={"x-mine": "1"}, allowed=LOCAL)
    assert (answer.status, answer.headers["etag"], answer.body) == (200, '"1"', b"hello")
    assert site.asked[0].headers["x-mine"] == "1"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "0"]
)
async def test_this_machine_is_refused_under_every_name(site: Site, host: str) -> None:
    """However loopback is written, nothing reaches it without leave."""
    refused = await fault(f"http://{host}:{site.port}/a", allowed=())
    assert refused.code in {"outgoing_refused", "outgoing_failed"}
    assert site.asked == []


async def test_a_refusal_does_not_repeat_the_address(site: Site) -> None:
    """Its path is a secret."""
    refused = await fault(f"{site.url}/private-0123456789/basic.ics", allowed=())
    assert refused.code == "outgoing_refused"
    assert "private-0123456789" not in refused.sentence


async def test_the_name_is_looked_up_once_and_stays_in_the_request(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up, which could lead elsewhere, never happens; the server still learns which site is meant."""
    asked = answering(monkeypatch, "127.0.0.1", "169.254.169.254")
    site.give("/a", b"here")
    answer = await get(f"http://cal.example.org:{site.port}/a", headers={}, allowed=LOCAL)
    assert answer.body == b"here"
    assert asked == ["cal.example.org"]
    assert site.asked[0].headers["host"] == f"cal.example.org:{site.port}"


async def test_a_public_name_that_leads_inside_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is where a name leads."""
    answering(monkeypatch, "127.0.0.1")
    assert (await fault(f"http://cal.example.org:{site.port}/a", allowed=())).code == "outgoing_refused"
    assert site.asked == []


async def test_a_redirect_is_followed(site: Site) -> None:
    """Also a relative one."""
    site.give("/new", b"moved here")
    old = site.give("/old", b"", status="301 Moved Permanently", location="/new")
    assert (await get(old, headers={}, allowed=LOCAL)).body == b"moved here"


async def test_a_password_in_the_address_is_used_and_not_handed_on(site: Site) -> None:
    """It goes to the server that it is for; one that is forwarded to elsewhere does not get it."""
    site.give("/b", b"there")
    site.give("/a", b"", status="302 Found", location=f"http://127.0.0.2:{site.port}/b")
    await fault(f"http://ada:word@127.0.0.1:{site.port}/a")
    assert site.asked[0].headers["authorization"] == "Basic YWRhOndvcmQ="
    site.give("/a", b"", status="302 Found", location=f"{site.url}/b")
    await get(f"http://ada:word@127.0.0.1:{site.port}/a", headers={}, allowed=LOCAL)
    assert "authorization" not in site.asked[-1].headers


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2:1/x", "http://169.254.169.254/latest/meta-data", "http://[::1]:9/", "file:///etc/passwd"],
)
async def test_a_redirect_to_a_private_address_is_refused(site: Site, target: str) -> None:
    """Every hop is judged like the first."""
    url = site.give("/a", b"", status="302 Found", location=target)
    assert (await fault(url, allowed=("127.0.0.1/32",))).code == "outgoing_refused"


async def test_redirects_end(site: Site) -> None:
    """After five, it is a fault."""
    url = site.give("/loop", b"", status="302 Found", location="/loop")
    assert "more than 5 times" in (await fault(url)).sentence
    assert len(site.asked) == 6


async def test_an_answer_that_is_too_large_is_dropped(site: Site) -> None:
    """Reading stops at the limit."""
    url = site.give("/a", b"x" * 3_000_000)
    assert (await fault(url, limits=Limits(bytes=2_000_000))).sentence == "The answer is larger than 2 MB."


async def test_a_slow_answer_is_given_up(site: Site) -> None:
    """A byte now and then does not hold anybody for ever."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.answers["/slow"] = drip
    assert "in time" in (await fault(f"{site.url}/slow", limits=Limits(seconds=0.3))).sentence


async def test_an_answer_that_breaks_off_is_a_fault(site: Site) -> None:
    """Half a file is not taken for a whole one."""
    site.answers["/half"] = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"
    assert "broke off" in (await fault(f"{site.url}/half")).sentence


async def test_a_compressed_answer_is_not_unpacked(site: Site) -> None:
    """Small answers that grow large are nobody's surprise."""
    assert "compressed" in (await fault(site.give("/a", b"x", content_encoding="gzip"))).sentence


async def test_nobody_there(unused_tcp_port: int) -> None:
    """A closed port, and a name that does not exist, are said apart."""
    assert "Nobody answers" in (await fault(f"http://127.0.0.1:{unused_tcp_port}/")).sentence
    assert "cannot be found" in (await fault("http://no-such-name.invalid/")).sentence


async def test_what_does_not_speak_http(site: Site) -> None:
    """Something else that listens there is no answer."""
    site.answers["/a"] = b"SSH-2.0-OpenSSH_9.2\r\n"
    assert "speak HTTP" in (await fault(f"{site.url}/a")).sentence


@pytest.fixture
def tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ssl.SSLContext:
    """What a server needs to prove that it is cal.example.org to those who trust its issuer, as requests here do."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cal.example.org")])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), today, today + timedelta(2)
    )
    names = x509.SubjectAlternativeName([x509.DNSName("cal.example.org")])
    certificate = builder.add_extension(names, critical=False).sign(key, SHA256())
    pem = certificate.public_bytes(Encoding.PEM)
    (tmp_path / "server.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    trust = ssl.create_default_context(cadata=pem.decode())
    monkeypatch.setattr("cally.notify.outgoing._trust", lambda: trust)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(tmp_path / "server.pem")
    return server


async def test_the_certificate_is_asked_for_the_name_not_the_address(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connecting to a checked address weakens nothing: the server proves the name, and only the right name will do."""
    answering(monkeypatch, "127.0.0.1")
    async with serving(tls=tls) as site:
        site.give("/a", b"secret")
        answer = await get(f"https://cal.example.org:{site.port}/a", headers={}, allowed=LOCAL)
        assert answer.body == b"secret"
        assert "certificate" in (await fault(f"https://other.example.org:{site.port}/a")).sentence
        assert len(site.asked) == 1


async def test_a_redirect_never_leads_out_of_encryption(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret address is not repeated in clear."""
    answering(monkeypatch, "127.0.0.1")
    async with serving(tls=tls) as site:
        site.give("/a", b"", status="302 Found", location=f"http://cal.example.org:{site.port}/a")
        assert "not encrypted" in (await fault(f"https://cal.example.org:{site.port}/a")).sentence
