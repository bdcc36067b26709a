"""The certificate that guests are shown: real ones, over real TLS; a check that alarms before it is too late."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cally import clock
from cally.ops import certificate, health
from cally.store import Store
from tests.cast import DAY
from tests.process.proxied import certificate as made_certificate

AWAY = "https://localhost:1"


@asynccontextmanager
async def showing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, days: float, name: str = "localhost", trusted: bool = True
) -> AsyncIterator[str]:
    """The address of a server that shows a certificate; this machine believes it, if it is `trusted`."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = made_certificate(key, days=days, name=name).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(pem + secret)
    (folder / "certificate.pem").write_bytes(pem)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "certificate.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    yield f"https://localhost:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize(
    ("days", "name", "trusted", "status", "words"),
    [
        (90.5, "localhost", True, "ok", "90 days"),
        (13.5, "localhost", True, "degraded", "runs out in 13 days"),
        (2.5, "localhost", True, "failing", "runs out in 2 days"),
        (-1, "localhost", True, "failing", "ran out at"),
        (90, "other.example.org", True, "failing", "that of other.example.org"),
        (90, "localhost", False, "degraded", "does not believe"),
        (90, "other.example.org", False, "failing", "that of other.example.org"),
        (-1, "localhost", False, "failing", "ran out at"),
    ],
)
async def test_how_a_certificate_stands(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    days: float,
    name: str,
    trusted: bool,
    status: str,
    words: str,
):
    """Two weeks before its end somebody should look; three days before, or when it is not ours, somebody must."""
    async with showing(tmp_path, monkeypatch, days=days, name=name, trusted=trusted) as url:
        await certificate.look(store, url, clock.now())
        check = await health.shown_certificate(store.reader, url, clock.now())
    assert (check.status, words in check.detail) == (status, True), check.detail


async def test_time_passes_between_two_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store):
    """The days are counted anew at each check, without looking again."""
    async with showing(tmp_path, monkeypatch, days=20) as url:
        await certificate.look(store, url, clock.now())
    told = [
        (await health.shown_certificate(store.reader, url, clock.now() + days * DAY)).status for days in (0, 10, 18, 21)
    ]
    assert told == ["ok", "degraded", "failing", "failing"]


async def test_a_machine_that_cannot_see_itself_alarms_nobody(store: Store):
    """Behind some routers one's own public address cannot be reached."""
    await certificate.look(store, AWAY, clock.now())
    check = await health.shown_certificate(store.reader, AWAY, clock.now() + 30 * DAY)
    assert (check.status, "cannot be seen" in check.detail) == ("ok", True)


async def test_what_could_be_seen_and_cannot_for_a_day_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Store
):
    """A restart of the proxy is no reason yet; its end is known all the while, and it may come back."""
    now = clock.now()
    async with showing(tmp_path, monkeypatch, days=90) as url:
        await certificate.look(store, url, now)
    for hours in range(1, 27):
        await certificate.look(store, url, now + hours * 3_600)
    told = [(await health.shown_certificate(store.reader, url, now + hours * 3_600)).status for hours in (2, 26)]
    assert told == ["ok", "degraded"]


async def test_without_tls_there_is_nothing_to_look_at(store: Store):
    """And a new address is not judged by the certificate of the old one."""
    await certificate.look(store, "http://localhost:1", clock.now())
    assert await certificate.remembered(store.reader) is None
    await certificate.look(store, AWAY, clock.now())
    for url in ("http://localhost:1", "https://localhost:2"):
        assert (await health.shown_certificate(store.reader, url, clock.now())).status == "ok"


@pytest.mark.parametrize(
    ("host", "name", "fits"),
    [
        ("cally.example.org", "*.example.org", True),
        ("a.cally.example.org", "*.example.org", False),
        ("example.org", "*.example.org", False),
        ("cally.example.org", "Cally.Example.org", True),
        ("192.0.2.1", "192.0.2.1", True),
        ("2001:db8::1", "2001:DB8:0::1", True),
    ],
)
def test_names_fit_as_browsers_fit_them(host: str, name: str, fits: bool):
    """A star stands for one part."""
    assert certificate._fits(host, name) is fits
