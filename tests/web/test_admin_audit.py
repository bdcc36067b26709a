"""The audit log's pages: found, read in words, taken along, looked through; and a host's own history."""

import csv
import io
import json
from typing import Any

import httpx2
import pytest

from cally.model.accounts import Actor
from cally.ops import audit_log
from cally.store import Store, audit
from tests.cast import AS_CLEO, DAY, NOW, ada, at, host
from tests.web.desks import SignedIn, cleo_books, desk, words

PATH = "/admin/audit"


async def _note(store: Store, actor: Actor, tag: str, subject: str, *, now: int = NOW, **facts: Any) -> None:
    async with store.write() as tx:
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, **facts)


async def _admin(store: Store) -> Any:
    return await ada(store, role="admin")


async def test_an_entry_is_a_sentence(app: Any, store: Store, signed_in: SignedIn):
    """Who, what, from where, when on the reader's clock, for whom."""
    boss, ben = await _admin(store), await host(store, "Ben Bell")
    actor = Actor(kind="admin", account_id=boss.id, address="192.0.2.1", for_id=ben.id)
    await _note(store, actor, "admin:setting:change", "setting:smtp_url", now=at("2026-09-21 05:00"))
    await cleo_books(store, at("2026-09-22 08:00"))
    async with desk(app, signed_in, boss) as client:
        said = words(await client.get(PATH))
    assert "Ada Lovelace as admin for Ben Bell changed the setting smtp url" in said
    assert "7:00" in said  # five in UTC is seven in Berlin
    assert "A guest booked" in said
    assert AS_CLEO.address in said


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("actor=guest", ["guest:booking:create"]),
        ("tag=setting:change", ["admin:setting:change"]),
        ("text=SMTP", ["admin:setting:change"]),
        ("address=192.0.2.7", ["guest:booking:create"]),
        ("subject=setting:smtp_url", ["admin:setting:change"]),
        ("from=2026-09-23", ["host:session:create"]),
        ("to=2026-09-21", ["guest:booking:create", "admin:setting:change"]),
        ("text=%3Cscript%3E", []),
        ("from=never&account=x&before=y", ["host:session:create", "guest:booking:create", "admin:setting:change"]),
    ],
)
async def test_filters(app: Any, store: Store, signed_in: SignedIn, query: str, tags: list[str]):
    """The page, the file and the API find the same."""
    boss = await _admin(store)
    await _note(store, Actor(kind="admin", account_id=boss.id), "admin:setting:change", "setting:smtp_url")
    await _note(store, AS_CLEO, "guest:booking:create", "b1")
    await _note(store, Actor(kind="host", account_id=7), "host:session:create", "account:7", now=NOW + 2 * DAY)
    async with desk(app, signed_in, boss) as client:
        lines = (await client.get(f"{PATH}/export/jsonl?{query}")).text.splitlines()
        page = await client.get(f"{PATH}?{query}")
    entries = [json.loads(line) for line in lines]
    assert [
        entry["tag"] for entry in entries if entry["account_id"] != str(boss.id) or "setting" in entry["tag"]
    ] == tags
    for tag in tags:
        assert tag in page.text
    assert "<script>" not in page.text


async def test_the_api_takes_the_same_filters(client: httpx2.AsyncClient, store: Store, bearer: Any):
    """And refuses what it does not know."""
    boss = await _admin(store)
    await _note(store, Actor(kind="admin", account_id=boss.id), "admin:setting:change", "setting:smtp_url")
    await _note(store, AS_CLEO, "guest:booking:create", "b1", now=NOW + DAY)
    headers = await bearer(boss)

    async def found(**query: str) -> list[str]:
        answer = await client.get("/api/v1/audit", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return [entry["tag"] for entry in answer.json()["entries"]]

    assert await found(actor="guest") == ["guest:booking:create"]
    assert await found(account_id=str(boss.id)) == ["admin:setting:change"]
    assert await found(tag="setting") == ["admin:setting:change"]
    assert await found(subject="b1") == ["guest:booking:create"]
    assert await found(address="192.0.2.7") == ["guest:booking:create"]
    assert await found(**{"from": "2026-09-22T00:00:00Z"}) == ["guest:booking:create"]
    assert await found(to="2026-09-22T00:00:00Z") == ["admin:setting:change"]
    assert await found(text="SMTP") == ["admin:setting:change"]
    for wrong in ({"account_id": "x"}, {"actor": "emperor"}, {"from": "yesterday"}):
        assert (await client.get("/api/v1/audit", params=wrong, headers=headers)).status_code == 422


async def test_a_guest_cannot_bring_a_formula_into_the_file(app: Any, store: Store, signed_in: SignedIn):
    """The file is CSV whose cells a spreadsheet shows as they stand."""
    boss = await _admin(store)
    await _note(store, Actor(kind="guest", address="=cmd|' /C calc'!A0"), "guest:booking:create", "@SUM(1)")
    async with desk(app, signed_in, boss) as client:
        answer = await client.get(f"{PATH}/export/csv?actor=guest")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    (row,) = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert (row["address"], row["subject"]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)")


async def test_pages_go_back_in_time(app: Any, store: Store, signed_in: SignedIn):
    """Nothing twice, nothing left out, the filter kept."""
    boss = await _admin(store)
    for number in range(120):
        await _note(store, AS_CLEO, "guest:booking:create", f"booking-{number:03}")
    async with desk(app, signed_in, boss) as client:
        seen: list[str] = []
        path: str | None = f"{PATH}?actor=guest"
        while path:
            text = (await client.get(path)).text
            seen += [f"booking-{number:03}" for number in reversed(range(120)) if f"booking-{number:03}" in text]
            link = [piece for piece in text.split('"') if "before=" in piece]
            path = link[0].replace("&amp;", "&") if link else None
    assert seen == [f"booking-{number:03}" for number in reversed(range(120))]


async def test_the_chain_is_looked_through_at_once(app: Any, store: Any, signed_in: SignedIn):
    """The outcome stays on the page; a broken chain is said loudly."""
    boss = await _admin(store)
    async with desk(app, signed_in, boss) as client:
        assert "Nobody has looked" in words(await client.get(PATH))
        said = words(await client.post(f"{PATH}/verification", follow_redirects=True))
        assert "Every entry up to number 1 fits" in said
        async with store.write() as tx:
            await tx.run("DROP TRIGGER audit_entry_update")
            await tx.run("UPDATE audit_entry SET address = '203.0.113.9' WHERE id = 1")
        said = words(await client.post(f"{PATH}/verification", follow_redirects=True))
    assert "Entry 1 does not fit" in said


async def test_an_admin_says_how_long_entries_are_kept(app: Any, store: Store, signed_in: SignedIn):
    """Which is noted, from what to what."""
    boss = await _admin(store)
    async with desk(app, signed_in, boss) as client:
        assert (await client.post(f"{PATH}/retention", data={"audit_days": "7"})).status_code == 422
        assert (await client.post(f"{PATH}/retention", data={"audit_days": "90"})).status_code == 303
    assert await audit_log.keep_days(store.reader) == 90
    entry = (await audit.list_latest(store.reader, limit=1))[0]
    assert (entry.tag, entry.account_id, entry.address) == ("admin:setting:change", boss.id, "192.0.2.9")
    assert entry.facts == {"from_days": 400, "to_days": 90}


async def test_a_host_sees_what_was_done_with_their_account(app: Any, store: Store, signed_in: SignedIn):
    """Their sign-ins and what others did for them; nothing of anybody else's."""
    owner, ben = await ada(store), await host(store, "Ben Bell")
    helper = Actor(kind="assistant", account_id=ben.id, address="192.0.2.44", for_id=owner.id)
    await _note(store, helper, "assistant:event_type:create", "event_type:1", slug="coaching")
    await _note(store, Actor(kind="host", account_id=ben.id), "host:token:create", f"account:{ben.id}", name="bens-own")
    async with desk(app, signed_in, owner) as client:
        said = words(await client.get("/app/security/history"))
    assert "Ada Lovelace signed in" in said
    assert "Ben Bell as assistant for Ada Lovelace made the event type" in said
    assert "bens-own" not in said
