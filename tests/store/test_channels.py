"""The channel table: a host's own, and nobody else's."""

from cally.model.channels import Channel
from cally.store import Store, channels
from tests.cast import NOW, ada, host


async def test_channels_belong_to_a_host(store: Store) -> None:
    """Ada's channel is not in Mallory's list, nor hers to remove."""
    owner, mallory = await ada(store), await host(store, "Mallory")
    made = Channel(
        id=1,
        host_id=owner.id,
        name="Phone",
        service="ntfy",
        shown_address="ntfy://a...z",
        address_sealed=b"sealed",
        created_at=NOW,
    )
    async with store.write() as tx:
        await channels.insert(tx, made)
        assert await channels.delete(tx, made.id, owner_id=mallory.id) == 0
    assert await channels.list_of(store.reader, mallory.id) == []
    assert await channels.list_of(store.reader, owner.id) == [made]
