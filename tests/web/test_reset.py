"""A forgotten password: equal answers, a real mail, one use, and no way past a second factor."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally import accounts
from cally.accounts.resetting import LINK_SECONDS
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.notify import deliver_letter
from cally.store import Store, jobs, letters, sessions, totp
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada
from tests.notify.conftest import MailServer, serving
from tests.web.conftest import BASE, Watch, asking
from tests.web.desks import FORM

OLD, NEW = "brass engines hum softly", "violet teapots argue loudly"
CLI = Actor(kind="cli")


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with serving() as server:
        yield server


@pytest.fixture
async def owner(store: Store) -> Host:
    made = await ada(store)
    await accounts.set_password(store, made.id, OLD, now=NOW, actor=CLI)
    return made


@pytest.fixture
async def guest(doors: Doors, mail_server: MailServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(build(replace(doors, mail=lambda: mail_server.settings))) as client:
        client.headers.update(FORM)
        yield client


async def post_all(store: Store, vault: Vault, server: MailServer, now: int = NOW) -> None:
    """What the worker does: every letter that waits is sent."""
    for job in await jobs.list_due(store.reader, "letter", now=now, limit=50):
        await deliver_letter(store, vault, mail=server.settings, public_url=BASE, letter_id=job.subject, now=now)


def link_in(server: MailServer, path: str) -> str:
    """The path of the last link of that kind that was mailed."""
    texts = [part.get_content() for mail in server.postbox.mails if (part := mail.get_body(("plain",)))]
    found = [match[0] for text in texts for match in re.finditer(rf"(?<={BASE})/{path}/[\w-]+", text)]
    assert found
    return found[-1]


async def asked_link(guest: httpx2.AsyncClient, store: Store, vault: Vault, server: MailServer) -> str:
    assert (await guest.post("/reset", data={"email": "ada@example.com"})).status_code == 200
    await post_all(store, vault, server)
    return link_in(server, "reset")


async def test_the_link_in_the_mail_sets_another_password_once(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """The old password and every session end, nobody is signed in by it, and the owner is told."""
    await guest.post("/sign-in", data={"email": "ada@example.com", "password": OLD})
    assert len(await sessions.list_of(store.reader, owner.id)) == 1
    link = await asked_link(guest, store, vault, mail_server)
    assert (await guest.get(link)).status_code == 200
    weak = await guest.post(link, data={"password": "short"})
    assert weak.status_code == 422
    assert "at least 15" in weak.text
    done = await guest.post(link, data={"password": NEW})
    assert done.headers["location"] == "/reset/done"
    assert not [cookie for cookie in done.headers.get_list("set-cookie") if "cally=" in cookie]
    assert await sessions.list_of(store.reader, owner.id) == []
    assert (await guest.post(link, data={"password": OLD})).status_code == 404
    assert (await guest.get(link)).status_code == 404
    assert (await guest.post("/sign-in", data={"email": "ada@example.com", "password": OLD})).status_code == 401
    inside = await guest.post("/sign-in", data={"email": "ada@example.com", "password": NEW})
    assert inside.headers["location"] == "/app"
    await post_all(store, vault, mail_server)
    assert "Your Cally password was changed" in [mail["Subject"] for mail in mail_server.postbox.mails]


async def test_known_and_unknown_addresses_are_answered_alike(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """The same page, the same rows written; only one mail leaves."""
    before = await _rows(store)
    known = await guest.post("/reset", data={"email": "ada@example.com"})
    middle = await _rows(store)
    unknown = await guest.post("/reset", data={"email": "nobody@example.com"})
    after = await _rows(store)
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert [b - a for a, b in zip(before, middle, strict=True)] == [b - a for a, b in zip(middle, after, strict=True)]
    mail_server.postbox.forget()
    await post_all(store, vault, mail_server)
    assert [to for to in mail_server.postbox.recipients if to != "ada@example.com"] == []


async def test_a_link_ends_after_half_an_hour(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host, watch: Watch
):
    """To the second."""
    link = await asked_link(guest, store, vault, mail_server)
    watch.now = NOW + LINK_SECONDS - 1
    assert (await guest.get(link)).status_code == 200
    watch.now = NOW + LINK_SECONDS
    assert (await guest.get(link)).status_code == 404
    assert (await guest.post(link, data={"password": NEW})).status_code == 404


async def test_a_second_factor_is_kept_and_asked_for(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """A new password leads to the second step, not past it; with one, eight characters are enough."""
    async with store.write() as tx:
        await totp.insert(tx, owner.id, secret=b"sealed", now=NOW)
        await totp.confirm(tx, owner.id, now=NOW)
    link = await asked_link(guest, store, vault, mail_server)
    done = await guest.post(link, data={"password": "vU7#qz-L"})
    assert done.status_code == 303, done.text
    entry = await guest.post("/sign-in", data={"email": "ada@example.com", "password": "vU7#qz-L"})
    assert entry.headers["location"].startswith("/sign-in/second")
    assert await sessions.list_of(store.reader, owner.id) == []


async def test_who_is_locked_out_gets_nothing(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """Nor does a link from before work any more."""
    link = await asked_link(guest, store, vault, mail_server)
    async with store.write() as tx:
        await tx.run("UPDATE account SET disabled_at = :now WHERE id = :id", now=NOW, id=owner.id)
    mail_server.postbox.forget()
    assert (await guest.post("/reset", data={"email": "ada@example.com"})).status_code == 200
    await post_all(store, vault, mail_server)
    assert mail_server.postbox.mails == []
    assert (await guest.post(link, data={"password": NEW})).status_code == 404


async def test_nobody_is_flooded_with_links(
    guest: httpx2.AsyncClient, doors: Doors, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """Three links work at a time, from wherever they are asked for; one address must wait after five."""
    for number in range(1, 6):
        async with asking(build(replace(doors, mail=lambda: mail_server.settings)), address=f"192.0.2.{number}") as one:
            one.headers.update(FORM)
            assert (await one.post("/reset", data={"email": "ada@example.com"})).status_code == 200
    kinds = [letter.kind for letter in await letters.list_of(store.reader, owner.id)]
    assert kinds.count("reset_password") == 3
    answers = [(await guest.post("/reset", data={"email": "ada@example.com"})).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


async def test_another_password_ends_what_was_on_its_way(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """Once the password was changed, an older link is worth nothing."""
    link = await asked_link(guest, store, vault, mail_server)
    await accounts.set_password(store, owner.id, NEW, now=NOW, actor=CLI)
    assert (await guest.get(link)).status_code == 404


async def test_no_secret_of_a_link_lies_in_the_database(
    guest: httpx2.AsyncClient, store: Store, vault: Vault, mail_server: MailServer, owner: Host
):
    """Neither while it waits nor after: not in any row of any table."""
    link = await asked_link(guest, store, vault, mail_server)
    token = link.rpartition("/")[2]
    tables = await store.reader.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
    for (name,) in tables:
        rows = await store.reader.rows(f'SELECT * FROM "{name}"')  # noqa: S608 - names from the schema itself
        assert token not in repr(rows), name


async def _rows(store: Store) -> list[int]:
    """How many rows each table has that asking may write to."""
    counts: list[Any] = []
    for table in ("letter", "one_time_link", "job", "audit_entry"):
        row = await store.reader.row(f"SELECT count(*) FROM {table}")  # noqa: S608 - from the list above
        counts.append(row[0] if row else 0)
    return counts
