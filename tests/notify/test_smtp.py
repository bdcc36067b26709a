"""The dialogue with the mail server: kept, masked, bounded."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cally.errors import CallyError
from cally.notify import MailSettings, send_test, smtp
from cally.notify.failures import NotTaken
from tests.cast import NOW
from tests.notify.conftest import PUBLIC_URL, MailServer, serving

PASSWORD = "correct horse battery"


async def tried(mail: MailSettings) -> tuple[bool, str]:
    result = await send_test(mail, public_url=PUBLIC_URL, to="ada@example.com", now=NOW)
    return result.ok, "\n".join(result.transcript)


async def test_a_test_shows_the_whole_dialogue(mail_server: MailServer) -> None:
    """Every step and the server's last word; the mail has arrived."""
    ok, said = await tried(mail_server.settings)
    assert ok
    for step in ("S: 220 ", "C: EHLO example.net", "C: MAIL FROM:<cally@example.net>", "C: RCPT TO:<ada@example.com>"):
        assert step in said
    assert "S: 250 2.0.0 Ok: queued as 4711" in said
    assert mail_server.postbox.recipients == ["ada@example.com"]


@pytest.mark.parametrize("mood", ["later", "never", "nobody", "drop"])
async def test_a_test_that_fails_shows_why(mail_server: MailServer, mood: str) -> None:
    """It raises nothing: the dialogue is the answer."""
    mail_server.postbox.mood = mood
    ok, said = await tried(mail_server.settings)
    assert not ok
    assert {"later": "451", "never": "554", "nobody": "550", "drop": "could not be used"}[mood] in said


async def test_a_test_goes_to_an_address(mail_server: MailServer) -> None:
    """And to nothing else."""
    with pytest.raises(CallyError):
        await send_test(mail_server.settings, public_url=PUBLIC_URL, to="a@b\r\nRCPT TO:<c@d.org>", now=NOW)


@pytest.mark.parametrize("right", [True, False])
async def test_the_password_is_in_no_answer(right: bool) -> None:
    """Not even when the server repeats it."""

    def check(*_: object) -> AuthResult:
        return AuthResult(success=right, handled=False, message=None if right else f"535 5.7.8 wrong: {PASSWORD}")

    async with serving(authenticator=check, auth_require_tls=False) as server:
        ok, said = await tried(msgspec.structs.replace(server.settings, account="ada", password=PASSWORD))
    assert (ok, PASSWORD in said, "C: AUTH ••••" in said) == (right, False, True)


async def test_a_wrong_password_is_not_the_mails_fault() -> None:
    """An admin may set it right, so the mail waits."""
    async with serving(
        authenticator=lambda *_: AuthResult(success=False, handled=False), auth_require_tls=False
    ) as server:
        settings = msgspec.structs.replace(server.settings, account="ada", password=PASSWORD)
        with pytest.raises(NotTaken) as caught:
            await smtp.Conversation(settings, "localhost").send("a@b.org", "c@d.org", b"x")
    assert caught.value.permanent is False


async def test_required_encryption_is_not_forgone(mail_server: MailServer) -> None:
    """A server without STARTTLS gets neither password nor mail."""
    ok, said = await tried(
        msgspec.structs.replace(mail_server.settings, security="starttls", account="a", password="b")
    )
    assert not ok
    assert "AUTH" not in said
    assert mail_server.postbox.mails == []


def own_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), today, today + timedelta(1)
    )
    (folder / "own.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "own.pem")
    return context


async def test_an_unknown_certificate_is_refused_where_encryption_is_required(tmp_path: Path) -> None:
    """Where it is merely welcome, it is still better than none."""
    async with serving(tls_context=own_certificate(tmp_path)) as server:
        strict = await tried(msgspec.structs.replace(server.settings, security="starttls"))
        lenient = await tried(msgspec.structs.replace(server.settings, security="opportunistic"))
    assert (strict[0], lenient[0]) == (False, True)
    assert "certificate" in strict[1].lower()
    assert "(the connection is encrypted: TLSv1.3)" in lenient[1]
    assert "(certificate for CN=localhost, by CN=localhost, good until " in lenient[1]


async def test_a_silent_server_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not hold the worker for ever: the whole dialogue is bounded, well within a job's lease."""
    monkeypatch.setattr(smtp, "WHOLE_SECONDS", 0.1)
    server = await asyncio.start_server(lambda *_: asyncio.sleep(30), "127.0.0.1", 0)
    settings = MailSettings(host="127.0.0.1", port=server.sockets[0].getsockname()[1], security="none")
    ok, said = await tried(settings)
    server.close()
    assert (ok, "took too long" in said) == (False, True)
