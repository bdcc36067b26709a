"""What a change writes into the outbox, and for whom."""

import msgspec
import pytest

from cally.model.messages import Kind, Snapshot
from cally.notify import add_channel, list_messages, messages_of, outbox
from cally.store import Store, jobs
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW
from tests.notify.conftest import BEN_COMES, stored


async def planned(store: Store, snapshot: Snapshot, kind: Kind) -> list[tuple[str, str, str]]:
    async with store.write() as tx:
        await outbox.plan(tx, snapshot, kind, now=NOW)
    return [(one.recipient, one.medium, one.address) for one in await messages_of(store.reader, snapshot.booking.id)]


async def test_everyone_hears_of_a_confirmed_booking(store: Store, vault: Vault) -> None:
    """The guest, the companion, the host by mail, and the host's channel: one message and one job each."""
    about = await stored(store, companions=BEN_COMES)
    host_id = about.booking.host_id
    await add_channel(store, vault, host_id, name="Phone", address="json://localhost", now=NOW, actor=AS_CLEO)
    assert sorted(await planned(store, about, "confirmed")) == [
        ("companion", "mail", "ben@example.com"),
        ("guest", "mail", "cleo@example.org"),
        ("host", "channel", "Phone"),
        ("host", "mail", "ada@example.com"),
    ]
    assert await jobs.count_by_state(store.reader) == {"waiting": 4}


async def test_a_companion_hears_nothing_of_a_mere_request(store: Store) -> None:
    """Nor of the end of one."""
    about = await stored(store, companions=BEN_COMES, status="pending")
    await planned(store, about, "requested")
    assert "companion" not in {who for who, *_ in await planned(store, about, "declined")}


async def test_a_companion_hears_of_the_end_of_what_stood(store: Store) -> None:
    """Once invited, also told when it is off."""
    about = await stored(store, companions=BEN_COMES)
    await planned(store, about, "confirmed")
    assert [who for who, *_ in await planned(store, about, "cancelled")].count("companion") == 2


@pytest.mark.rule(70)
async def test_planning_twice_adds_nothing(store: Store) -> None:
    """The same change has the same Message-IDs, so a repeat is harmless."""
    about = await stored(store)
    once = await planned(store, about, "confirmed")
    assert await planned(store, about, "confirmed") == once
    assert await jobs.count_by_state(store.reader) == {"waiting": 2}


async def test_the_message_id_names_booking_sequence_kind_and_recipient(store: Store) -> None:
    """Each of the four makes another one; it says nothing about who the recipient is."""
    about = await stored(store)
    moved = msgspec.structs.replace(about, booking=msgspec.structs.replace(about.booking, sequence=1))
    await planned(store, about, "confirmed")
    await planned(store, moved, "rescheduled")
    names = [one.message_id for one in await list_messages(store.reader)]
    assert len(set(names)) == 4
    assert all(name.startswith(f"<{about.booking.uid}.") and "cleo" not in name for name in names)


async def test_nothing_is_planned_when_the_change_fails(store: Store) -> None:
    """The rows belong to the change's own transaction."""
    about = await stored(store)

    async def change() -> None:
        async with store.write() as tx:
            await outbox.plan(tx, about, "confirmed", now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change()
    assert await list_messages(store.reader) == []
    assert await jobs.count_by_state(store.reader) == {}
