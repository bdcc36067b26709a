"""`cally mail test`: the talk with the mail server, line by line."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Cally


@pytest.fixture
def begun(cally: Cally, state: Path) -> None:
    """An instance."""
    assert cally("admin", "create", "--email", "ada@example.com", "--name", "Ada").code == 0


def test_without_a_server_it_says_where_one_is_set_up(cally: Cally, begun: None) -> None:
    """Exit 1, and nothing is sent."""
    told = cally("mail", "test", "--to", "ada@example.com")
    assert told.code == 1
    assert "CALLY_SMTP_URL" in told.err


def test_a_failure_shows_how_far_it_came(cally: Cally, begun: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to do; programs get the same as JSON."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("CALLY_SMTP_URL", f"smtp://127.0.0.1:{port}")
    told = cally("mail", "test", "--to", "ada@example.com")
    assert told.code == 1
    assert f"(connecting to 127.0.0.1, port {port})" in told.out
    assert "Nobody listens" in told.out
    found = cally("mail", "test", "--to", "ada@example.com", "--json").json
    assert (found["ok"], "Nobody listens" in found["advice"]) == (False, True)


def test_an_address_that_is_none_is_refused(cally: Cally, begun: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2, before anybody is spoken to."""
    monkeypatch.setenv("CALLY_SMTP_URL", "smtp://127.0.0.1:1")
    assert cally("mail", "test", "--to", "ada").code == 2
