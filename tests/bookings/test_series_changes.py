"""What becomes of a series: one date, this and the following, or all, each with one defined answer."""

import msgspec
import pytest

from cally.bookings import Availability, approve, book, cancel, decline, move_series, reschedule, series_with
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Taken
from cally.model.hosts import Host
from cally.model.options import EventTypeOptions
from cally.model.series import Scope, SeriesBooked, SeriesTaken
from cally.store import Store, event_types, messages, occupancy, series
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW
from tests.series import TEN, WEEK, booked, lesson

AS_ADA = Actor(kind="host")


async def statuses(store: Store, made: SeriesBooked) -> list[str]:
    return [one.status for one in await series.bookings_of(store.reader, made.series.id)]


async def starts(store: Store, made: SeriesBooked) -> list[str]:
    return [one.starts_local for one in await series.bookings_of(store.reader, made.series.id)]


async def end(store: Store, booking: Booking, scope: Scope, *, now: int = NOW) -> Booking:
    return await cancel(store, booking.uid, scope=scope, reason="Ill", now=now, actor=AS_CLEO)


async def kinds_to_cleo(store: Store) -> list[tuple[str, int]]:
    """What she was told of, oldest first, and with which sequence."""
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=100)
    return [(one.kind, one.sequence) for one in sorted(found, key=lambda one: one.id) if one.recipient == "guest"]


@pytest.mark.rule(68)
@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("one", ["confirmed", "cancelled", "confirmed", "confirmed"]),
        ("following", ["confirmed", "cancelled", "cancelled", "cancelled"]),
        ("all", ["cancelled"] * 4),
    ],
)
async def test_one_the_following_or_all_are_cancelled(
    store: Store, availability: Availability, ada: Host, scope: Scope, left: list[str]
) -> None:
    """Their times are free again, and one message tells of them."""
    await lesson(store)
    made = await booked(store, availability)
    await end(store, made.bookings[1], scope)
    assert await statuses(store, made) == left
    assert len(await occupancy.list_between(store.reader, ada.id, TEN, TEN + 5 * WEEK)) == left.count("confirmed")
    assert await kinds_to_cleo(store) == [("confirmed", 0), ("cancelled", 1)]


@pytest.mark.rule(54, 68)
async def test_cancelling_all_twice_is_no_fault(store: Store, availability: Availability, ada: Host) -> None:
    """The second time nothing happens and nobody is told."""
    await lesson(store)
    made = await booked(store, availability)
    await end(store, made.bookings[0], "all")
    again = await end(store, made.bookings[2], "all")
    assert (again.status, len(await kinds_to_cleo(store))) == ("cancelled", 2)


@pytest.mark.rule(54, 68)
async def test_what_has_begun_stays(store: Store, availability: Availability, ada: Host) -> None:
    """After the second lesson, "all" means those ahead; after the last, there is nothing left to cancel."""
    await lesson(store)
    made = await booked(store, availability)
    await end(store, made.bookings[0], "all", now=TEN + WEEK + HOUR)
    assert await statuses(store, made) == ["confirmed", "confirmed", "cancelled", "cancelled"]
    with pytest.raises(CallyError, match="has begun"):
        await end(store, made.bookings[0], "all", now=TEN + 5 * WEEK)


async def test_a_booking_on_its_own_has_no_following_ones(store: Store, availability: Availability, ada: Host) -> None:
    """A conflict that says so."""
    alone = cast.booked(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO))
    with pytest.raises(CallyError, match="stands alone"):
        await end(store, alone, "following")


@pytest.mark.rule(55, 68)
async def test_one_is_moved_and_stays_in_its_series(store: Store, availability: Availability, ada: Host) -> None:
    """Its place is kept; the others stand."""
    await lesson(store)
    made = await booked(store, availability)
    moved = await reschedule(store, availability, made.bookings[1].uid, TEN + WEEK + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    seen = await series_with(store.reader, moved)
    assert seen is not None
    assert (seen.number(moved), moved.series_id) == (2, made.series.id)
    places = await series.occurrences(store.reader, made.series.id)
    assert (places[1].planned_at, places[1].starts_at) == (TEN + WEEK, TEN + WEEK + HOUR)


@pytest.mark.rule(4, 55, 68)
async def test_the_following_move_by_as_much_on_the_clock(store: Store, availability: Availability, ada: Host) -> None:
    """From Tuesday ten to Wednesday half past eleven, before and after the clocks go back; uids stay."""
    await lesson(store)
    made = await booked(store, availability)
    target = TEN + WEEK + DAY + HOUR + 1_800
    await move_series(store, availability, made.bookings[1].uid, target, scope="following", now=NOW, actor=AS_CLEO)
    assert await starts(store, made) == [
        "2026-10-06T10:00",
        "2026-10-14T11:30",
        "2026-10-21T11:30",
        "2026-10-28T11:30",
    ]
    assert await kinds_to_cleo(store) == [("confirmed", 0), ("rescheduled", 1)]


@pytest.mark.rule(55, 68)
async def test_a_series_may_move_onto_its_own_times(store: Store, availability: Availability, ada: Host) -> None:
    """A week later: each date takes what the next one gives up."""
    await lesson(store)
    made = await booked(store, availability)
    first = made.bookings[0].uid
    answer = await move_series(store, availability, first, TEN + WEEK, scope="all", now=NOW, actor=AS_CLEO)
    assert isinstance(answer, Booking)
    assert (await starts(store, made))[0] == "2026-10-13T10:00"
    assert await occupancy.list_overlaps(store.reader) == []


@pytest.mark.rule(55, 68)
async def test_all_move_or_none(store: Store, availability: Availability, ada: Host) -> None:
    """One date in the way and every booking stands as it was, its time still claimed."""
    await lesson(store)
    made = await booked(store, availability)
    await book(store, availability, cast.request(TEN + 2 * WEEK + HOUR), now=NOW, actor=AS_CLEO)
    before = await starts(store, made)
    answer = await move_series(
        store, availability, made.bookings[0].uid, TEN + HOUR, scope="all", now=NOW, actor=AS_CLEO
    )
    assert isinstance(answer, SeriesTaken)
    assert [clash.starts_at for clash in answer.clashes] == [TEN + 2 * WEEK + HOUR]
    assert await starts(store, made) == before
    assert isinstance(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO), Taken)


@pytest.mark.rule(54, 68)
async def test_to_the_same_time_nothing_changes(store: Store, availability: Availability, ada: Host) -> None:
    """Nobody is told; a cancelled one cannot be moved."""
    await lesson(store)
    made = await booked(store, availability)
    first = made.bookings[0]
    await move_series(store, availability, first.uid, TEN, scope="all", now=NOW, actor=AS_CLEO)
    assert len(await kinds_to_cleo(store)) == 1
    await end(store, first, "one")
    with pytest.raises(CallyError, match="cancelled"):
        await move_series(store, availability, first.uid, TEN + HOUR, scope="all", now=NOW, actor=AS_CLEO)


@pytest.mark.rule(51, 68)
async def test_a_series_that_waits_is_one_request(store: Store, availability: Availability, ada: Host) -> None:
    """One yes to any of its dates confirms all; saying it again has no effect."""
    await lesson(store, approval=True)
    made = await booked(store, availability)
    assert await statuses(store, made) == ["pending"] * 4
    await approve(store, availability, made.bookings[2].uid, now=NOW, actor=AS_ADA)
    await approve(store, availability, made.bookings[0].uid, now=NOW, actor=AS_ADA)
    assert await statuses(store, made) == ["confirmed"] * 4
    assert [kind for kind, _ in await kinds_to_cleo(store)] == ["requested", "confirmed"]


@pytest.mark.rule(51, 68)
async def test_no_is_said_to_all_of_it(store: Store, availability: Availability, ada: Host) -> None:
    """Every date is free again; twice is no fault."""
    await lesson(store, approval=True)
    made = await booked(store, availability)
    for one in made.bookings[:2]:
        await decline(store, one.uid, reason="", now=NOW, actor=AS_ADA)
    assert await statuses(store, made) == ["declined"] * 4
    assert await occupancy.list_between(store.reader, ada.id, TEN, TEN + 5 * WEEK) == []
    assert [kind for kind, _ in await kinds_to_cleo(store)] == ["requested", "declined"]


@pytest.mark.rule(51, 68)
async def test_a_date_that_is_asked_for_anew_is_answered_alone(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Moved by the guest after the yes, it waits; the other dates stand whatever the answer is."""
    await lesson(store, approval=True)
    made = await booked(store, availability)
    await approve(store, availability, made.bookings[0].uid, now=NOW, actor=AS_ADA)
    await reschedule(store, availability, made.bookings[1].uid, TEN + WEEK + HOUR, now=NOW, actor=AS_CLEO)
    assert await statuses(store, made) == ["confirmed", "pending", "confirmed", "confirmed"]
    await decline(store, made.bookings[1].uid, reason="", now=NOW, actor=AS_ADA)
    assert await statuses(store, made) == ["confirmed", "declined", "confirmed", "confirmed"]


@pytest.mark.rule(56, 68)
async def test_what_is_offered_later_does_not_change_a_series(
    store: Store, availability: Availability, ada: Host
) -> None:
    """The event type repeats no more; the series it made can still be moved and ended."""
    made_by = await lesson(store)
    made = await booked(store, availability)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(made_by, options=EventTypeOptions()), now=NOW)
    target = made.bookings[0].starts_at + HOUR
    await move_series(store, availability, made.bookings[0].uid, target, scope="all", now=NOW, actor=AS_CLEO)
    await end(store, made.bookings[3], "following")
    assert (await starts(store, made))[0] == "2026-10-06T11:00"
    assert await statuses(store, made) == ["confirmed"] * 3 + ["cancelled"]


@pytest.mark.rule(68)
async def test_a_host_reaches_their_own_dates_alone(store: Store, availability: Availability, ada: Host) -> None:
    """Whoever does not host a date of the series changes nothing of it."""
    await lesson(store)
    made = await booked(store, availability)
    mallory = await cast.host(store, "Mallory")
    act = Actor(kind="host", account_id=mallory.id)
    await cancel(store, made.bookings[0].uid, scope="all", reason="", now=NOW, actor=act)
    assert await statuses(store, made) == ["confirmed"] * 4
    await cancel(
        store, made.bookings[0].uid, scope="all", reason="", now=NOW, actor=Actor(kind="host", account_id=ada.id)
    )
    assert await statuses(store, made) == ["cancelled"] * 4
