"""A host who moves: bookings keep their instants, schedules that follow are read anew, the others stay (rule 13)."""

import pytest

from cally.hosts import create_schedule, default_rules, list_schedules, update_host, update_schedule
from cally.model.hosts import Host
from cally.store import Store, bookings
from tests.booked import store_booking
from tests.cast import DAY, NOW, TZ
from tests.hosts.conftest import AS_ADA


async def zones(store: Store, host: Host) -> list[str]:
    return [schedule.rules.tz for schedule in await list_schedules(store.reader, host.id)]


@pytest.mark.rule(13)
async def test_hours_that_follow_move_along(store: Store, ada: Host):
    """Nine o'clock is nine where the host is now; the office stays where it stands, and so does every booking."""
    booking = await store_booking(store, ada.id, starts_at=NOW + DAY)
    await create_schedule(
        store, ada.id, name="Mine", rules=default_rules(TZ), follows_host=True, now=NOW + 1, actor=AS_ADA
    )
    await update_host(store, ada.id, tz="Asia/Tokyo", now=NOW, actor=AS_ADA)
    assert await zones(store, ada) == [TZ, "Asia/Tokyo"]
    assert await bookings.by_uid(store.reader, booking.uid) == booking


@pytest.mark.rule(13)
async def test_who_begins_to_follow_moves_at_once(store: Store, ada: Host):
    """A zone of its own does not count meanwhile, and is back when it no longer follows."""
    made = await create_schedule(store, ada.id, name="Mine", rules=default_rules("UTC"), now=NOW, actor=AS_ADA)
    tokyo = default_rules("Asia/Tokyo")
    followed = await update_schedule(store, made.id, name="Mine", rules=tokyo, follows_host=True, now=NOW, actor=AS_ADA)
    assert (followed.rules.tz, await zones(store, ada)) == (TZ, [TZ])
    await update_schedule(store, made.id, name="Mine", rules=tokyo, now=NOW, actor=AS_ADA)
    assert await zones(store, ada) == [TZ]
    await update_schedule(store, made.id, name="Mine", rules=tokyo, follows_host=False, now=NOW, actor=AS_ADA)
    assert await zones(store, ada) == ["Asia/Tokyo"]
