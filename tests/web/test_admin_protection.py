"""The page about protection: limits, lockouts, the blocklist, and networks that cannot keep out who saves them."""

from typing import Any

from cally import brakes
from cally.accounts import SignInBrake, lockouts
from cally.accounts.brake import Attempt
from cally.store import Store, audit
from tests.cast import NOW, ada, host
from tests.web.desks import SignedIn, desk, words
from tests.web.guests import filled, send

PAGE = "/admin/protection"


async def test_an_admin_sees_and_lifts_a_lockout(app: Any, store: Store, signed_in: SignedIn) -> None:
    """With whose account it is, and who lifted it in the audit log."""
    boss = await host(store, "Ben Bell", role="admin")
    brake, mallory = SignInBrake(), Attempt(address="203.0.113.66", account=boss.email)
    async with store.write() as tx:
        for _ in range(5):
            brake.begin(mallory, NOW)
            await brake.failed(tx, mallory, boss.id, NOW)
    found = (await lockouts(store.reader, NOW))[0]
    async with desk(app, signed_in, boss) as client:
        said = words(await client.get(PAGE))
        assert "203.0.113.66" in said
        assert "Ben Bell <ben@example.com>" in said
        await client.post(f"{PAGE}/lockouts/{found.id}/lifting")
        assert "Nobody is locked out" in words(await client.get(PAGE))
    assert "admin:lockout:lift" in [entry.tag for entry in await audit.list_latest(store.reader)]


async def test_somebody_is_blocked_and_let_in_again(app: Any, store: Store, signed_in: SignedIn) -> None:
    """It counts for the next booking; they are not told why."""
    boss = await ada(store, role="admin")
    async with desk(app, signed_in, boss) as client:
        form = await filled(client, "2026-09-22T08:00Z", email="cleo+x@mail.example.org")
        await client.post(f"{PAGE}/blocklist", data={"value": "*.Example.ORG", "note": "spam", "expires": ""})
        told = await send(client, "/ada/intro", form)
        assert told.status_code == 403
        assert "cannot be taken here" in words(told)
        assert "spam" not in told.text
        entry = (await brakes.list_blocked(store.reader, NOW))[0]
        await client.post(f"{PAGE}/blocklist/{entry.id}/removal")
        assert (await send(client, "/ada/intro", form)).status_code == 303


async def test_a_wrong_entry_is_refused_beside_its_field(app: Any, store: Store, signed_in: SignedIn) -> None:
    """In words."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(app, signed_in, boss) as client:
        told = await client.post(f"{PAGE}/blocklist", data={"value": "not/a@thing", "note": "", "expires": ""})
    assert told.status_code == 422
    assert "This should be an e-mail address" in words(told)


async def test_nobody_keeps_themselves_out(app: Any, store: Store, signed_in: SignedIn) -> None:
    """The list is refused with the address to add, and taken with it added."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(app, signed_in, boss) as client:
        told = await client.post(f"{PAGE}/allow-lists", data={"desk": "203.0.113.0/24", "admin": ""})
        assert told.status_code == 422
        assert "You come from 192.0.2.9" in words(told)
        assert await brakes.allowed(store.reader, "desk") == ()
        sent = {"desk": "203.0.113.0/24", "desk-here": "1", "admin": ""}
        assert (await client.post(f"{PAGE}/allow-lists", data=sent)).status_code == 303
        assert await brakes.allowed(store.reader, "desk") == ("203.0.113.0/24", "192.0.2.9/32")
        assert (await client.get(PAGE)).status_code == 200
