"""Encrypted connections: a certificate that this machine does not trust is no certificate."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cally.errors import CallyError
from cally.ops.backups.targets import asking
from cally.ops.backups.targets.opening import open_target
from tests.ops.backups.targets.conftest import HERE, SHORT
from tests.ops.backups.targets.scripted import Script

EMPTY = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture
async def tls(tmp_path: Path) -> AsyncIterator[tuple[int, Path]]:
    """The port of a server that has nothing, and the certificate for `localhost` that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    await asyncio.to_thread(file.write_bytes, private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(EMPTY)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    asking._trust.cache_clear()
    yield server.sockets[0].getsockname()[1], file
    asking._trust.cache_clear()
    server.close()


def addresses(host: str, port: int) -> dict[str, dict[str, str]]:
    return {
        f"webdavs://ada@{host}:{port}/backups": {"password": "x"},
        f"s3://bucket/a?endpoint=https://{host}:{port}": {"access_key_id": "x", "secret_access_key": "y"},
    }


async def test_a_certificate_that_is_not_trusted_is_told_as_one(tls: tuple[int, Path]):
    for address, secret in addresses("localhost", tls[0]).items():
        target = open_target(address, secret, allowed=(*HERE, "::1/128"), patience=SHORT)
        with pytest.raises(CallyError, match="does not trust its certificate"):
            await target.list_all()
        await target.close()


async def test_a_certificate_of_an_authority_that_the_machine_was_told_of_is_trusted(
    tls: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
):
    """By its name, though the connection goes to the number that was looked up; not under another name."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    target = open_target(f"webdavs://ada@localhost:{tls[0]}/backups", {"password": "x"}, allowed=HERE, patience=SHORT)
    assert await target.list_all() == []
    await target.close()
    other = open_target(f"webdavs://ada@127.0.0.1:{tls[0]}/backups", {"password": "x"}, allowed=HERE, patience=SHORT)
    with pytest.raises(CallyError, match="does not trust its certificate"):
        await other.list_all()
    await other.close()


async def test_a_server_that_does_not_encrypt_is_told_as_one(script: Script):
    for address, secret in addresses("127.0.0.1", script.port).items():
        target = open_target(address, secret, allowed=HERE, patience=SHORT)
        with pytest.raises(CallyError, match="does it speak https at this port"):
            await target.list_all()
        await target.close()
