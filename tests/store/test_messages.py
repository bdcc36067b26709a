"""The message table: found by index, bound to its booking."""

import pytest

from cally.store import Store, messages
from tests.cast import NOW
from tests.notify.conftest import stored


async def test_a_message_is_kept_once_per_name(store: Store) -> None:
    """A second one with the same Message-ID is not made."""
    about = await stored(store)
    made = []
    async with store.write() as tx:
        for _ in range(2):
            row = await messages.insert(
                tx,
                booking_id=about.booking.id,
                kind="confirmed",
                sequence=0,
                recipient="guest",
                medium="mail",
                address="cleo@example.org",
                channel_id=None,
                message_id="<one@example.com>",
                snapshot=messages.snapshot_text(about),
                now=NOW,
            )
            made.append(row is not None)
    assert made == [True, False]
    (kept,) = await messages.list_of(store.reader, about.booking.id)
    assert kept.snapshot == about


@pytest.mark.parametrize("statement", [messages.LIST_OF, messages.LIST_IN_STATE, messages.LIST, messages.SIBLINGS])
async def test_messages_are_found_by_index(store: Store, statement: str) -> None:
    """However many there are, no statement reads them all."""
    values = {"booking_id": 1, "state": "sent", "before": 1, "limit": 1, "medium": "mail", "address": "a", "id": 1}
    wanted = {name: value for name, value in {**values, "channel_id": 1}.items() if f":{name}" in statement}
    plan = [row[3] for row in await store.reader.rows(f"EXPLAIN QUERY PLAN {statement}", **wanted)]
    assert not any(step.startswith("SCAN") for step in plan), plan
