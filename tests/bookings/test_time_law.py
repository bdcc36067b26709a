"""A country changes its clocks: bookings keep what their event type says, nothing is lost, and both sides are told."""

from pathlib import Path

import msgspec
import pytest

from cally.bookings import Availability, cancel, reschedule, time_law
from cally.bookings.clock_choices import Affected, follow_recommendations, keep_clock, list_affected, zones_affected
from cally.bookings.time_law import law_in_use, time_law_counts, watch_time_law
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Guest, Taken
from cally.model.hosts import Host
from cally.model.messages import Message
from cally.notify.rendering import mail_words, reader_of
from cally.store import Store, bookings, event_types, hosts, messages, occupancy
from tests import cast
from tests.bookings.laws import (
    ALMATY,
    CLEO_THERE,
    TEN,
    TEN_BY_NEW_LAW,
    Laws,
    ada,
    booked,
    keeping,
    laws,
)
from tests.cast import CLEO, DAY, HOUR, NOW, at
from tests.zone_files import ZoneFiles

__all__ = ["ada", "laws"]
AS_ADA = Actor(kind="host", account_id=1)
LATER = NOW + HOUR


async def now_of(store: Store, booking: Booking) -> Booking:
    found = await bookings.by_uid(store.reader, booking.uid)
    assert found is not None
    return found


async def news_of(store: Store, booking: Booking) -> list[Message]:
    return [one for one in await messages.list_of(store.reader, booking.id) if one.kind == "clock_changed"]


async def law_changes(store: Store, laws: Laws, *, now: int = LATER) -> None:
    """Cally was watching by the old law, was started anew with the new one, and watches."""
    with laws.old.in_use():
        await watch_time_law(store, NOW)
    with laws.new.in_use():
        await watch_time_law(store, now)


async def only_affected(store: Store, laws: Laws, host: Host, *, now: int = LATER) -> Affected:
    with laws.new.in_use():
        (found,) = await list_affected(store.reader, host.id, now=now)
    return found


@pytest.mark.rule(9)
async def test_a_visit_is_recommended_to_keep_its_clock_time(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """Nothing moves before Ada decides or a week has passed; she sees what each choice means."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    found = await only_affected(store, laws, ada)
    assert (found.recommended, found.clock_at, found.new_local) == ("wall_time", TEN_BY_NEW_LAW, "2026-11-17T09:00")
    assert found.refused is None
    assert await now_of(store, visit) == visit


@pytest.mark.rule(9)
async def test_one_click_keeps_ten_oclock_and_tells_both(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """Same clock time, new instant, next sequence; guest and host have a message; the old time is free."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    with laws.new.in_use():
        moved = await keep_clock(store, availability, visit.uid, keep="wall_time", now=LATER, actor=AS_ADA)
        again = await keep_clock(store, availability, visit.uid, keep="wall_time", now=LATER, actor=AS_ADA)
        assert await list_affected(store.reader, ada.id, now=LATER) == []
    assert isinstance(moved, Booking)
    assert (moved.starts_at, moved.starts_local, moved.sequence) == (TEN_BY_NEW_LAW, visit.starts_local, 1)
    assert (moved.ends_at - moved.starts_at, moved.tzdata_version, again) == (1_800, "2024b", moved)
    assert {one.recipient for one in await news_of(store, visit)} == {"guest", "host"}
    claims = await occupancy.list_between(store.reader, ada.id, TEN - HOUR, TEN + 2 * HOUR)
    assert [claim.starts_at for claim in claims] == [TEN_BY_NEW_LAW]


@pytest.mark.rule(9)
async def test_a_call_keeps_its_instant_and_both_are_told_what_the_clock_shows(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """Online nothing moves; the clock reads an hour earlier."""
    with laws.old.in_use():
        call = await booked(store, availability, "call")
    await law_changes(store, laws)
    with laws.new.in_use():
        assert await follow_recommendations(store, ada.id, now=LATER, actor=AS_ADA) == (1, 0)
    kept = await now_of(store, call)
    assert (kept.starts_at, kept.starts_local, kept.sequence) == (TEN, "2026-11-17T09:00", 1)
    assert len(await news_of(store, call)) == 2


@pytest.mark.rule(9)
@pytest.mark.parametrize(("slug", "keeps"), [("visit", "instant"), ("call", "wall_time")])
async def test_the_event_type_has_the_last_word(
    store: Store, availability: Availability, ada: Host, laws: Laws, slug: str, keeps: str
):
    """What it says it keeps beats what its place suggests."""
    with laws.old.in_use():
        await booked(store, availability, slug)
    await keeping(store, ada, slug, keeps)  # type: ignore[arg-type] # one of the two, by the table above
    await law_changes(store, laws)
    assert (await only_affected(store, laws, ada)).recommended == keeps


@pytest.mark.rule(9)
async def test_what_new_rules_do_not_touch_is_left_alone(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """A new release with the same clocks: the version is written up, nobody hears a word."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    laws.new.zone(ALMATY, "<+06>-6")
    await law_changes(store, laws)
    assert await now_of(store, visit) == msgspec.structs.replace(visit, tzdata_version="2024b")
    assert await news_of(store, visit) == []


@pytest.mark.rule(9)
async def test_a_guest_whose_own_clock_alone_changes_is_told_at_once(
    store: Store, availability: Availability, laws: Laws
):
    """Ben hosts from Berlin and nothing moves, but what Cleo was told in Almaty is no longer true."""
    with laws.old.in_use():
        await cast.event_type(store, await cast.schedule(store, await cast.host(store, "Ada Byron")), "visit")
        visit = await booked(store, availability, "visit", at("2026-11-17 09:00"))
    await law_changes(store, laws)
    kept = await now_of(store, visit)
    (guest_news,) = [one for one in await news_of(store, visit) if one.recipient == "guest"]
    assert (kept.starts_at, kept.starts_local, kept.sequence) == (visit.starts_at, visit.starts_local, 1)
    assert guest_news.snapshot.clock is not None
    assert guest_news.snapshot.clock.told[ALMATY] == "2026-11-17T15:00"
    with laws.new.in_use():
        words = mail_words(
            guest_news.snapshot,
            "clock_changed",
            reader_of(guest_news.snapshot, "guest", guest_news.address),
            public_url="https://cally.test",
            link="https://cally.test/b/x",
        )
    assert "is now at Tue, Nov 17, 2:00" in words.text
    assert "Was: Tue, Nov 17, 3:00" in words.text


@pytest.mark.rule(9)
async def test_a_full_morning_moves_as_one(store: Store, availability: Availability, ada: Host, laws: Laws):
    """Each takes the place that its neighbour leaves, in whatever order they were booked."""
    with laws.old.in_use():
        morning = [await booked(store, availability, "visit", TEN + step * 1_800) for step in (2, 0, 3, 1)]
    await law_changes(store, laws)
    with laws.new.in_use():
        assert all(one.refused is None for one in await list_affected(store.reader, ada.id, now=LATER))
        assert await follow_recommendations(store, ada.id, now=LATER, actor=AS_ADA) == (4, 0)
    assert [(await now_of(store, one)).starts_at - one.starts_at for one in morning] == [HOUR] * 4


@pytest.mark.rule(9)
async def test_a_clash_is_shown_and_changes_nothing(store: Store, availability: Availability, ada: Host, laws: Laws):
    """Somebody booked the new instant after the change: Ada is told why, and the visit stays until she decides."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    with laws.new.in_use():
        other = await booked(store, availability, "call", TEN_BY_NEW_LAW)
        (found,) = await list_affected(store.reader, ada.id, now=LATER)
        answer = await keep_clock(store, availability, visit.uid, keep="wall_time", now=LATER, actor=AS_ADA)
        assert await follow_recommendations(store, ada.id, now=LATER, actor=AS_ADA) == (0, 1)
    assert found.refused is not None
    assert isinstance(answer, Taken)
    assert found.refused.code == answer.refusal.code == "booked"
    assert [await now_of(store, one) for one in (visit, other)] == [visit, other]


@pytest.mark.rule(9)
async def test_without_a_click_the_recommended_happens_after_a_week(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """Not a minute earlier."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    with laws.new.in_use():
        await watch_time_law(store, LATER + 7 * DAY - 1)
        assert (await now_of(store, visit)).starts_at == TEN
        await watch_time_law(store, LATER + 7 * DAY)
    assert (await now_of(store, visit)).starts_at == TEN_BY_NEW_LAW


@pytest.mark.rule(9)
@pytest.mark.parametrize(("ahead", "waits"), [(60 * DAY, 7 * DAY), (17 * DAY, 3 * DAY), (10 * DAY, DAY), (DAY, 0)])
async def test_the_nearer_the_meeting_the_sooner_it_is_settled(
    store: Store, availability: Availability, ada: Host, laws: Laws, ahead: int, waits: int
):
    """A week to decide, two weeks ahead at the latest, a day at least, and none when it is the day after tomorrow."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    found_at = TEN - ahead
    await law_changes(store, laws, now=found_at)
    with laws.new.in_use():
        waiting = [one.settled_at for one in await list_affected(store.reader, ada.id, now=found_at)]
    assert waiting == ([found_at + waits] if waits else [])
    assert (await now_of(store, visit)).starts_at == (TEN if waits else TEN_BY_NEW_LAW)


@pytest.mark.rule(9)
async def test_a_clock_time_that_cannot_be_had_gives_way_a_day_before(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """The clash was never solved: the instant stays, and both know what their clocks will show."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    with laws.new.in_use():
        await booked(store, availability, "call", TEN_BY_NEW_LAW)
        await watch_time_law(store, TEN - 2 * DAY)
        assert await now_of(store, visit) == visit
        await watch_time_law(store, TEN - DAY)
    assert (await now_of(store, visit)).starts_local == "2026-11-17T09:00"
    assert len(await news_of(store, visit)) == 2


@pytest.mark.rule(9)
async def test_a_watch_cut_short_is_taken_up_again_and_tells_nobody_twice(
    store: Store, availability: Availability, ada: Host, laws: Laws, monkeypatch: pytest.MonkeyPatch
):
    """The first batch is done, the process ends, the next one goes on; rules are kept only when all is examined."""
    berlin = msgspec.structs.replace(CLEO_THERE, tz="Europe/Berlin")
    with laws.old.in_use():
        made = [await booked(store, availability, "visit", TEN + step * HOUR, berlin) for step in range(3)]
        await watch_time_law(store, NOW)
    monkeypatch.setattr("cally.bookings.time_law.BATCH", 1)
    looked = 0

    async def cut(*args: object) -> None:
        nonlocal looked
        looked += 1
        if looked == 2:
            raise KeyboardInterrupt
        await look(*args)  # type: ignore[arg-type] # handed on as it came

    look = time_law._look
    with laws.new.in_use():
        monkeypatch.setattr(time_law, "_look", cut)
        with pytest.raises(KeyboardInterrupt):
            await watch_time_law(store, LATER)
        law = await law_in_use(store.reader)
        assert law is not None
        assert not law.is_examined
        monkeypatch.setattr(time_law, "_look", look)
        await watch_time_law(store, LATER + 60)
        await watch_time_law(store, LATER + 120)
        found = await list_affected(store.reader, ada.id, now=LATER)
        assert [one.booking.uid for one in found] == [one.uid for one in made]
        assert (await time_law_counts(store.reader, "2024b")).affected == 3


@pytest.mark.rule(9)
async def test_a_law_that_is_taken_back_leaves_everything_as_it_was(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """Lebanon in 2023: the next release says the old thing again, and nothing waits for a decision."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    with laws.old.in_use():
        await watch_time_law(store, LATER + DAY)
        assert await list_affected(store.reader, ada.id, now=LATER + DAY) == []
        await watch_time_law(store, LATER + 30 * DAY)
    assert await now_of(store, visit) == visit
    assert (await time_law_counts(store.reader, "2024b")).over == 1


@pytest.mark.rule(9)
async def test_who_moves_or_cancels_it_by_hand_has_decided(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """Such a booking is no longer listed, and cannot be decided on."""
    with laws.old.in_use():
        one, two = await booked(store, availability, "visit"), await booked(store, availability, "visit", TEN + HOUR)
    await law_changes(store, laws)
    with laws.new.in_use():
        await reschedule(store, availability, one.uid, TEN + DAY, now=LATER, actor=AS_ADA)
        await cancel(store, two.uid, reason="", now=LATER, actor=AS_ADA)
        assert await zones_affected(store.reader, ada.id, now=LATER) == (0, ())
        with pytest.raises(CallyError, match="No new clock rules"):
            await keep_clock(store, availability, one.uid, keep="wall_time", now=LATER, actor=AS_ADA)
        await watch_time_law(store, LATER)
    assert (await time_law_counts(store.reader, "2024b")).over == 2


@pytest.mark.rule(9)
async def test_the_seats_of_a_session_go_together(store: Store, availability: Availability, ada: Host, laws: Laws):
    """Two hours long, an hour on: no seat stands in another one's way, and none is left behind."""
    ben = Guest(name="Ben", email="ben@example.org", tz=ALMATY)
    with laws.old.in_use():
        seats = [await booked(store, availability, "class", guest=guest) for guest in (CLEO_THERE, ben)]
    await law_changes(store, laws)
    with laws.new.in_use():
        await keep_clock(store, availability, seats[0].uid, keep="wall_time", now=LATER, actor=AS_ADA)
        assert await list_affected(store.reader, ada.id, now=LATER) == []
    assert [(await now_of(store, seat)).starts_at for seat in seats] == [TEN_BY_NEW_LAW] * 2
    claims = await occupancy.list_between(store.reader, ada.id, TEN, TEN + DAY)
    assert [(claim.starts_at, claim.uid) for claim in claims] == [(TEN_BY_NEW_LAW, seat.uid) for seat in seats]


@pytest.mark.rule(9)
async def test_a_session_that_has_grown_goes_together(store: Store, availability: Availability, ada: Host, laws: Laws):
    """All who sit in it booked while it had two seats; it has three now, and they move as one."""
    known = await event_types.by_slug(store.reader, ada.id, "class")
    assert known is not None
    small = msgspec.structs.replace(known, rules=msgspec.structs.replace(known.rules, seats=2))
    async with store.write() as tx:
        await event_types.update(tx, small, now=NOW)
    with laws.old.in_use():
        seats = [await booked(store, availability, "class", TEN + number * 2 * HOUR) for number in range(3)]
        async with store.write() as tx:
            await event_types.update(tx, known, now=NOW)
        for seat in seats[1:]:
            assert isinstance(await reschedule(store, availability, seat.uid, TEN, now=NOW, actor=AS_ADA), Booking)
    await law_changes(store, laws)
    with laws.new.in_use():
        await keep_clock(store, availability, seats[0].uid, keep="wall_time", now=LATER, actor=AS_ADA)
    assert [(await now_of(store, seat)).starts_at for seat in seats] == [TEN_BY_NEW_LAW] * 3


@pytest.mark.rule(9)
async def test_a_clock_time_that_is_leapt_over_keeps_its_instant(
    store: Store, availability: Availability, ada: Host, laws: Laws
):
    """The new law skips the very hour: there is nothing to keep but the instant, and no way to ask for it."""
    laws.new.zone(ALMATY, "<+06>-6<+07>-7,M11.3.2/10,M12.5.0/0")  # 17 November at 10:00 becomes 11:00
    with laws.old.in_use():
        visit = await booked(store, availability, "visit", TEN)
    await law_changes(store, laws)
    found = await only_affected(store, laws, ada)
    assert (found.is_skipped, found.recommended, found.new_local) == (True, "instant", "2026-11-17T11:00")
    with laws.new.in_use(), pytest.raises(CallyError, match="leaps over"):
        await keep_clock(store, availability, visit.uid, keep="wall_time", now=LATER, actor=AS_ADA)


@pytest.mark.rule(9)
async def test_a_request_is_told_without_an_invitation(store: Store, availability: Availability, ada: Host, laws: Laws):
    """It waits for Ada's answer as before, at its clock time."""
    known = await event_types.by_slug(store.reader, ada.id, "visit")
    assert known is not None
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(known, approval=True), now=NOW)
    with laws.old.in_use():
        visit = await booked(store, availability, "visit")
    await law_changes(store, laws)
    with laws.new.in_use():
        moved = await keep_clock(store, availability, visit.uid, keep="wall_time", now=LATER, actor=AS_ADA)
    assert isinstance(moved, Booking)
    assert (moved.status, moved.starts_at) == ("pending", TEN_BY_NEW_LAW)


@pytest.mark.rule(13)
async def test_a_host_who_moves_house_moves_no_booking(store: Store, availability: Availability, ada: Host, laws: Laws):
    """Ada lives in New York now: her bookings keep their instants, and no law has changed."""
    with laws.old.in_use():
        visit = await booked(store, availability, "visit", guest=CLEO)
        async with store.write() as tx:
            await hosts.update(tx, msgspec.structs.replace(ada, tz="America/New_York"))
        await watch_time_law(store, LATER)
        await watch_time_law(store, LATER + 8 * DAY)
        assert await list_affected(store.reader, ada.id, now=LATER) == []
    assert await now_of(store, visit) == visit


@pytest.mark.rule(9)
async def test_a_second_change_before_anybody_decided_keeps_what_was_told_first(
    store: Store, availability: Availability, ada: Host, laws: Laws, tmp_path: Path
):
    """Cleo was told ten in Qostanay, and nothing since; the week to decide does not begin anew either."""
    third = ZoneFiles(tmp_path / "third", "2024c")
    for files, rule in ((laws.old, "<+06>-6"), (laws.new, "<+05>-5"), (third, "<+04>-4")):
        files.zone("Asia/Qostanay", rule)
        files.zone(ALMATY, rule)
    with laws.old.in_use():
        await booked(store, availability, "visit", guest=msgspec.structs.replace(CLEO, tz="Asia/Qostanay"))
    await law_changes(store, laws)
    with third.in_use():
        await watch_time_law(store, LATER + DAY)
        (found,) = await list_affected(store.reader, ada.id, now=LATER + DAY)
    assert found.told == {ALMATY: "2026-11-17T10:00", "Asia/Qostanay": "2026-11-17T10:00"}
    assert (found.clock_at, found.settled_at) == (TEN + 2 * HOUR, LATER + 7 * DAY)
