"""Working at another's desk: an assistant while they are chosen, an admin for an hour, and the host who reads of it."""

from typing import Any

import httpx2
import pytest

from cally.accounts import add_assistant, change_role, create_account, create_token, remove_assistant
from cally.accounts.sessions import start_session
from cally.errors import CallyError
from cally.model.accounts import Account, Actor
from cally.model.messages import AuditEntry
from cally.store import Store, accounts, audit, event_types
from tests.cast import NOW, ada, host
from tests.web.conftest import Watch, asking
from tests.web.desks import FORM, SignedIn, desk, words

CLI = Actor(kind="cli")


@pytest.fixture
async def alma(store: Store) -> Account:
    """An assistant whom nobody has chosen yet."""
    return await create_account(
        store,
        email="alma@example.net",
        name="Alma Assis",
        role="assistant",
        password=None,
        slug=None,
        tz="UTC",
        locale="en",
        now=NOW,
        actor=CLI,
        verified=True,
    )


async def browser(store: Store, client: httpx2.AsyncClient, account: Account) -> None:
    async with store.write() as tx:
        secret = await start_session(tx, account, now=NOW, address="192.0.2.1", device="Firefox")
    client.cookies.set("cally", secret)
    client.headers.update(FORM)


async def test_an_assistant_works_for_whom_they_choose_until_they_are_taken_back(app: Any, store: Store, alma: Account):
    """Without a host there is a list; at Ada's desk it says so, acts are noted for both; removed, it ends at once."""
    owner = await ada(store)
    await add_assistant(store, owner.id, "Alma@example.net", now=NOW, actor=CLI)
    async with asking(app) as client:
        await browser(store, client, alma)
        assert (await client.get("/app")).headers["location"] == "/app/hosts"
        assert "Ada Lovelace" in words(await client.get("/app/hosts"))
        await client.post("/app/hosts", data={"host": str(owner.id)})
        assert "You work at the desk of Ada Lovelace" in words(await client.get("/app/bookings"))
        offered = (await event_types.list_of(store.reader, owner.id))[0]
        await client.post(f"/app/event-types/{offered.id}/archive")
        assert await event_types.list_of(store.reader, owner.id) == []
        await remove_assistant(store, owner.id, alma.id, now=NOW, actor=CLI)
        assert (await client.post("/app/profile", data={"name": "Evil"})).headers["location"] == "/app/hosts"
    archived = [entry for entry in await _entries(store) if "event_type" in entry.tag]
    assert [(entry.account_id, entry.for_id) for entry in archived] == [(alma.id, owner.id)]


async def test_an_assistant_of_one_host_cannot_choose_another(app: Any, store: Store, alma: Account):
    """Mallory has not chosen Alma: her desk does not exist for her."""
    owner, mallory = await ada(store), await host(store, "Mallory")
    await add_assistant(store, owner.id, "alma@example.net", now=NOW, actor=CLI)
    async with asking(app) as client:
        await browser(store, client, alma)
        assert (await client.post("/app/hosts", data={"host": str(mallory.id)})).status_code == 404
        assert (await client.get("/app")).headers["location"] == "/app/hosts"


async def test_a_disabled_host_has_no_assistants(app: Any, store: Store, alma: Account):
    """Locked out, nobody works at their desk."""
    owner = await ada(store)
    await add_assistant(store, owner.id, "alma@example.net", now=NOW, actor=CLI)
    async with asking(app) as client:
        await browser(store, client, alma)
        await client.post("/app/hosts", data={"host": str(owner.id)})
        async with store.write() as tx:
            await accounts.update_disabled(tx, owner.id, NOW)
        assert (await client.get("/app")).headers["location"] == "/app/hosts"


async def test_an_admin_works_at_a_desk_for_an_hour_and_the_host_reads_why(
    app: Any, store: Store, signed_in: SignedIn, watch: Watch
):
    """A reason is needed; what is sent after the hour is not done; Ada is told until she has read it."""
    owner, root = await ada(store), await host(store, "Root", role="admin")
    async with desk(app, signed_in, root) as client:
        assert (await client.post(f"/admin/accounts/{owner.id}/desk", data={"reason": ""})).status_code == 422
        await client.post(f"/admin/accounts/{owner.id}/desk", data={"reason": "Asked by phone."})
        assert "Ada Lovelace" in words(await client.get("/app"))
        assert (await client.get("/admin/accounts")).status_code == 404
        watch.now = NOW + 3_600
        late = await client.post("/app/profile", data={"name": "Late"})
        assert late.headers["location"] == "/app/hosts"
        await client.post("/app/hosts/ending")
        assert (await client.get("/admin/accounts")).status_code == 200
    async with desk(app, signed_in, owner) as hers:
        assert "Root" in words(await hers.get("/app"))
        assert "Asked by phone." in words(await hers.get("/app/assistants"))
        await hers.post("/app/assistants/visits")
        assert "Asked by phone." not in words(await hers.get("/app"))
    tags = [entry.tag for entry in await _entries(store)]
    assert ("admin:acting:start" in tags, "admin:acting:end" in tags) == (True, True)


async def test_an_admins_proof_must_be_recent_before_they_open_a_desk(
    app: Any, store: Store, signed_in: SignedIn, watch: Watch
):
    """Six minutes after signing in they prove again who they are."""
    owner, root = await ada(store), await host(store, "Root", role="admin")
    async with desk(app, signed_in, root) as client:
        watch.now = NOW + 360
        answer = await client.post(f"/admin/accounts/{owner.id}/desk", data={"reason": "Asked by phone."})
        assert answer.headers["location"].startswith("/sign-in/again")


async def test_roles_change_and_the_last_admin_stays(app: Any, store: Store, signed_in: SignedIn):
    """Ada becomes an admin and is signed out; Root may go then, but not Ada as well; an assistant stays one."""
    owner, root = await ada(store), await host(store, "Root", role="admin")
    async with desk(app, signed_in, owner) as hers, desk(app, signed_in, root) as client:
        await client.post(f"/admin/accounts/{owner.id}/role", data={"role": "admin"})
        assert (await hers.get("/app")).headers["location"].startswith("/sign-in?")
    await change_role(store, root.id, "host", now=NOW, actor=CLI)
    with pytest.raises(CallyError, match="only admin"):
        await change_role(store, owner.id, "host", now=NOW, actor=CLI)


async def test_an_assistant_is_no_host_and_has_no_tokens(store: Store, alma: Account):
    """No page, no token, no other role."""
    assert (await store.reader.row("SELECT count(*) FROM host")) == (0,)
    for refused in (
        create_token(store, account_id=alma.id, name="Script", scopes=["bookings:read"], days=None, now=NOW, actor=CLI),
        change_role(store, alma.id, "admin", now=NOW, actor=CLI),
    ):
        with pytest.raises(CallyError) as error:
            await refused
        assert error.value.code == "invalid"


async def test_nobody_is_in_a_team_unasked(app: Any, store: Store, signed_in: SignedIn):
    """Asked, Ben is on the page as that and can take no turns; he declines, is asked again, and joins."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    async with desk(app, signed_in, owner) as client, desk(app, signed_in, ben) as his:
        place = (await client.post("/app/teams", data={"name": "Support"})).headers["location"]
        await client.post(f"{place}/members", data={"host": str(ben.id)})
        assert "invited, not yet answered" in words(await client.get(place))
        assert (await his.get(place)).status_code == 404
        assert "asks you to join the team Support" in words(await his.get("/app"))
        await his.post(f"{place}/invitation", data={"act": "decline"})
        assert (await his.post(f"{place}/invitation", data={"act": "accept"})).status_code == 404
        await client.post(f"{place}/members", data={"host": str(ben.id)})
        await client.post(f"{place}/invitations/{ben.id}/withdrawal")
        assert (await his.post(f"{place}/invitation", data={"act": "accept"})).status_code == 404
        await client.post(f"{place}/members", data={"host": str(ben.id)})
        await his.post(f"{place}/invitation", data={"act": "accept"})
        assert (await his.get(place)).status_code == 200


async def _entries(store: Store) -> list[AuditEntry]:
    return await audit.list_latest(store.reader)


async def test_a_program_changes_roles_with_an_admins_scope(app: Any, store: Store, bearer: Any):
    """Ada becomes an admin by PATCH and an assistant never."""
    owner, root = await ada(store), await host(store, "Root", role="admin")
    async with asking(app) as client:
        headers = await bearer(root, "admin:write")
        place = f"/api/v1/accounts/{owner.id}"
        assert (await client.patch(place, json={"role": "admin"}, headers=headers)).json()["role"] == "admin"
        assert (await client.patch(place, json={"role": "assistant"}, headers=headers)).status_code == 422
