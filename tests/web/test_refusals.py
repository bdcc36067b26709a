"""What is refused at the door is noted in the audit log, by who and from where, and never enough to fill a disk."""

from typing import Any

import pytest

from cally.model.accounts import Actor
from cally.ops.refusals import MOST_IN_A_MINUTE, MOST_OF_ONE_ADDRESS, Refusals
from cally.store import Store, audit
from cally.web.doors import Doors
from tests.cast import AS_CLEO, NOW, ada
from tests.web.conftest import Watch, asking
from tests.web.desks import FORM, SignedIn, desk


async def _noted(store: Store, doors: Doors) -> list[tuple[str, int | None, str, str, object]]:
    await doors.refusals.flush(store, doors.clock())
    found = await audit.list_latest(store.reader)
    return [
        (entry.tag, entry.account_id, entry.address, entry.subject, entry.facts.get("status"))
        for entry in found
        if entry.tag.endswith(":request:refuse")
    ]


async def test_a_token_without_the_scope(app: Any, doors: Doors, store: Store, bearer: Any):
    """Who, what, from where."""
    owner = await ada(store)
    async with asking(app) as client:
        answer = await client.get("/api/v1/audit", headers=await bearer(owner, "bookings:read"))
    assert answer.status_code == 403
    assert await _noted(store, doors) == [
        ("host:request:refuse", owner.id, "192.0.2.9", "GET /api/v1/audit", 403),
    ]


async def test_a_token_that_is_none(app: Any, doors: Doors, store: Store):
    """Somebody tries secrets; what was tried is not kept."""
    async with asking(app) as client:
        await client.get("/api/v1/bookings", headers={"authorization": "Bearer cally_made-up-secret"})
        await client.get("/api/v1/bookings")  # a program that forgot its token is no attack
    assert await _noted(store, doors) == [
        ("guest:request:refuse", None, "192.0.2.9", "GET /api/v1/bookings", 401),
    ]
    assert "made-up" not in repr(await store.reader.rows("SELECT * FROM audit_entry"))


async def test_a_host_at_an_admins_page(app: Any, doors: Doors, store: Store, signed_in: SignedIn):
    """To them it does not exist; that they asked is noted."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        assert (await client.get("/admin/settings")).status_code == 404
        assert (await client.get("/app/bookings/nothing")).status_code == 404  # too chatty to note
    assert await _noted(store, doors) == [
        ("host:request:refuse", owner.id, "192.0.2.9", "GET /admin/settings", 404),
    ]


async def test_a_foreign_sites_form(app: Any, doors: Doors, store: Store):
    """Whose browser it was is not looked at."""
    async with asking(app) as client:
        answer = await client.post("/app/profile", headers=FORM | {"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert await _noted(store, doors) == [("guest:request:refuse", None, "192.0.2.9", "POST /app/profile", 403)]


async def test_looking_writes_nothing(app: Any, doors: Doors, store: Any, bearer: Any):
    """A refused GET changes the database no more than another one (rule 52)."""
    headers = await bearer(await ada(store), "bookings:read")
    before = store._writing.total_changes()
    async with asking(app) as client:
        await client.get("/api/v1/audit", headers=headers)
    assert store._writing.total_changes() == before
    assert await doors.refusals.flush(store, NOW) == 1


async def test_one_address_fills_ten_lines_a_minute(store: Store, watch: Watch):
    """The rest is counted; the next minute begins anew."""
    refusals = Refusals()
    for _ in range(1_000):
        refusals.note(watch(), AS_CLEO, "POST /sign-in", 429)
    refusals.note(watch() + 60, AS_CLEO, "POST /sign-in", 429)
    assert await refusals.flush(store, NOW) == MOST_OF_ONE_ADDRESS + 1 + 1
    left_out = (await audit.list_latest(store.reader, limit=1))[0]
    assert (left_out.tag, left_out.address) == ("guest:request:left-out", AS_CLEO.address)
    assert left_out.facts == {"requests": 1_000 - MOST_OF_ONE_ADDRESS}
    assert await refusals.flush(store, NOW) == 0


@pytest.mark.parametrize("kind", ["guest", "host"])
async def test_a_thousand_addresses_fill_no_disk(store: Store, kind: Any):
    """All of them together have a bound, in memory and in the log."""
    refusals = Refusals()
    for number in range(5_000):
        refusals.note(NOW, Actor(kind=kind, address=f"10.0.{number // 256}.{number % 256}"), "GET /", 403)
    assert await refusals.flush(store, NOW) < MOST_IN_A_MINUTE + 50
    counted = [entry.facts["requests"] for entry in await audit.list_latest(store.reader) if "requests" in entry.facts]
    assert sum(int(number or 0) for number in counted) == 5_000 - MOST_IN_A_MINUTE
