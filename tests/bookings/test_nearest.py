"""What is offered instead of a time that cannot be had: near ones, spread over days, however far the first is (R70)."""

from datetime import date

import msgspec
import pytest

from cally import engine
from cally.bookings import Availability, approve, book, hold, offer, reschedule
from cally.bookings.nearest import AHEAD_DAYS, ALTERNATIVES, nearest
from cally.model.bookings import Taken
from cally.model.hosts import Host
from cally.model.rules import Cap, EventTypeRules, Horizon, Question, Refusal
from cally.store import Store, event_types, occupancy, schedules
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, WORKING_WEEK, at

TEN = at("2026-09-22 08:00")  # Tuesday, 10:00 in Berlin
MONDAY = at("2026-09-21 14:30")  # the last half hour of the day before
REFUSED = Refusal(code="booked")
AS_ADA = msgspec.structs.replace(AS_CLEO, kind="host")


async def taken(store: Store, availability: Availability, wanted: int, *, now: int = NOW) -> tuple[int, ...]:
    """What is offered instead of a start of Ada's intro call."""
    found = await offer(store.reader, "ada", "intro")
    return (await availability.taken(found, REFUSED, wanted, minutes=30, now=now)).alternatives


async def away(store: Store, ada: Host, first: date, last: date) -> None:
    """Ada is away."""
    (hours,) = await schedules.list_of(store.reader, ada.id)
    rules = msgspec.structs.replace(WORKING_WEEK, time_off=((first, last),))
    async with store.write() as tx:
        await schedules.update(tx, msgspec.structs.replace(hours, rules=rules), now=NOW)


async def change(store: Store, ada: Host, rules: EventTypeRules) -> None:
    """Ada's intro call has other rules from now on."""
    known = await event_types.by_slug(store.reader, ada.id, "intro")
    assert known is not None
    changed = msgspec.structs.replace(known, rules=rules, durations_minutes=(rules.duration_minutes,))
    async with store.write() as tx:
        await event_types.update(tx, changed, now=NOW)


@pytest.mark.rule(47)
async def test_the_nearest_and_another_day(store: Store, availability: Availability, ada: Host) -> None:
    """Before, behind, and what lies nearest on another day."""
    assert await taken(store, availability, TEN) == (MONDAY, TEN - HOUR // 2, TEN + HOUR // 2)


@pytest.mark.parametrize("weeks", [1, 3, 5, 9, 30])
async def test_however_far_the_next_slots_are_they_are_offered(
    store: Store, availability: Availability, ada: Host, weeks: int
) -> None:
    """Ada is away for weeks: the first slots of the days after it, spread over two of them."""
    back = date.fromordinal(date(2026, 9, 21).toordinal() + 7 * weeks)
    await away(store, ada, date(2026, 9, 21), date.fromordinal(back.toordinal() - 1))
    first, second, third = await taken(store, availability, TEN)
    found = await offer(store.reader, "ada", "intro")
    slots = await availability.slots(found, now=NOW, from_at=NOW, to_at=third + DAY)
    assert (first, second) == (slots[0].starts_at, slots[1].starts_at)
    assert third - first == DAY


async def test_behind_the_horizon_the_last_days_before_it_are_nearest(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Wanted in half a year, ten days can be booked: the end of those."""
    await change(store, ada, EventTypeRules(duration_minutes=30, horizon=Horizon(kind="rolling", days=10)))
    found = await taken(store, availability, TEN + 180 * DAY)
    assert len(found) == ALTERNATIVES
    assert all(NOW + 8 * DAY < start < NOW + 11 * DAY for start in found)


async def test_of_a_time_that_is_over_the_next_ones_are_offered(
    store: Store, availability: Availability, ada: Host
) -> None:
    """A form that lay open for weeks."""
    found = await taken(store, availability, TEN, now=TEN + 40 * DAY)
    assert len(found) == ALTERNATIVES
    assert all(start > TEN + 40 * DAY for start in found)


async def test_looking_is_bounded_and_remembered(
    store: Store, availability: Availability, ada: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three questions at most, none longer than thirteen months; asked again, none reaches the engine."""
    asked: list[Question] = []
    slots = engine.slots

    def counted(question: Question) -> list[int]:
        asked.append(question)
        return slots(question)

    monkeypatch.setattr(engine, "slots", counted)
    await away(store, ada, date(2026, 9, 1), date(2028, 9, 1))
    assert await taken(store, availability, TEN) == ()
    assert len(asked) == 3
    assert max(question.window[1] - question.window[0] for question in asked) <= AHEAD_DAYS * DAY
    assert await taken(store, availability, TEN + HOUR) == ()
    assert len(asked) == 3


async def test_another_day_looks_far_only_once(store: Store, availability: Availability, ada: Host) -> None:
    """The furthest look is the same for every day that is wanted."""
    looks: list[tuple[int, int]] = []

    async def load(from_at: int, to_at: int) -> list[int]:
        looks.append((from_at, to_at))
        return []

    for wanted in (TEN, TEN + DAY):
        assert await nearest(load, wanted, now=NOW, tz="UTC") == ()
    assert looks[2] == looks[5]
    assert len(set(looks)) == 5


@pytest.mark.rule(38)
async def test_who_is_closed_offers_nothing_instead(
    store: Store, availability: Availability, ada: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a calendar cannot be read no slot is known, and none is looked for."""

    async def stale(*_: object) -> bool:
        return True

    monkeypatch.setattr("cally.bookings.availability.calendars_stale", stale)
    assert await taken(store, availability, TEN) == ()


@pytest.mark.rule(47)
async def test_a_hold_and_a_booking_are_told_the_same(store: Store, availability: Availability, ada: Host) -> None:
    """Whoever comes late, to the form or to the confirm."""
    await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO)
    held = await hold(store, availability, host="ada", event_type="intro", starts_at=TEN, now=NOW)
    late = await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO)
    assert isinstance(held, Taken)
    assert isinstance(late, Taken)
    assert held.alternatives == late.alternatives == (MONDAY, TEN - HOUR // 2, TEN + HOUR // 2)


@pytest.mark.rule(43)
async def test_a_move_is_offered_what_its_own_claim_would_hide(
    store: Store, availability: Availability, ada: Host
) -> None:
    """One booking a day: the day is full, but not for the booking that fills it."""
    await change(store, ada, EventTypeRules(duration_minutes=30, caps=(Cap(per="day", bookings=1),)))
    mine = cast.booked(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO))
    answer = await reschedule(store, availability, mine.uid, TEN + 600, now=NOW, actor=AS_CLEO)
    assert isinstance(answer, Taken)
    assert answer.refusal.code == "off_grid"
    assert TEN + HOUR // 2 in answer.alternatives
    assert TEN not in answer.alternatives


@pytest.mark.rule(54)
@pytest.mark.rule(56)
async def test_a_length_that_is_off_offer_still_finds_another_time(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Booked for 30 minutes, offered for 45 now: what is refused is answered with times of 30, not with a fault."""
    mine = cast.booked(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO))
    await change(store, ada, EventTypeRules(duration_minutes=45, step_minutes=30))
    answer = await reschedule(store, availability, mine.uid, TEN + 600, now=NOW, actor=AS_CLEO)
    assert isinstance(answer, Taken)
    assert len(answer.alternatives) == ALTERNATIVES


@pytest.mark.rule(51)
async def test_a_request_that_can_no_longer_be_approved_is_told_what_can(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Its time was blocked by hand meanwhile; Ada sees the nearest times."""
    hours = await cast.schedule(store, ada)
    await cast.event_type(store, hours, "asked", approval=True)
    wish = cast.request(TEN, event_type="asked")
    mine = cast.booked(await book(store, availability, wish, now=NOW, actor=AS_CLEO))
    async with store.write() as tx:
        await occupancy.delete(tx, mine.uid)
        await occupancy.insert(
            tx,
            id=1,
            owner_id=ada.id,
            kind="block",
            uid="block",
            event_type_id=None,
            starts_at=TEN,
            ends_at=TEN + HOUR,
            buffer_before=0,
            buffer_after=0,
            session=None,
            seats=1,
        )
    answer = await approve(store, availability, mine.uid, now=NOW, actor=AS_ADA)
    assert isinstance(answer, Taken)
    assert set(answer.alternatives) == {MONDAY, TEN - HOUR, TEN - HOUR // 2}


@pytest.mark.rule(69)
async def test_a_cabin_that_is_full_is_offered_later(store: Store, availability: Availability, ada: Host) -> None:
    """As many nights, from the nearest dates that have them."""
    await cast.cabin(store, ada)
    friday = at("2026-10-23 13:00")
    wish = msgspec.structs.replace(cast.request(friday, event_type="cabin"), nights=2)
    await book(store, availability, wish, now=NOW, actor=AS_CLEO)
    answer = await book(store, availability, wish, now=NOW, actor=AS_CLEO)
    assert isinstance(answer, Taken)
    assert len(answer.alternatives) == ALTERNATIVES
    assert {friday - 2 * DAY} <= set(answer.alternatives)
