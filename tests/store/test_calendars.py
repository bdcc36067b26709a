"""Calendars and their busy time as rows: one index range per window, and revisions that rise only for a reason."""

import apsw
import msgspec
import pytest

from cally.model.calendars import BusyTime, Calendar
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.store import Store, calendars, occupancy
from tests import cast
from tests.cast import DAY, HOUR, NOW

WEEK = calendars.LONGEST_BUSY_SECONDS


@pytest.fixture
async def ada(store: Store) -> Host:
    return await cast.ada(store)


async def add(store: Store, host: Host, *busy: tuple[int, int], now: int = NOW) -> Calendar:
    """A calendar of a host with this busy time."""
    made = Calendar(
        id=new_id(now),
        host_id=host.id,
        name="Work",
        shown_address="https://cal.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=now,
        next_read_at=now,
    )
    async with store.write() as tx:
        await calendars.insert(tx, made, address_sealed=b"sealed")
        await calendars.insert_busy(tx, made, [BusyTime(start, end, "x") for start, end in busy])
    return made


async def read(store: Store, calendar: Calendar, *, at: int) -> None:
    """Note that a calendar was read."""
    async with store.write() as tx:
        await calendars.update_read(tx, msgspec.structs.replace(calendar, last_read_at=at, next_read_at=at + HOUR))


async def test_a_calendar_comes_back_as_it_went_in(store: Store, ada: Host) -> None:
    """With all that a read found out."""
    added = await add(store, ada)
    known = msgspec.structs.replace(
        added,
        etag='"1"',
        last_modified="Mon, 21 Sep 2026 05:00:00 GMT",
        last_read_at=NOW,
        expanded_at=NOW,
        next_read_at=NOW + HOUR,
        failing_since=NOW,
        last_error="The address answered 404.",
        warnings=("“Odd” repeats.",),
        events=7,
    )
    async with store.write() as tx:
        assert await calendars.update_read(tx, known) == 1
    assert await calendars.by_id(store.reader, added.id) == known


@pytest.mark.rule(28, 36)
async def test_busy_time_of_a_window(store: Store, ada: Host) -> None:
    """What touches the window counts, across its edges too; what only meets them does not."""
    await add(
        store, ada, (NOW - HOUR, NOW), (NOW - WEEK + 1, NOW + 1), (NOW + HOUR, NOW + DAY), (NOW + DAY, NOW + DAY + 1)
    )
    found = await calendars.list_busy(store.reader, ada.id, NOW, NOW + DAY)
    assert found == [(NOW - WEEK + 1, NOW + 1), (NOW + HOUR, NOW + DAY)]


async def test_nothing_longer_than_a_week_can_be_stored(store: Store, ada: Host) -> None:
    """The search for a window relies on it, so the database insists."""
    with pytest.raises(apsw.ConstraintError):
        await add(store, ada, (NOW, NOW + WEEK + 1))
    with pytest.raises(apsw.ConstraintError):
        await add(store, ada, (NOW, NOW))


async def test_a_window_is_one_index_range(store: Store) -> None:
    """However many rows there are."""
    plan = await store.reader.rows(
        "EXPLAIN QUERY PLAN" + calendars.LIST_BUSY, host_id=1, earliest=NOW - WEEK, from_at=NOW, to_at=NOW + DAY
    )
    assert "busy_time_by_start (host_id=? AND starts_at>? AND starts_at<?)" in plan[0][3]


async def test_the_busy_time_of_others_is_theirs(store: Store, ada: Host) -> None:
    """Ben's calendar does not block Ada."""
    await add(store, await cast.host(store, "Ben"), (NOW, NOW + HOUR))
    assert await calendars.list_busy(store.reader, ada.id, NOW, NOW + DAY) == []


@pytest.mark.rule(38)
async def test_the_oldest_read_is_what_counts(store: Store, ada: Host) -> None:
    """None without calendars; one that was never read counts from when it was added."""
    assert await calendars.oldest_read(store.reader, ada.id) is None
    first, second = await add(store, ada), await add(store, ada, now=NOW + HOUR)
    assert await calendars.oldest_read(store.reader, ada.id) == NOW
    await read(store, first, at=NOW + DAY)
    assert await calendars.oldest_read(store.reader, ada.id) == NOW + HOUR
    await read(store, second, at=NOW + 2 * DAY)
    assert await calendars.oldest_read(store.reader, ada.id) == NOW + DAY


async def test_what_is_due_comes_longest_due_first(store: Store, ada: Host) -> None:
    """And only as many as are asked for."""
    late, later = await add(store, ada), await add(store, ada, now=NOW - HOUR)
    await add(store, ada, now=NOW + 1)
    assert await calendars.list_due(store.reader, NOW, limit=5) == [later.id, late.id]
    assert await calendars.list_due(store.reader, NOW, limit=1) == [later.id]


async def test_only_busy_time_raises_the_revision(store: Store, ada: Host) -> None:
    """A read that finds nothing new leaves every computed answer valid."""
    added = await add(store, ada, (NOW, NOW + HOUR))
    number = await occupancy.revision(store.reader, ada.id)
    await read(store, added, at=NOW + HOUR)
    assert await occupancy.revision(store.reader, ada.id) == number
    async with store.write() as tx:
        await calendars.delete_busy(tx, added.id, [BusyTime(NOW, NOW + HOUR, "x")])
    assert await occupancy.revision(store.reader, ada.id) > number


async def test_a_calendar_that_goes_takes_its_busy_time_along(store: Store, ada: Host) -> None:
    """In one step, and the revision tells."""
    added = await add(store, ada, (NOW, NOW + HOUR))
    number = await occupancy.revision(store.reader, ada.id)
    async with store.write() as tx:
        assert await calendars.delete(tx, added.id) == 1
    assert await calendars.list_busy_of(store.reader, added.id) == []
    assert await occupancy.revision(store.reader, ada.id) > number
