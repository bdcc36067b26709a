"""`cally errors`: what failed unexpectedly, and done with it."""

import asyncio
from pathlib import Path

from cally.ops.errors import Inbox, code_of, write_errors
from cally.store import open_store
from cally.vault import Vault, read_or_make_key
from tests.cast import NOW
from tests.cli.conftest import Cally

GUEST = "cleo@example.org"


def failed(state: Path) -> str:
    """Something fails in the instance; its code."""
    inbox, code = Inbox(now=lambda: NOW), ""
    try:
        int(GUEST)
    except ValueError as error:
        code = code_of(error)
        inbox.take(error, origin="job mail")

    async def write() -> None:
        vault = Vault(read_or_make_key(state / "cally.key"))
        store = open_store(state / "cally.db", vault.database_key)
        assert await write_errors(store, inbox, NOW) == 1
        await store.close()

    asyncio.run(write())
    return code


def test_errors_are_listed_shown_and_resolved(cally: Cally, state: Path):
    """By the code that a page has shown; what is unknown is said to be."""
    cally("admin", "create", "--email", "ada@example.com", "--name", "Ada", "--slug", "ada")
    code = failed(state)
    assert [one["code"] for one in cally("errors", "list", "--json").json] == [code]
    shown = cally("errors", "show", code.upper())
    assert "During:    job mail" in shown.out
    assert "cleo" not in shown.out
    assert cally("errors", "resolve", code).out == f"{code} is resolved.\n"
    assert cally("errors", "list").out.splitlines()[1:] == []
    assert cally("errors", "list", "--state", "all", "--json").json[0]["state"] == "resolved"
    assert cally("errors", "show", "000000-0000").code == 1
