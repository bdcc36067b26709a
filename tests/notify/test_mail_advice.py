"""What an admin is told to do when the mail server cannot be used; and the talk with it, as it is shown."""

import socket
from contextlib import closing

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult

from cally.notify import MailSettings, send_test
from cally.notify.mail_advice import advice
from tests.cast import NOW
from tests.notify.conftest import PUBLIC_URL, MailServer, serving

HERE = MailSettings(host="mail.example.org", port=587)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("The mail server could not be used: [Errno -2] Name or service not known", "cannot be found"),
        ("The mail server could not be used: [SSL: WRONG_VERSION_NUMBER] wrong version number", "smtp:// instead"),
        ("The mail server could not be used: [SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate", "trusted"),
        ("The mail server could not be used: SMTP STARTTLS extension not supported by server.", "starttls=off"),
        ("The mail server took too long.", "block port 25"),
        ("535 5.7.8 Username and Password not accepted", "app password"),
        ("530 5.7.0 Authentication required", "account:password@mail.example.org:587"),
        ("550 5.7.1 Client host rejected, blocked using zen.spamhaus.org", "distrusts"),
        ("The mail server could not be used: Unexpected EOF received", "broke off"),
        ("500 What?", "refused it for good"),
        ("Strange things happened.", "The lines below"),
    ],
)
def test_each_failure_says_what_to_do(answer: str, said: str) -> None:
    """In a sentence, with the server's own name where that helps."""
    assert said in advice(answer, HERE)


async def test_nobody_at_home_is_told_with_the_usual_doors(mail_server: MailServer) -> None:
    """From a real refusal of the system, not from one we made up."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = msgspec.structs.replace(mail_server.settings, port=port)
    result = await send_test(gone, public_url=PUBLIC_URL, to="ada@example.com", now=NOW)
    assert not result.ok
    assert f"Nobody listens at 127.0.0.1, port {port}" in result.advice


async def test_a_wrong_password_is_told_as_one() -> None:
    """By what a real server says."""
    refused = AuthResult(success=False, handled=False, message="535 5.7.8 Authentication credentials invalid")
    async with serving(authenticator=lambda *_: refused, auth_require_tls=False) as server:
        settings = msgspec.structs.replace(server.settings, account="ada", password="wrong horse")
        result = await send_test(settings, public_url=PUBLIC_URL, to="ada@example.com", now=NOW)
    assert "Account or password were not accepted" in result.advice
    assert "wrong horse" not in " ".join(result.transcript)


async def test_what_works_needs_no_advice(mail_server: MailServer) -> None:
    """There is nothing to do."""
    result = await send_test(mail_server.settings, public_url=PUBLIC_URL, to="ada@example.com", now=NOW)
    assert (result.ok, result.advice) == (True, "")
