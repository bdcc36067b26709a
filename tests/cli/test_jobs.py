"""`cally jobs`: what was given up is listed with its reason, tried again or let go."""

import asyncio
from pathlib import Path

from cally.store import audit, jobs, open_store
from cally.vault import Vault, read_or_make_key
from tests.cast import NOW
from tests.cli.conftest import Cally


def given_up(state: Path, *subjects: int) -> None:
    """Work about these was given up."""

    async def write() -> None:
        store = open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)
        async with store.write() as tx:
            for subject in subjects:
                await jobs.insert(tx, kind="webhook", subject=subject, due_at=NOW, now=NOW)
            for job in await jobs.list_by_state(tx, "waiting"):
                await jobs.lease(tx, job, leased_until=NOW + 9)
            for job in await jobs.list_by_state(tx, "running"):
                await jobs.bury(tx, job, last_error="It answered 500.")
        await store.close()

    asyncio.run(write())


def tags(state: Path) -> list[str]:
    """What was noted last."""

    async def read() -> list[str]:
        store = open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)
        found = [entry.tag for entry in await audit.list_latest(store.reader)]
        await store.close()
        return found

    return asyncio.run(read())


def test_what_was_given_up_is_tried_again_or_let_go(cally: Cally, state: Path):
    """One, several, or all; each is noted."""
    cally("admin", "create", "--email", "ada@example.com", "--name", "Ada", "--slug", "ada")
    given_up(state, 1, 2, 3, 4)
    found = cally("jobs", "list", "--json").json
    assert {(one["kind"], one["state"], one["last_error"]) for one in found} == {
        ("webhook", "dead", "It answered 500.")
    }
    ids = [one["id"] for one in found]
    assert "It answered 500." in cally("jobs", "list").out
    assert cally("jobs", "retry", ids[0]).out == "Being tried again: 1.\n"
    assert cally("jobs", "discard", ids[1]).out == "Let go: 1.\n"
    assert cally("jobs", "discard", ids[0]).code == 1
    assert cally("jobs", "retry", "--all").out == "Being tried again: 2.\n"
    assert cally("jobs", "list", "--json").json == []
    assert len(cally("jobs", "list", "--state", "waiting", "--json").json) == 3
    assert tags(state)[:3] == ["cli:job:retry", "cli:job:discard", "cli:job:retry"]


def test_which_ones_must_be_said(cally: Cally, state: Path):
    """Nothing is tried again by a word too few."""
    cally("admin", "create", "--email", "ada@example.com", "--name", "Ada", "--slug", "ada")
    assert cally("jobs", "retry").code == 2
    assert cally("jobs", "retry", "4711").code == 1
