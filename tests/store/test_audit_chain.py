"""The audit log is a chain: nothing in it can be changed, taken out or put in without the next look seeing it."""

from typing import Any

import apsw
import pytest

from cally.model.accounts import Actor
from cally.model.audit import AuditFilter
from cally.ops import audit_log
from cally.store import Store, audit, audit_chain
from tests.cast import AS_CLEO, DAY, NOW

BY_HAND = (
    "INSERT INTO audit_entry (id, at, actor, address, tag, subject, facts) VALUES (11, 1, 'host', '', '', '', '{}')"
)
ADA = Actor(kind="host", account_id=7, address="192.0.2.1")


@pytest.fixture
async def noted(store: Store) -> Any:
    """Ten things that were done, half of them by Cleo."""
    async with store.write() as tx:
        for number in range(10):
            actor = AS_CLEO if number % 2 else ADA
            tag = f"{actor.kind}:booking:create"
            await audit.insert(tx, now=NOW + number * DAY, actor=actor, tag=tag, subject=f"b{number}", status="pending")
    return store


async def test_what_is_noted_is_sound(noted: Store):
    """Ten entries, and the hash of the last one to keep elsewhere."""
    verdict = await audit_log.verify(noted.reader, now=NOW)
    assert verdict.ok
    assert (verdict.entries, verdict.last_id) == (10, 10)
    assert (10, bytes.fromhex(verdict.hash)) == await audit_chain.head(noted.reader)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE audit_entry SET address = '203.0.113.1' WHERE id = 3",
        "UPDATE audit_entry SET at = at + 1 WHERE id = 3",
        "UPDATE audit_entry SET address = '', facts = '{}', salt = NULL, erased_by = 4 WHERE id = 3",
        "DELETE FROM audit_entry WHERE id = 3",
        "DELETE FROM audit_entry",
        BY_HAND,
        "REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE id = 3",
    ],
)
async def test_the_database_refuses_to_change_what_was_noted(noted: Store, act: str):
    """Whoever writes: the web, the command line, an SQL prompt."""
    with pytest.raises(apsw.ConstraintError, match="audit: "):
        async with noted.write() as tx:
            await tx.run(act)


@pytest.mark.parametrize(
    ("act", "fault_id"),
    [
        ("UPDATE audit_entry SET address = '203.0.113.1' WHERE id = 3", 3),
        ("UPDATE audit_entry SET facts = '{}' WHERE id = 4", 4),
        ("UPDATE audit_entry SET at = at + 1 WHERE id = 5", 5),
        ("UPDATE audit_entry SET actor = 'guest', account_id = NULL WHERE id = 1", 1),
        ("UPDATE audit_entry SET for_id = 9 WHERE id = 10", 10),
        ("DELETE FROM audit_entry WHERE id = 6", 7),
        ("DELETE FROM audit_entry WHERE id < 4", 4),
        ("UPDATE audit_entry SET address = '', facts = '{}', salt = NULL WHERE id = 2", 2),
        ("UPDATE audit_entry SET address = '', facts = '{}', salt = NULL, erased_by = 9 WHERE id = 2", 9),
        ("UPDATE audit_entry SET address = '', facts = '{}', salt = NULL, erased_by = 99 WHERE id = 2", 2),
        ("UPDATE audit_entry SET hash = zeroblob(32) WHERE id = 8", 8),
        (
            BY_HAND,
            11,
        ),
    ],
)
async def test_without_the_guards_a_look_names_the_first_entry_that_does_not_fit(noted: Any, act: str, fault_id: int):
    """Somebody with the key took the triggers out first."""
    async with noted.write() as tx:
        for name in ("insert", "update", "delete"):
            await tx.run(f"DROP TRIGGER audit_entry_{name}")
        assert await tx.run(act)
    verdict = await audit_log.verify(noted.reader, now=NOW)
    assert (verdict.ok, verdict.fault_id) == (False, fault_id)
    assert verdict.fault


async def test_a_switch_is_noted_as_a_number(store: Store):
    """So that facts are texts and numbers only, and no entry makes the log unreadable."""
    async with store.write() as tx:
        await audit.insert(tx, now=NOW, actor=ADA, tag="host:event_type:update", subject="e", listed=True)
    assert (await audit.list_latest(store.reader))[0].facts == {"listed": 1}


async def test_a_tail_cut_off_shows_against_a_kept_copy_only(noted: Store):
    """What is left is sound in itself; only the copy kept elsewhere knows better."""
    before = await audit_log.verify(noted.reader, now=NOW)
    async with noted.write() as tx:
        await tx.run("DROP TRIGGER audit_entry_delete")
        await tx.run("DELETE FROM audit_entry WHERE id > 8")
    after = await audit_log.verify(noted.reader, now=NOW)
    assert after.ok
    assert (after.last_id, after.hash) != (before.last_id, before.hash)


async def test_the_oldest_go_after_their_days_and_the_chain_goes_on(noted: Store):
    """A checkpoint takes their place; the next look understands it, also after a second round."""
    for days, left in ((403, 8), (406, 5)):
        assert await audit_log.prune(noted, NOW + days * DAY) == 3
        verdict = await audit_log.verify(noted.reader, now=NOW)
        assert verdict.ok, verdict
        assert verdict.pruned_to == (await audit_chain.oldest(noted.reader)) - 1
        assert len(await audit.list_latest(noted.reader, wanted=AuditFilter(tag="booking"))) == left - 1
        assert await audit_log.prune(noted, NOW + days * DAY) == 0


async def test_the_last_entry_always_stays(noted: Store):
    """However old it is, for the chain goes on from it."""
    await audit_log.prune(noted, NOW + 9_000 * DAY)
    verdict = await audit_log.verify(noted.reader, now=NOW)
    assert verdict.ok
    assert verdict.entries >= 1


async def test_more_than_was_told_cannot_be_pruned(noted: Store):
    """A checkpoint lets go of what it names, and of nothing after it."""
    await audit_log.prune(noted, NOW + 403 * DAY)
    with pytest.raises(apsw.ConstraintError, match="audit: "):
        async with noted.write() as tx:
            await tx.run("DELETE FROM audit_entry WHERE id <= 4")


async def test_a_guests_address_can_be_erased_and_the_chain_holds(noted: Store):
    """What Cleo did stays; from where does not, nor can it be guessed from what is kept."""
    async with noted.write() as tx:
        assert await audit_chain.erase(tx, subjects=["b1", "b2", "b3"], now=NOW, actor=ADA) == 2
    verdict = await audit_log.verify(noted.reader, now=NOW)
    assert verdict.ok, verdict
    assert verdict.erased == 2
    assert [entry.address for entry in await audit.list_for(noted.reader, "b1")] == [""]
    assert (await noted.reader.row("SELECT salt FROM audit_entry WHERE id = 2")) == (None,)
    assert (await audit.list_latest(noted.reader, limit=1))[0].tag == "host:audit:erase"


async def test_a_log_from_before_the_chain_is_taken_into_it(store: Store):
    """By the first entry that is written; an entry says how far back that goes."""
    async with store.write() as tx:
        await tx.run("DROP TRIGGER audit_entry_insert")
        for number in (1, 2):
            await tx.run(
                "INSERT INTO audit_entry (id, at, actor, address, tag, subject, facts) "
                "VALUES (:id, 1, 'guest', '192.0.2.7', 'guest:booking:create', 'b', '{}')",
                id=number,
            )
    async with store.write() as tx:
        await audit.insert(tx, now=NOW, actor=ADA, tag="host:booking:approve", subject="b")
    entries = await audit.list_latest(store.reader)
    assert [(entry.id, entry.tag) for entry in entries][:2] == [(4, "host:booking:approve"), (3, "system:audit:begin")]
    assert (await audit_log.verify(store.reader, now=NOW)).ok


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (AuditFilter(actor="guest"), [10, 8, 6, 4, 2]),
        (AuditFilter(account_id=7), [9, 7, 5, 3, 1]),
        (AuditFilter(tag="host:booking"), [9, 7, 5, 3, 1]),
        (AuditFilter(tag="book"), []),
        (AuditFilter(subject="b4"), [5]),
        (AuditFilter(address="192.0.2.7", from_at=NOW + 5 * DAY), [10, 8, 6]),
        (AuditFilter(from_at=NOW + 2 * DAY, to_at=NOW + 4 * DAY), [4, 3]),
        (AuditFilter(text="PENDING"), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (AuditFilter(text="b9"), [10]),
    ],
)
async def test_filters_find_what_is_asked_for(
    noted: Store, wanted: AuditFilter, ids: list[int], monkeypatch: pytest.MonkeyPatch
):
    """The latest first, however many stretches the log is read in."""
    monkeypatch.setattr(audit, "STRETCH", 3)
    assert [entry.id for entry in await audit.list_latest(noted.reader, wanted=wanted)] == ids
    pages = [await audit.list_latest(noted.reader, wanted=wanted, limit=2)]
    while pages[-1]:
        pages.append(await audit.list_latest(noted.reader, wanted=wanted, limit=2, before=pages[-1][-1].id))
    assert [entry.id for page in pages for entry in page] == ids
