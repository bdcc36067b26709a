"""Invitations and confirmed addresses: who holds the link in the mail, and nobody else."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally import accounts
from cally.model.accounts import Account, Actor
from cally.store import Store, letters
from cally.store import accounts as stored
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import DAY, NOW, TZ, ada, host
from tests.notify.conftest import MailServer
from tests.web.conftest import Watch, asking
from tests.web.desks import FORM, SignedIn, desk
from tests.web.test_reset import link_in, mail_server, post_all

__all__ = ["mail_server"]
PASSWORD = "violet teapots argue loudly"
BEN = {"name": "Ben Okri", "email": "ben@example.com", "role": "host", "slug": "ben", "tz": TZ}


@pytest.fixture
async def guest(app: Any) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(app) as client:
        client.headers.update(FORM)
        yield client


@pytest.fixture
def mailing(doors: Doors, mail_server: MailServer) -> Any:
    """The application with a mail server."""
    return build(replace(doors, mail=lambda: mail_server.settings))


async def account(store: Store, email: str) -> Account:
    found = await stored.by_email(store.reader, email)
    assert found is not None
    return found


async def test_an_invited_person_chooses_their_own_password_once(
    mailing: Any,
    guest: httpx2.AsyncClient,
    store: Store,
    vault: Vault,
    mail_server: MailServer,
    signed_in: SignedIn,
):
    """Until then nobody signs in as them and their page is not there; afterwards the link is worth nothing."""
    async with desk(mailing, signed_in, await ada(store, role="admin")) as admin:
        sent = await admin.post("/admin/accounts", data=BEN | {"how": "invite"})
        assert sent.status_code == 303, sent.text
    await post_all(store, vault, mail_server)
    assert mail_server.postbox.recipients == ["ben@example.com"]
    link = link_in(mail_server, "invitation")
    assert (await guest.get("/ben")).status_code == 404
    page = await guest.get(link)
    assert "ben@example.com" in page.text
    assert (await guest.post(link, data={"password": "short"})).status_code == 422
    assert (await guest.post(link, data={"password": PASSWORD})).status_code == 303
    assert (await account(store, "ben@example.com")).verified_at == NOW
    assert (await guest.get("/ben")).status_code == 200
    assert (await guest.post(link, data={"password": "another " + PASSWORD})).status_code == 404
    entry = await guest.post("/sign-in", data={"email": "ben@example.com", "password": PASSWORD})
    assert entry.headers["location"] == "/app"


async def test_inviting_an_account_takes_nothing_over(
    mailing: Any,
    store: Store,
    vault: Vault,
    mail_server: MailServer,
    signed_in: SignedIn,
):
    """No letter, no link, the same account as before."""
    await host(store, "Ben Okri")
    before = await account(store, "ben@example.com")
    async with desk(mailing, signed_in, await ada(store, role="admin")) as admin:
        again = await admin.post("/admin/accounts", data=BEN | {"how": "invite", "slug": "other"})
    assert again.status_code == 422
    await post_all(store, vault, mail_server)
    assert mail_server.postbox.mails == []
    assert await account(store, "ben@example.com") == before


async def test_an_invitation_ends_after_three_days(
    mailing: Any,
    guest: httpx2.AsyncClient,
    store: Store,
    vault: Vault,
    mail_server: MailServer,
    signed_in: SignedIn,
    watch: Watch,
):
    """To the second; a newer one takes its place before that."""
    async with desk(mailing, signed_in, await ada(store, role="admin")) as admin:
        await admin.post("/admin/accounts", data=BEN | {"how": "invite"})
        await post_all(store, vault, mail_server)
        first = link_in(mail_server, "invitation")
        ben = await account(store, "ben@example.com")
        assert (await admin.post(f"/admin/accounts/{ben.id}/invitation")).status_code == 303
    await post_all(store, vault, mail_server)
    second = link_in(mail_server, "invitation")
    assert [(await guest.get(link)).status_code for link in (first, second)] == [404, 200]
    watch.now = NOW + 3 * DAY
    assert (await guest.get(second)).status_code == 404


async def test_an_unconfirmed_host_has_no_page(
    app: Any,
    guest: httpx2.AsyncClient,
    store: Store,
    vault: Vault,
    mail_server: MailServer,
    bearer: Callable[..., Any],
):
    """Made over the API without `verified`: page and slots answer as for nobody, until the link in the mail is used."""
    boss = await bearer(await ada(store, role="admin"))
    made = await guest.post("/api/v1/accounts", json=BEN | {"password": PASSWORD}, headers=boss)
    assert (made.status_code, made.json()["verified_at"]) == (201, None)
    shown = [await guest.get(path) for path in ("/ben", "/nobody")]
    assert [page.status_code for page in shown] == [404, 404]
    assert shown[0].text.replace("ben", "nobody") == shown[1].text
    asked = {"event_type": "intro", "from": "2026-09-22", "to": "2026-09-23"}
    slots = [await guest.get("/api/v1/slots", params=asked | {"host": slug}) for slug in ("ben", "nobody")]
    assert slots[0].status_code == slots[1].status_code
    await guest.post("/sign-in", data={"email": "ben@example.com", "password": PASSWORD})
    assert "Your e-mail address is not confirmed" in (await guest.get("/app")).text
    await post_all(store, vault, mail_server)
    link = link_in(mail_server, "verify")
    assert (await guest.get(link)).status_code == 200
    assert (await account(store, "ben@example.com")).verified_at is None
    assert (await guest.post(link)).status_code == 200
    assert (await guest.get("/ben")).status_code == 200
    assert (await guest.post(link)).status_code == 404


async def test_the_link_is_sent_again_three_times_an_hour(store: Store, vault: Vault, guest: httpx2.AsyncClient):
    """More would only fill a mailbox."""
    made = await accounts.create_account(
        store,
        **BEN,  # type: ignore[arg-type]  # one by one of the right type
        password=PASSWORD,
        locale="en",
        now=NOW,
        actor=Actor(kind="cli"),
        verified=False,
        vault=vault,
    )
    await guest.post("/sign-in", data={"email": made.email, "password": PASSWORD})
    for _ in range(5):
        assert (await guest.post("/app/security/email/again")).status_code == 303
    kinds = [letter.kind for letter in await letters.list_of(store.reader, made.id)]
    assert kinds.count("verify_address") == 3


async def test_another_address_counts_only_once_it_is_confirmed(
    app: Any,
    guest: httpx2.AsyncClient,
    store: Store,
    vault: Vault,
    mail_server: MailServer,
    signed_in: SignedIn,
):
    """The new one is asked, the old one is told, and an address of somebody else is neither taken nor told of."""
    owner = await ada(store)
    await host(store, "Ben Okri")
    async with desk(app, signed_in, owner) as client:
        taken = await client.post("/app/security/email", data={"email": "ben@example.com"})
        free = await client.post("/app/security/email", data={"email": "new@example.com"})
        assert taken.headers["location"] == free.headers["location"]
    await post_all(store, vault, mail_server)
    assert mail_server.postbox.recipients == ["new@example.com"]
    assert (await account(store, "ada@example.com")).id == owner.id
    assert (await guest.post(link_in(mail_server, "verify"))).status_code == 200
    assert (await account(store, "new@example.com")).id == owner.id
    await post_all(store, vault, mail_server)
    assert mail_server.postbox.recipients[1:] == ["ada@example.com"]


async def test_another_address_asks_for_a_recent_proof(app: Any, store: Store, signed_in: SignedIn, watch: Watch):
    """Whoever finds a browser open cannot carry the account away."""
    async with desk(app, signed_in, await ada(store)) as client:
        watch.now = NOW + DAY
        answer = await client.post("/app/security/email", data={"email": "mallory@example.com"})
    assert answer.headers["location"].startswith("/sign-in/again")
