"""A series: every date or none, the same wall time each, and what becomes of one, some or all."""

import asyncio

import msgspec
import pytest

from cally.bookings import Availability, book, book_series, hold, offer, preview_series
from cally.errors import CallyError
from cally.model.bookings import Booked, Booking, Hold
from cally.model.hosts import Host
from cally.model.options import Series
from cally.model.rules import Cap, EventTypeRules, Horizon
from cally.model.series import SeriesBooked, SeriesRequest, SeriesTaken
from cally.store import Store, bookings, calendars, event_types, messages, occupancy, teams
from tests import cast
from tests import series as cleo
from tests.cast import AS_CLEO, HOUR, NOW, at
from tests.series import EVERY, TEN, WEEK, booked, lesson, request

SKIPPING = Series(rhythms=EVERY, clashes="skip")
FOUR = SeriesRequest(rhythm="weekly", count=4)


async def ask(
    store: Store,
    availability: Availability,
    asked: SeriesRequest = FOUR,
    *,
    slug: str = "lesson",
    key: str | None = None,
) -> SeriesBooked | SeriesTaken:
    return await book_series(
        store, availability, request(slug=slug), asked, now=NOW, actor=AS_CLEO, idempotency_key=key
    )


async def all_bookings(store: Store, host: Host) -> list[Booking]:
    return await bookings.list_by_start(
        store.reader, host_id=host.id, from_at=0, to_at=2**40, status=None, q=None, after=(0, 0), limit=200
    )


@pytest.mark.rule(4, 68)
async def test_every_date_at_the_same_wall_time(store: Store, availability: Availability, ada: Host) -> None:
    """Four Tuesdays at ten, across the night the clocks go back; each claims its time."""
    await lesson(store)
    made = await booked(store, availability)
    assert [one.starts_local for one in made.bookings] == [
        "2026-10-06T10:00",
        "2026-10-13T10:00",
        "2026-10-20T10:00",
        "2026-10-27T10:00",
    ]
    assert {one.series_id for one in made.bookings} == {made.series.id}
    assert len(await occupancy.list_between(store.reader, ada.id, TEN, TEN + 5 * WEEK)) == 4


@pytest.mark.rule(68)
async def test_one_clash_refuses_all(store: Store, availability: Availability, ada: Host) -> None:
    """Nothing at all is booked, claimed or told; the answer names the date in the way and what is near it."""
    await lesson(store)
    taken = cast.booked(await book(store, availability, cast.request(TEN + 2 * WEEK), now=NOW, actor=AS_CLEO))
    answer = await ask(store, availability)
    assert isinstance(answer, SeriesTaken)
    assert [clash.starts_at for clash in answer.clashes] == [taken.starts_at]
    assert all(abs(start - taken.starts_at) < WEEK for start in answer.clashes[0].alternatives)
    assert len(answer.clashes[0].alternatives) == 3
    assert await all_bookings(store, ada) == [taken]
    assert len(await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=9)) == 2


@pytest.mark.rule(68)
async def test_clashes_are_skipped_and_shown(store: Store, availability: Availability, ada: Host) -> None:
    """By the other policy the free dates are had, and the series knows what is missing."""
    await lesson(store, terms=SKIPPING)
    await book(store, availability, cast.request(TEN + 2 * WEEK), now=NOW, actor=AS_CLEO)
    answer = await ask(store, availability)
    assert isinstance(answer, SeriesBooked)
    assert answer.series.skipped == (TEN + 2 * WEEK,)
    assert [one.starts_at for one in answer.bookings] == [TEN, TEN + WEEK, at("2026-10-27 09:00")]


@pytest.mark.rule(68)
async def test_a_guest_may_be_stricter_and_never_laxer(store: Store, availability: Availability, ada: Host) -> None:
    """All or nothing can be asked of a host who skips; skipping cannot be asked of one who refuses."""
    await lesson(store, "lax", terms=SKIPPING)
    await lesson(store, "strict")
    await book(store, availability, cast.request(TEN + WEEK), now=NOW, actor=AS_CLEO)
    strictly = msgspec.structs.replace(FOUR, clashes="refuse")
    assert isinstance(await ask(store, availability, strictly, slug="lax"), SeriesTaken)
    with pytest.raises(CallyError) as refused:
        await ask(store, availability, msgspec.structs.replace(FOUR, clashes="skip"), slug="strict")
    assert refused.value.facts["field"] == "series.clashes"


@pytest.mark.rule(68)
async def test_one_date_alone_is_no_series(store: Store, availability: Availability, ada: Host) -> None:
    """Skipping leaves at least two, or nothing is booked."""
    await lesson(store, terms=SKIPPING)
    await book(store, availability, cast.request(TEN + WEEK), now=NOW, actor=AS_CLEO)
    answer = await ask(store, availability, SeriesRequest(rhythm="weekly", count=2))
    assert isinstance(answer, SeriesTaken)
    assert answer.free == (TEN,)
    assert len(await all_bookings(store, ada)) == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (SeriesRequest(rhythm="daily", count=4), "series.rhythm"),
        (SeriesRequest(rhythm="weekly", count=1), "series.count"),
        (SeriesRequest(rhythm="weekly", count=13), "series.count"),
    ],
)
async def test_only_what_is_offered(
    store: Store, availability: Availability, ada: Host, asked: SeriesRequest, field: str
) -> None:
    """Another rhythm, one date, or too many: the field is named."""
    await lesson(store, terms=Series())
    with pytest.raises(CallyError) as refused:
        await ask(store, availability, asked)
    assert refused.value.facts["field"] == field


async def test_an_event_type_without_series_has_none(store: Store, availability: Availability, ada: Host) -> None:
    """It is booked one date at a time."""
    with pytest.raises(CallyError) as refused:
        await ask(store, availability, slug="intro")
    assert refused.value.facts["field"] == "series"


@pytest.mark.rule(49, 68)
async def test_the_same_key_is_the_same_series(store: Store, availability: Availability, ada: Host) -> None:
    """A retry books nothing; for another count, or a single booking, the key is refused."""
    await lesson(store)
    first, again = await ask(store, availability, key="k"), await ask(store, availability, key="k")
    assert isinstance(first, SeriesBooked)
    assert isinstance(again, SeriesBooked)
    assert (again.created, again.series.uid, again.bookings) == (False, first.series.uid, first.bookings)
    with pytest.raises(CallyError, match="idempotency key"):
        await ask(store, availability, msgspec.structs.replace(FOUR, count=5), key="k")
    with pytest.raises(CallyError, match="idempotency key"):
        await book(store, availability, request(), now=NOW, actor=AS_CLEO, idempotency_key="k")


@pytest.mark.rule(43, 68)
async def test_each_date_sees_those_before_it(store: Store, availability: Availability, ada: Host) -> None:
    """Two a week are allowed, so the third day of a daily series is refused, in the preview as at the confirm."""
    await lesson(store, rules=EventTypeRules(duration_minutes=30, caps=(Cap(per="week", bookings=2),)))
    daily = SeriesRequest(rhythm="daily", count=4)
    found = await offer(store.reader, "ada", "lesson")
    seen = await preview_series(store.reader, found, daily, TEN, minutes=30, now=NOW)
    assert [date.refusal.code if date.refusal else None for date in seen.dates] == [None, None, *["cap_reached"] * 2]
    answer = await ask(store, availability, daily)
    assert isinstance(answer, SeriesTaken)
    assert answer.free == seen.free


@pytest.mark.rule(40, 42, 68)
async def test_the_horizon_holds_for_each_date(store: Store, availability: Availability, ada: Host) -> None:
    """What lies beyond it is refused as any booking there would be."""
    rules = EventTypeRules(duration_minutes=30, horizon=Horizon(kind="rolling", days=30))
    await lesson(store, rules=rules)
    answer = await ask(store, availability)
    assert isinstance(answer, SeriesTaken)
    assert [clash.refusal.code for clash in answer.clashes] == ["too_far"]


@pytest.mark.rule(52, 68)
async def test_a_preview_changes_nothing(store: Store, availability: Availability, ada: Host) -> None:
    """The dates with what is free; a time the clocks leap over is said; nothing is claimed."""
    await lesson(store, terms=SKIPPING)
    await book(store, availability, cast.request(TEN + WEEK), now=NOW, actor=AS_CLEO)
    before = await occupancy.revision(store.reader, ada.id)
    found = await offer(store.reader, "ada", "lesson")
    seen = await preview_series(store.reader, found, FOUR, TEN, minutes=30, now=NOW)
    assert [date.refusal is None for date in seen.dates] == [True, False, True, True]
    assert seen.can_be_booked
    assert await occupancy.revision(store.reader, ada.id) == before


@pytest.mark.rule(50, 68)
async def test_a_hold_on_the_first_date_is_used_up(store: Store, availability: Availability, ada: Host) -> None:
    """The guest's own hold does not stand in their way, and is gone afterwards."""
    await lesson(store)
    held = await hold(store, availability, host="ada", event_type="lesson", starts_at=TEN, now=NOW)
    assert isinstance(held, Hold)
    await booked(store, availability, hold=held.uid)
    assert await occupancy.hold_by_uid(store.reader, held.uid) is None


@pytest.mark.rule(47, 48, 68)
async def test_two_series_at_once_and_one_wins_wholly(store: Store, availability: Availability, ada: Host) -> None:
    """Twenty guests want overlapping series: one has all its dates, nobody has some."""
    await lesson(store)
    asked = [request(TEN + (number % 3) * WEEK) for number in range(20)]
    answers = await asyncio.gather(
        *(book_series(store, availability, one, FOUR, now=NOW, actor=AS_CLEO) for one in asked)
    )
    won = [answer for answer in answers if isinstance(answer, SeriesBooked)]
    kept = await all_bookings(store, ada)
    assert await occupancy.list_overlaps(store.reader) == []
    assert len(kept) == 4 * len(won)
    assert all(len(answer.bookings) == 4 for answer in won)
    assert len(won) == 1


@pytest.mark.rule(61, 68)
async def test_a_team_gives_the_whole_series_to_one_host(store: Store, availability: Availability) -> None:
    """Ben, the only one who has every date, gets all of them; each counts towards his turns."""
    ada, ben = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    rules = EventTypeRules(duration_minutes=30, assignment="round_robin")
    made = await cleo.repeating(store, await cast.team_event_type(store, (ada, ben), rules), Series())
    await cast.event_type(store, await cast.schedule(store, ada))
    await book(store, availability, cast.request(TEN + 2 * WEEK), now=NOW, actor=AS_CLEO)
    wanted = cast.request(TEN, host="team:support")
    answer = await book_series(store, availability, wanted, FOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(answer, SeriesBooked)
    assert {one.host_id for one in answer.bookings} == {ben.id}
    counts = {share.host_id: share.assigned for share in await teams.assignable(store.reader, made.id)}
    assert counts == {ada.id: 0, ben.id: 4}


@pytest.mark.rule(61, 68)
async def test_where_nobody_has_every_date_the_turn_decides(store: Store, availability: Availability) -> None:
    """Both miss one date: the series is had all the same, with the one who has most of it wherever they can."""
    ada, ben = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    rules = EventTypeRules(duration_minutes=30, assignment="round_robin")
    await cleo.repeating(store, await cast.team_event_type(store, (ada, ben), rules), Series())
    for owner, week in ((ada, 1), (ben, 2)):
        await cast.event_type(store, await cast.schedule(store, owner))
        taken = cast.request(TEN + week * WEEK, host=owner.slug)
        assert isinstance(await book(store, availability, taken, now=NOW, actor=AS_CLEO), Booked)
    answer = await book_series(
        store, availability, cast.request(TEN, host="team:support"), FOUR, now=NOW, actor=AS_CLEO
    )
    assert isinstance(answer, SeriesBooked)
    hosts = [one.host_id for one in answer.bookings]
    assert (hosts[1], hosts[2]) == (ben.id, ada.id)


@pytest.mark.rule(46, 68)
async def test_a_series_counts_towards_what_a_guest_may_have(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Three ahead are allowed, so a series of four is refused as a whole, and one of three is had."""
    made = await lesson(store)
    bound = msgspec.structs.replace(made.options, active_per_guest=3)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(made, options=bound), now=NOW)
    with pytest.raises(CallyError) as refused:
        await ask(store, availability)
    assert refused.value.code == "guest_limit"
    assert await all_bookings(store, ada) == []
    assert isinstance(await ask(store, availability, msgspec.structs.replace(FOUR, count=3)), SeriesBooked)


@pytest.mark.rule(37, 68)
async def test_a_series_is_known_when_a_calendar_echoes_it(store: Store, availability: Availability, ada: Host) -> None:
    """Its name in calendars is recognised as this host's, and as nobody else's."""
    await lesson(store)
    made = await booked(store, availability)
    mallory = await cast.host(store, "Mallory")
    assert await calendars.is_booking_of(store.reader, made.series.uid, ada.id)
    assert not await calendars.is_booking_of(store.reader, made.series.uid, mallory.id)


@pytest.mark.rule(68)
async def test_only_what_was_shown_is_left_out(store: Store, availability: Availability, ada: Host) -> None:
    """A date that was taken after the guest had looked refuses the series, once more to be looked at."""
    await lesson(store, terms=SKIPPING)
    await book(store, availability, cast.request(TEN + WEEK), now=NOW, actor=AS_CLEO)
    await book(store, availability, cast.request(TEN + 2 * WEEK), now=NOW, actor=AS_CLEO)
    seen = msgspec.structs.replace(FOUR, may_skip=(TEN + WEEK,))
    assert isinstance(await ask(store, availability, seen), SeriesTaken)
    seen = msgspec.structs.replace(FOUR, may_skip=(TEN + WEEK, TEN + 2 * WEEK))
    assert isinstance(await ask(store, availability, seen), SeriesBooked)


async def test_a_shorter_gap_than_the_step_is_no_fault(store: Store, availability: Availability, ada: Host) -> None:
    """A start off the grid is refused on every date."""
    await lesson(store)
    answer = await book_series(store, availability, request(TEN + HOUR // 7), FOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(answer, SeriesTaken)
    assert len(answer.clashes) == 4
