"""`cally token`."""

import pytest

from tests.cli.conftest import Cally

CREATE = ("token", "create", "--account", "ada@example.com", "--scopes")


def test_only_the_token_is_printed(cally: Cally, ada: dict[str, str]):
    """So that a script can take it as it is."""
    ran = cally(*CREATE, "bookings:read, bookings:write")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.strip().startswith("cally_")
    assert len(ran.out.split()) == 1


def test_the_token_is_listed_without_its_secret_and_can_be_revoked(cally: Cally, ada: dict[str, str]):
    """What it is for, what it may do, when it ends."""
    made = cally(*CREATE, "bookings:read", "--expires", "30", "--name", "Nightly export", "--json").json
    (listed,) = cally("token", "list", "--account", "ada@example.com", "--json").json
    assert {**listed, "token": made["token"]} == made
    assert listed["name"] == "Nightly export"
    assert made["token"] not in cally("token", "list", "--account", "ada@example.com").out
    assert cally("token", "revoke", "--account", "ada@example.com", made["id"]).code == 0
    assert cally("token", "list", "--account", "ada@example.com", "--json").json == []
    assert cally("token", "revoke", "--account", "ada@example.com", made["id"]).code == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("bookings:red",), 2),
        (("",), 2),
        (("bookings:read", "--expires", "0"), 2),
        (("bookings:read", "--expires", "soon"), 2),
    ],
)
def test_wrong_words_make_no_token(cally: Cally, ada: dict[str, str], words: tuple[str, ...], code: int):
    """And print nothing that a script could take for one."""
    ran = cally(*CREATE, *words)
    assert (ran.code, ran.out) == (code, "")
    assert cally("token", "list", "--account", "ada@example.com", "--json").json == []


def test_a_token_needs_its_account(cally: Cally, ada: dict[str, str]):
    """An unknown address is a "no"."""
    assert cally("token", "create", "--account", "no@example.com", "--scopes", "bookings:read").code == 1
