"""The mail server's address, read."""

import pytest

from cally.errors import CallyError
from cally.notify import MailSettings, mail_settings, sender_address


def test_an_address_is_read_in_full() -> None:
    """Percent-encoded passwords included."""
    read = mail_settings(
        "smtp://ada%40example.org:p%40ss%2Fword@mail.example.org:2525?starttls=required&from=hi@example.org"
    )
    assert read == MailSettings(
        host="mail.example.org",
        port=2525,
        security="starttls",
        account="ada@example.org",
        password="p@ss/word",
        sender="hi@example.org",
    )


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtps://mail.example.org", "tls", 465),
        ("smtp://mail.example.org", "opportunistic", 25),
        ("smtp://a:b@mail.example.org", "starttls", 587),
        ("smtp://a:b@localhost:1025", "opportunistic", 1025),
        ("smtp://a:b@[::1]:1025", "opportunistic", 1025),
        ("smtp://mail.example.org?starttls=off", "none", 25),
        ("smtp://mail.example.org?starttls=required", "starttls", 587),
    ],
)
def test_a_password_never_travels_in_clear_unless_it_is_said(url: str, security: str, port: int) -> None:
    """Encryption is required where a password leaves this machine, and welcome elsewhere."""
    read = mail_settings(url)
    assert (read.security, read.port) == (security, port)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://h?x=1",
        "smtp://h?starttls=maybe",
        "smtp://h:p",
    ],
)
def test_what_cannot_be_read_is_refused_without_being_repeated(url: str) -> None:
    """The address holds the password."""
    with pytest.raises(CallyError) as caught:
        mail_settings(url.replace("smtp://h", "smtp://u:secretword@h"))
    assert caught.value.code == "invalid"
    assert "secretword" not in str(caught.value)


def test_the_password_is_not_shown_by_accident() -> None:
    """Neither repr nor str has it."""
    assert "secretword" not in f"{mail_settings('smtp://u:secretword@h')!r}"


def test_the_sender_is_the_account_or_the_public_name() -> None:
    """What is not said is guessed as people would."""
    assert (
        sender_address(mail_settings("smtp://ada%40example.org:x@h"), "https://cally.example.net") == "ada@example.org"
    )
    assert sender_address(mail_settings("smtp://h"), "https://cally.example.net:8443") == "cally@cally.example.net"
    assert sender_address(mail_settings("smtp://h"), "http://127.0.0.1:8080") == "cally@localhost"
