"""What an admin does in the browser: the public address, the mail server, the people, and how the server is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cally.config import load
from cally.ops.health import Check, HealthReport
from cally.ops.live import Live
from cally.store import Store, accounts, settings
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import host
from tests.web.desks import SignedIn, desk, words

SMTP = "smtp://ada:v3ry-secret-word@127.0.0.1:9?starttls=off"
PASSWORD = "seven quiet otters knitting"


@pytest.fixture
async def live_app(doors: Doors, store: Store, vault: Vault, tmp_path: Path) -> Any:
    live = Live(store, vault, load({"CALLY_STATE_DIR": str(tmp_path)}), fallback="http://cally.test")
    await live.reload()
    return build(replace(doors, public_url=live.public_url, mail=live.mail, reload=live.reload))


async def test_the_public_address_counts_at_once(live_app: Any, store: Store, signed_in: SignedIn):
    """Links on the next page begin with it, and the admin stays signed in."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(live_app, signed_in, boss) as client:
        answer = await client.post("/admin/settings/public-url", data={"public_url": "https://meet.example.org"})
        assert answer.headers["set-cookie"]
        assert await settings.value(store.reader, "public_url") == "https://meet.example.org"


async def test_a_wrong_address_is_refused(live_app: Any, store: Store, signed_in: SignedIn):
    """With the reason beside the field."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(live_app, signed_in, boss) as client:
        answer = await client.post("/admin/settings/public-url", data={"public_url": "meet.example.org"})
    assert answer.status_code == 422
    assert "The public address must be" in words(answer)


async def test_the_mail_servers_password_is_sealed_and_never_shown(live_app: Any, store: Store, signed_in: SignedIn):
    """The page names server, account and sender; the test shows the talk and fails in words."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(live_app, signed_in, boss) as client:
        await client.post("/admin/settings/mail", data={"smtp_url": SMTP})
        page = await client.get("/admin/settings")
        assert "127.0.0.1:9" in words(page)
        assert "v3ry-secret-word" not in page.text
        tried = await client.post("/admin/settings/mail/test")
        assert "The test mail was not taken" in words(tried)
        assert "v3ry-secret-word" not in tried.text
    sealed = await settings.sealed(store.reader, "smtp_url")
    assert sealed is not None
    assert b"secret" not in sealed


async def test_an_empty_mail_server_removes_it(live_app: Any, store: Store, signed_in: SignedIn):
    """Then nothing pretends to be sent."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(live_app, signed_in, boss) as client:
        await client.post("/admin/settings/mail", data={"smtp_url": SMTP})
        await client.post("/admin/settings/mail", data={"smtp_url": ""})
        assert "No mail server is set up" in words(await client.get("/admin/settings"))


@pytest.mark.parametrize(("path", "name"), [("public-url", "public_url"), ("mail", "smtp_url")])
async def test_what_the_operator_fixed_stays(doors: Doors, store: Store, signed_in: SignedIn, path: str, name: str):
    """It is shown without a form, and a form that is sent all the same is refused."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(build(replace(doors, fixed=frozenset({name}))), signed_in, boss) as client:
        assert f'name="{name}"' not in (await client.get("/admin/settings")).text
        answer = await client.post(f"/admin/settings/{path}", data={name: "https://other.example"})
    assert answer.status_code == 422
    assert await settings.value(store.reader, name) is None


async def test_a_new_host_can_sign_in(live_app: Any, store: Store, signed_in: SignedIn):
    """With the password that the admin typed."""
    boss = await host(store, "Ben Bell", role="admin")
    sent = {
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "password": PASSWORD,
        "role": "host",
        "tz": "UTC",
        "slug": "",
    }
    async with desk(live_app, signed_in, boss) as client:
        await client.post("/admin/accounts", data=sent)
        assert "Ada Lovelace can sign in now" in words(await client.get("/admin/accounts"))
        client.cookies.clear()
        answer = await client.post("/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
        assert answer.status_code == 303
        assert (await client.get("/admin/accounts")).status_code == 404


async def test_somebody_is_locked_out_and_let_in_again(live_app: Any, store: Store, signed_in: SignedIn):
    """Locking out ends their sessions at once; Undo lets them in again."""
    boss, mallory = await host(store, "Ben Bell", role="admin"), await host(store, "Mallory Malone")
    async with desk(live_app, signed_in, boss) as client, desk(live_app, signed_in, mallory) as theirs:
        await client.post(f"/admin/accounts/{mallory.id}/disabling")
        assert (await theirs.get("/app")).status_code == 303
        assert "Undo" in words(await client.get("/admin/accounts"))
        await client.post(f"/admin/accounts/{mallory.id}/enabling")
    account = await accounts.by_id(store.reader, mallory.id)
    assert account is not None
    assert account.disabled_at is None


async def test_the_last_admin_stays(live_app: Any, store: Store, signed_in: SignedIn):
    """The page says why."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(live_app, signed_in, boss) as client:
        await client.post(f"/admin/accounts/{boss.id}/disabling")
        assert "is the only admin" in words(await client.get("/admin/accounts"))


async def test_the_system_page_begins_with_a_sentence(doors: Doors, store: Store, signed_in: SignedIn):
    """Everything is fine, or what is not."""
    boss = await host(store, "Ben Bell", role="admin")

    async def ill() -> HealthReport:
        checks = {"disk": Check(status="degraded", detail="3 MiB are free."), "clock": Check(status="ok")}
        return HealthReport(status="degraded", checks=checks)

    async with desk(build(doors), signed_in, boss) as client:
        assert "Everything is fine" in words(await client.get("/admin/system"))
    async with desk(build(replace(doors, health=ill)), signed_in, boss) as client:
        said = words(await client.get("/admin/system"))
    assert "Disk needs attention" in said
    assert "3 MiB are free." in said
