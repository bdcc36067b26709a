"""Holes that others of this kind have had, tried here; each attack is shown to work once its guard is taken out."""

from typing import Any

import httpx2
import pytest
from litestar import get
from litestar.di import NamedDependency

from cally import accounts as doing
from cally import calendars, web
from cally.accounts import entering, identities, inviting
from cally.accounts.elsewhere import Arrival
from cally.accounts.taking_over import INVITATION
from cally.accounts.visitors import Visitor
from cally.bookings.offers import Offer
from cally.errors import CallyError
from cally.model.accounts import SCOPES, Actor, ApiToken, Session
from cally.model.hosts import Host
from cally.model.identities import Identity
from cally.notify import outgoing
from cally.store import Store, accounts, one_time_links
from cally.vault import Vault, new_token, token_hash
from cally.web import build, signed_in, static
from cally.web.api import callers
from cally.web.api.v1 import ENDPOINTS
from cally.web.doors import Doors
from tests.cast import NOW, ada, host
from tests.site import Site, site
from tests.web.conftest import asking, lay_routes
from tests.web.desks import FORM, cleo_books
from tests.web.openid import trusted
from tests.web.routes import filled, reading_routes

PASSWORD = "seven quiet otters knitting"
CLI = Actor(kind="cli")
VISITOR = Visitor(address="198.51.100.66", device="Curl")
BODY = {
    "host": "ada",
    "event_type": "intro",
    "starts_at": "2026-09-22T07:00:00Z",
    "guest": {"name": "Mallory", "email": "mallory@example.net", "tz": "UTC"},
}


# -- who is signed in, by the client's own word --


async def names_herself(app: Any, victim: Host) -> bool:
    """Mallory says who she is in every way that has been believed somewhere; whether a desk opens."""
    claims = {
        "x-user-id": str(victim.id),
        "x-forwarded-user": victim.email,
        "x-forwarded-email": victim.email,
        "remote-user": victim.email,
    }
    async with asking(app) as client:
        for name in ("cally", "__Host-cally", "user", "session", "account_id"):
            client.cookies.set(name, str(victim.id))
        tries = [
            await client.get(path, headers=claims) for path in ("/app", f"/app?account_id={victim.id}", "/admin/system")
        ]
    return any(answer.status_code == 200 for answer in tries)


async def test_nobody_is_who_they_say_they_are(app: Any, store: Store) -> None:
    """Only a secret that we made counts."""
    assert not await names_herself(app, await host(store, "Root", role="admin"))


async def test_proves_itself_identity_from_the_client(app: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the cookie read as an account's number, the desk would open."""

    async def believed(db: Any, token: str, now: int) -> Session | None:
        account = await accounts.by_id(db, int(token)) if token.isdecimal() else None
        if account is None:
            return None
        ends = now + 60
        return Session(
            account=account,
            id=1,
            created_at=now,
            last_used_at=now,
            expires_at=ends,
            address="",
            device="",
            authenticated_at=now,
            factors=("password",),
        )

    monkeypatch.setattr(signed_in.accounts, "session", believed)
    assert await names_herself(app, await host(store, "Root", role="admin"))


# -- an invitation that takes an account over --


async def takes_over(store: Store, victim: Host) -> bool:
    """Mallory holds an old invitation to an account that has an owner; whether she can set its password."""
    token = new_token()
    async with store.write() as tx:
        await one_time_links.insert(
            tx,
            token_hash=token_hash(token),
            purpose=INVITATION,
            now=NOW,
            expires_at=NOW + 60,
            account_id=victim.id,
            data=victim.email,
        )
    try:
        await inviting.accept_invitation(store, token, "violet teapots argue loudly", now=NOW, address="")
    except CallyError:
        return False
    return True


async def test_an_invitation_opens_no_account_that_has_an_owner(store: Store) -> None:
    """Whoever has a password was there already."""
    victim = await ada(store)
    await doing.set_password(store, victim.id, PASSWORD, now=NOW, actor=CLI)
    assert not await takes_over(store, victim)


async def test_proves_itself_invitation(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look at the password it would."""

    async def always(*_: Any) -> bool:
        return True

    victim = await ada(store)
    await doing.set_password(store, victim.id, PASSWORD, now=NOW, actor=CLI)
    monkeypatch.setattr(inviting, "_is_expected", always)
    assert await takes_over(store, victim)


# -- a GET that makes an admin --


async def makes_an_admin(doors: Doors, store: Store, cookie: dict[str, str], victim: Host) -> bool:
    """An admin is led to every address there is, with all that could matter in it; whether Mallory becomes one."""
    words = f"?role=admin&id={victim.id}&email={victim.email}&act=promote&sure=1&admin=1"
    async with asking(build(doors)) as client:
        for path in reading_routes(doors):
            await client.get(filled(path, id=str(victim.id)) + words, headers=cookie)
    found = await accounts.by_id(store.reader, victim.id)
    return found is not None and found.role == "admin"


async def test_no_look_makes_an_admin(doors: Doors, store: Store, signed_in: Any) -> None:
    """Over every GET route."""
    root, mallory = await host(store, "Root", role="admin"), await host(store, "Mallory")
    assert not await makes_an_admin(doors, store, await signed_in(root), mallory)


async def test_proves_itself_get_makes_an_admin(
    doors: Doors, store: Store, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A route that did would be found, for the routes are taken from the application."""

    @get("/admin/promote")
    async def promote(doors: NamedDependency[Doors], id: int) -> str:
        async with doors.store.write() as tx:
            await tx.run("UPDATE account SET role = 'admin' WHERE id = :id", id=id)
        return "done"

    root, mallory = await host(store, "Root", role="admin"), await host(store, "Mallory")
    monkeypatch.setattr(static, "ROUTES", [*static.ROUTES, promote])
    monkeypatch.setattr(web, "routes", lay_routes)
    assert await makes_an_admin(doors, store, await signed_in(root), mallory)


# -- somebody else's connection, by its number --


async def reads_anothers(client: httpx2.AsyncClient, store: Store, bearer: Any) -> bool:
    """Mallory names Ada's calendar by its number; whether she sees, reads or removes it."""
    owner, mallory = await ada(store), await host(store, "Mallory")
    made = await client.post(
        "/api/v1/calendars", json={"address": "http://127.0.0.1:9/secret.ics"}, headers=await bearer(owner)
    )
    path, hers = f"/api/v1/calendars/{made.json()['id']}", await bearer(mallory)
    answers = [
        await client.get(path, headers=hers),
        await client.post(f"{path}/reading", headers=hers),
    ]
    return any(answer.status_code == 200 for answer in answers)


async def test_a_number_opens_nobody_elses_connection(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """It does not exist for her."""
    assert not await reads_anothers(client, store, bearer)


async def test_proves_itself_connection_by_number(
    client: httpx2.AsyncClient, store: Store, bearer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the look at whose it is, it would."""
    from cally.store import calendars as kept  # noqa: PLC0415 - the unguarded way, used here alone

    async def anybodys(db: Any, calendar_id: int, *, host_id: int) -> Any:
        del host_id
        return await kept.by_id(db, calendar_id)

    monkeypatch.setattr(calendars, "get_calendar", anybodys)
    assert await reads_anothers(client, store, bearer)


# -- a guest who chooses when it ends --


async def books_all_day(client: httpx2.AsyncClient, store: Store) -> bool:
    """Mallory asks for hours of a call of thirty minutes, in each way; whether she gets more than those."""
    await ada(store)
    for more in ({"duration_minutes": 240}, {"ends_at": "2026-09-22T16:00:00Z"}, {"end": "2026-09-22T16:00:00Z"}):
        answer = await client.post("/api/v1/bookings", json={**BODY, **more})
        if answer.status_code == 201 and answer.json()["ends_at"] != "2026-09-22T07:30:00Z":
            return True
    return False


async def test_a_guest_does_not_choose_when_it_ends(client: httpx2.AsyncClient, store: Store) -> None:
    """The lengths on offer are the host's."""
    assert not await books_all_day(client, store)


async def test_proves_itself_length(client: httpx2.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the wished length taken, she would have the day."""
    monkeypatch.setattr(Offer, "duration_minutes", lambda self, wanted: wanted or self.event_type.durations_minutes[0])
    assert await books_all_day(client, store)


# -- lists without signing in --


async def reads_lists(client: httpx2.AsyncClient, store: Store) -> list[str]:
    """A stranger asks every list; those that name Cleo."""
    await ada(store)
    await cleo_books(store, NOW + 86_400 + 2 * 3_600)
    found = []
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            answer = await client.get(f"/api/v1{filled(endpoint.path)}")
            if "cleo" in answer.text.lower():
                found.append(endpoint.path)
    return found


async def test_strangers_read_no_lists(client: httpx2.AsyncClient, store: Store) -> None:
    """Over every endpoint that answers a look."""
    assert await reads_lists(client, store) == []


async def test_proves_itself_lists(client: httpx2.AsyncClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the token's check they would be open."""

    async def anybody(_request: Any, doors: Doors, now: int) -> callers.Caller:
        (account, *_) = await doing.list_accounts(doors.store.reader)
        token = ApiToken(
            id=1, account_id=account.id, name="", scopes=SCOPES, created_at=now, expires_at=None, last_used_at=None
        )
        return callers.Caller(token=token, account=account, address="")

    monkeypatch.setattr(callers, "identified", anybody)
    assert "/bookings" in await reads_lists(client, store)


# -- protected acts without the second factor --


async def skips_the_second_step(app: Any, store: Store) -> bool:
    """Mallory knows the password alone; whether any page of the desk opens, or a token is made."""
    async with asking(app) as client:
        client.headers.update(FORM)
        await client.post("/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
        pages = [await client.get(path) for path in ("/app", "/app/profile", "/app/security", "/admin/system")]
        made = await client.post("/app/profile/tokens", data={"name": "hers", "scopes": "bookings:read"})
    return any(answer.status_code == 200 for answer in (*pages, made))


async def _with_second_factor(store: Store, monkeypatch: pytest.MonkeyPatch, *, has: bool) -> None:
    async def answer(*_: Any) -> bool:
        return has

    owner = await ada(store, role="admin")
    await doing.set_password(store, owner.id, PASSWORD, now=NOW, actor=CLI)
    monkeypatch.setattr(entering, "has_second_factor", answer)


async def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(
    app: Any, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither pages nor acts; the state between is no session."""
    await _with_second_factor(store, monkeypatch, has=True)
    assert not await skips_the_second_step(app, store)


async def test_proves_itself_second_step(app: Any, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the question for it left out, the password would do."""
    await _with_second_factor(store, monkeypatch, has=False)
    assert await skips_the_second_step(app, store)


# -- sign-in from elsewhere, bound by a mail address --


async def enters_as(store: Store, vault: Vault, victim: Host, *, verified: bool) -> bool:
    """A provider says that Mallory has the victim's address; whether she gets in as the victim."""
    provider = await trusted(store, vault, "https://id.example.net", takes_unknown=True)
    arrival = Arrival(
        subject="mallory", email=victim.email, email_verified=verified, name="Mallory", wanted="", account_id=None
    )
    try:
        entry = await identities.enter_from_elsewhere(store, provider, arrival, VISITOR, now=NOW)
    except CallyError:
        return False
    return entry.account.id == victim.id


@pytest.mark.parametrize("verified", [False, True])
async def test_a_mail_address_from_elsewhere_is_nobodys_account(store: Store, vault: Vault, verified: bool) -> None:
    """Accounts are bound to the issuer's subject, by who signed in here before."""
    assert not await enters_as(store, vault, await host(store, "Root", role="admin"), verified=verified)


async def test_proves_itself_bound_by_mail(store: Store, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the account found by its address, she would be in."""
    victim = await host(store, "Root", role="admin")

    async def by_mail(_db: Any, *, issuer: str, subject: str) -> Identity:
        return Identity(
            id=1,
            account_id=victim.id,
            issuer=issuer,
            subject=subject,
            email=victim.email,
            created_at=NOW,
            last_used_at=None,
        )

    monkeypatch.setattr(identities.identities, "by_subject", by_mail)
    assert await enters_as(store, vault, victim, verified=False)


# -- addresses that the server is made to ask --


async def makes_us_ask(client: httpx2.AsyncClient, store: Store, bearer: Any, inside: Site) -> bool:
    """Mallory gives an address inside the network where an outside one belongs; whether it is asked."""
    hers = await bearer(await host(store, "Mallory"))
    address = inside.give("/icon.png", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", content_type="text/calendar")
    made = await client.post("/api/v1/calendars", json={"address": address}, headers=hers)
    assert made.status_code == 201, made.text
    await client.post(f"/api/v1/calendars/{made.json()['id']}/reading", headers=hers)
    channel = {"name": "Hook", "address": address.replace("http://", "json://")}
    hook = await client.post("/api/v1/channels", json=channel, headers=hers)
    await client.post(f"/api/v1/channels/{hook.json()['id']}/test", headers=hers)
    return bool(inside.asked)


async def test_nothing_inside_is_asked_for_a_stranger(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """Calendars and channels take addresses; pictures are sent, never fetched."""
    async with site() as inside:
        assert not await makes_us_ask(client, store, bearer, inside)


async def test_proves_itself_inside(
    client: httpx2.AsyncClient, store: Store, bearer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the judgement of addresses it would be."""
    monkeypatch.setattr(outgoing, "is_allowed", lambda *_: True)
    async with site() as inside:
        assert await makes_us_ask(client, store, bearer, inside)
