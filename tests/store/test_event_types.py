"""Event types in the store: what is asked of them does not grow with everybody's bookings."""

from cally.store import Store, event_types
from tests.cast import NOW


async def test_the_most_seats_taken_are_found_in_an_index(store: Store) -> None:
    """What is ahead of one event type, not every claim there is."""
    rows = await store.reader.rows(f"EXPLAIN QUERY PLAN {event_types.MOST_SEATS_TAKEN}", id=1, now=NOW)
    plan = " ".join(row[3] for row in rows)
    assert "SEARCH occupancy USING INDEX occupancy_by_event_type (event_type_id=? AND ends_at>?)" in plan
