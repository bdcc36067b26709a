"""`cally admin`."""

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import PASSWORD, Cally


def test_the_first_admin_can_be_made_before_the_first_start(cally: Cally, state: Path):
    """Database and key are made, and are their owner's alone."""
    ran = cally("admin", "create", "--email", "Ada@Example.com", "--name", "Ada Lovelace", "--slug", "ada")
    assert ran.code == 0
    assert "Ada Lovelace <ada@example.com>" in ran.out
    assert "/ada" in ran.out
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (state, *state.iterdir())}
    assert {"state", "cally.db", "cally.key"} <= modes.keys()
    assert not [name for name, mode in modes.items() if mode & 0o077]


def test_a_program_reads_json(cally: Cally, ada: dict[str, str]):
    """With the same names for one account and for the list."""
    assert (ada["role"], ada["slug"], ada["state"]) == ("admin", "ada-lovelace", "active")
    assert cally("admin", "list", "--json").json == [ada]


def test_a_host_is_made_with_zone_and_language(cally: Cally, ada: dict[str, str]):
    """And stands in the list beside the admin."""
    words = ("--role", "host", "--tz", "Africa/Lagos", "--locale", "en-NG")
    assert cally("admin", "create", "--email", "ben@example.com", "--name", "Ben Okri", *words).code == 0
    listed = cally("admin", "list").out
    assert "ben@example.com  Ben Okri      host   ben-okri" in listed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--email", "ada@example.com", "--name", "Other"), "already an account"),
        (("--email", "ben", "--name", "Ben"), "not an e-mail address"),
        (("--email", "ben@example.com", "--name", "Ben", "--slug", "ada-lovelace"), "taken"),
        (("--email", "ben@example.com", "--name", "Ben", "--tz", "Nowhere"), "time zone"),
        (("--email", "ben@example.com", "--name", "Ben", "--role", "boss"), "boss"),
        (("--email", "ben@example.com"), "--name"),
    ],
)
def test_wrong_input_exits_with_2_and_says_why(cally: Cally, ada: dict[str, str], words: tuple[str, ...], says: str):
    """On standard error; standard output stays clean for programs."""
    ran = cally("admin", "create", *words)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_weak_password_is_refused(cally: Cally):
    """The rules hold at the command line too, and the password is not repeated."""
    words = ("--email", "ada@example.com", "--name", "Ada", "--password-stdin")
    ran = cally("admin", "create", *words, stdin="hunter2\n")
    assert ran.code == 2
    assert "15 characters" in ran.err
    assert "hunter2" not in ran.err + ran.out


def test_an_account_can_be_locked_out_and_let_in_again(cally: Cally, ada: dict[str, str]):
    """Its state is listed."""
    cally("admin", "create", "--email", "ben@example.com", "--name", "Ben", "--role", "host")
    assert cally("admin", "disable", "--email", "BEN@example.com").code == 0
    assert "disabled since" in cally("admin", "list").out
    assert cally("admin", "enable", "--email", "ben@example.com").code == 0
    assert "disabled since" not in cally("admin", "list").out


def test_the_only_admin_stays(cally: Cally, ada: dict[str, str]):
    """A "no" is exit code 1."""
    ran = cally("admin", "disable", "--email", "ada@example.com")
    assert ran.code == 1
    assert "only admin" in ran.err


def test_a_password_can_be_set(cally: Cally, ada: dict[str, str]):
    """From standard input; without one, and without a terminal to ask on, the words were wrong."""
    words = ("admin", "set-password", "--email", "ada@example.com")
    assert cally(*words, "--password-stdin", stdin="seven quiet lanterns glow\n").code == 0
    assert cally(*words).code == 2
    assert cally("admin", "set-password", "--email", "no@example.com", "--password-stdin", stdin=PASSWORD).code == 1


def test_nothing_is_made_by_looking(cally: Cally, state: Path):
    """Listing an instance that does not exist is a "no", not a new instance."""
    ran = cally("admin", "list")
    assert (ran.code, "no database" in ran.err) == (1, True)
    assert not state.exists()


def test_a_lost_key_is_not_replaced(cally: Cally, ada: dict[str, str], state: Path):
    """A new key beside an old database would open nothing and hide what happened."""
    (state / "cally.key").unlink()
    ran = cally("admin", "create", "--email", "ben@example.com", "--name", "Ben")
    assert (ran.code, "key" in ran.err) == (1, True)
    assert not (state / "cally.key").exists()
