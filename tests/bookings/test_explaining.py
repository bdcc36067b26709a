"""Why a time is offered or not: the truth of the confirm, with the facts behind it, told to whose time it is (M2)."""

from datetime import date
from typing import Any

import msgspec
import pytest

from cally.bookings import (
    Availability,
    Explanation,
    Offer,
    Party,
    book,
    explain,
    explained_to,
    hold,
    lasting,
    list_explained,
    offer,
)
from cally.bookings.judging import refusal
from cally.errors import CallyError
from cally.model.bookings import Hold
from cally.model.calendars import BusyTime, Calendar
from cally.model.hosts import Host
from cally.model.ids import new_id
from cally.model.rules import Cap, EventTypeRules, Horizon, Override, ScheduleRules, Travel, Window
from cally.model.teams import NeededResource, TeamMember
from cally.model.time_off import PublicHoliday, PublicHolidays
from cally.store import Store, calendars, public_holidays, resources, schedules, teams
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, WORKING_WEEK, at

TEN = at("2026-09-22 08:00")  # Tuesday, 10:00 in Berlin
RULES = EventTypeRules(duration_minutes=30)
COLLECTIVE = EventTypeRules(duration_minutes=30, assignment="collective")
ROUND_ROBIN = EventTypeRules(duration_minutes=30, assignment="round_robin")


async def why(store: Store, told: Host, starts_at: int, *, slug: str = "intro", owner: str = "ada") -> Explanation:
    """What a host is told of a start."""
    found = await offer(store.reader, owner, slug)
    minutes = found.event_type.rules.duration_minutes
    return await explain(store.reader, found, starts_at, duration_minutes=minutes, now=NOW, told=told.id)


async def offered(store: Store, host: Host, schedule: ScheduleRules = WORKING_WEEK, **rules: Any) -> str:
    """An event type of the host with these hours and rules; its slug."""
    hours = await cast.schedule(store, host, schedule)
    await cast.event_type(store, hours, "other", rules=msgspec.structs.replace(RULES, **rules))
    return "other"


async def busy(store: Store, host: Host, *stretches: tuple[int, int], name: str = "Work", read_at: int = NOW) -> None:
    """A calendar of the host that holds this busy time."""
    made = Calendar(
        id=new_id(NOW),
        host_id=host.id,
        name=name,
        shown_address="https://cal.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=NOW - DAY,
        next_read_at=NOW,
    )
    async with store.write() as tx:
        await calendars.insert(tx, made, address_sealed=b"sealed")
        await calendars.insert_busy(tx, made, [BusyTime(start, end, "x") for start, end in stretches])
        await calendars.update_read(tx, msgspec.structs.replace(made, last_read_at=read_at))


def only(explanation: Explanation) -> Party:
    """The one host of an explanation."""
    (party,) = explanation.parties
    return party


async def test_what_is_offered_says_who_would_be_booked(store: Store, ada: Host) -> None:
    """No refusal, the host, and the slots around."""
    found = await why(store, ada, TEN)
    assert (found.offered, found.assigned) == (True, ("ada",))
    assert {TEN, TEN + HOUR // 2} <= set(found.slots)


async def test_it_says_what_the_confirm_would_say(store: Store, ada: Host, availability: Availability) -> None:
    """Every quarter of three days, with notice, caps, buffers, busy time and bookings: the same refusal."""
    slug = await offered(
        store,
        ada,
        step_minutes=45,
        notice_minutes=180,
        buffer_after_minutes=10,
        horizon=Horizon(kind="rolling", days=1),
        caps=(Cap(per="day", bookings=2),),
    )
    await busy(store, ada, (TEN + HOUR, TEN + 2 * HOUR))
    for start in (TEN - HOUR // 4, TEN + 3 * HOUR):
        await book(store, availability, cast.request(start, event_type=slug), now=NOW, actor=AS_CLEO)
    found, told = await offer(store.reader, "ada", slug), set()
    for start in range(NOW - HOUR, NOW + 2 * DAY, 900):
        said = (await why(store, ada, start, slug=slug)).refusal
        assert said == await refusal(store.reader, found, start, duration_minutes=30, now=NOW), start
        told.add(said.code if said else "free")
    assert {"past", "too_soon", "too_far", "closed", "off_grid", "busy", "booked", "buffer"} <= told


async def test_a_booking_in_the_way_is_named(store: Store, ada: Host, availability: Availability) -> None:
    """To its host: with guest, title and the name that leads to it."""
    booking = cast.booked(await book(store, availability, cast.request(TEN), now=NOW, actor=AS_CLEO))
    (obstacle,) = only(await why(store, ada, TEN)).obstacles
    assert (obstacle.kind, obstacle.uid, obstacle.guest) == ("booking", booking.uid, "Cleo Çelik")


@pytest.mark.rule(29)
async def test_a_buffer_names_its_booking(store: Store, ada: Host, availability: Availability) -> None:
    """The ten minutes after another event type's meeting."""
    await offered(store, ada, buffer_after_minutes=10)
    wish = cast.request(TEN - HOUR // 2, event_type="other")
    booking = cast.booked(await book(store, availability, wish, now=NOW, actor=AS_CLEO))
    party = only(await why(store, ada, TEN))
    assert party.refusal is not None
    assert party.refusal.code == "buffer"
    assert [one.uid for one in party.obstacles] == [booking.uid]
    assert party.facts.obstacles[0].gap_minutes == 10


async def test_busy_time_names_its_calendars(store: Store, ada: Host) -> None:
    """Two events that touch are one to the engine; each is shown with the calendar it is in."""
    await busy(store, ada, (TEN - HOUR, TEN + 600), name="Work")
    await busy(store, ada, (TEN + 600, TEN + HOUR), name="Home")
    party = only(await why(store, ada, TEN))
    assert [one.calendar for one in party.obstacles] == ["Work", "Home"]
    assert party.refusal is not None
    assert party.refusal.until == TEN + HOUR


@pytest.mark.rule(38)
async def test_a_calendar_that_is_not_read_is_named(store: Store, ada: Host) -> None:
    """Fail closed: nothing is offered, and the host learns because of which calendar."""
    await busy(store, ada, name="Work")
    await busy(store, ada, name="Home", read_at=NOW - 4 * HOUR)
    found = await why(store, ada, TEN)
    assert found.refusal is not None
    assert found.refusal.rule == "calendar_stale"
    assert [one.name for one in only(found).stale] == ["Home"]


async def test_a_hold_says_how_long_it_lasts(store: Store, ada: Host, availability: Availability) -> None:
    """Ten minutes, unless its guest finishes or leaves."""
    held = await hold(store, availability, host="ada", event_type="intro", starts_at=TEN, now=NOW)
    assert isinstance(held, Hold)
    found = await why(store, ada, TEN)
    assert found.refusal is not None
    assert (found.refusal.code, found.refusal.until) == ("held", held.expires_at)
    assert only(found).obstacles[0].expires_at == held.expires_at


async def test_a_public_holiday_is_called_by_its_name(store: Store, ada: Host) -> None:
    """As the host reads it."""
    hours = await cast.schedule(store, ada)
    await cast.event_type(store, hours, "other")
    day = PublicHoliday(on=date(2026, 9, 22), name="Tag", label="Day of Examples")
    kept = PublicHolidays(country="DE", subdivision="", worked=(), days=(day,))
    async with store.write() as tx:
        await public_holidays.put(tx, hours.id, kept, locale="en", last_year=2028)
    party = only(await why(store, ada, TEN, slug="other"))
    assert (party.facts.day_rule.kind if party.facts.day_rule else "", party.holiday) == ("holiday", "Day of Examples")


@pytest.mark.rule(14)
async def test_a_day_spent_away_names_the_clock_that_counts(store: Store, ada: Host) -> None:
    """16:00 in Berlin is 23:00 in Tokyo: closed, by the hours of the day there."""
    away = Travel(from_on=date(2026, 9, 22), to_on=date(2026, 9, 23), tz="Asia/Tokyo")
    slug = await offered(store, ada, msgspec.structs.replace(WORKING_WEEK, travel=(away,)))
    rule = only(await why(store, ada, TEN + 6 * HOUR, slug=slug)).facts.day_rule
    assert rule is not None
    assert (rule.kind, rule.tz, rule.is_travel) == ("weekly", "Asia/Tokyo", True)


@pytest.mark.rule(24)
async def test_an_override_is_told_with_its_hours(store: Store, ada: Host) -> None:
    """They stand instead of the week's."""
    hours = (Window(from_minute=720, to_minute=780),)
    rules = msgspec.structs.replace(WORKING_WEEK, overrides=(Override(on=date(2026, 9, 22), hours=hours),))
    rule = only(await why(store, ada, TEN, slug=await offered(store, ada, rules))).facts.day_rule
    assert rule is not None
    assert (rule.kind, rule.hours) == ("override", hours)


@pytest.mark.rule(64)
async def test_a_team_learns_who_is_free_and_who_is_not(store: Store, ada: Host, availability: Availability) -> None:
    """Of her own time Ada learns all, of Ben's only when it is taken (rule 39)."""
    ben = await cast.host(store, "Ben Okri")
    await cast.team_event_type(store, (ada, ben), COLLECTIVE)
    await cast.event_type(store, await cast.schedule(store, ben), "secret")
    wish = cast.request(TEN, host="ben", event_type="secret")
    await book(store, availability, wish, now=NOW, actor=AS_CLEO)
    found = await why(store, ada, TEN, owner="team:support")
    parties = {party.id: party for party in found.parties}
    assert parties["ada"].refusal is None
    assert parties["ben"] == found.decisive
    (obstacle,) = parties["ben"].obstacles
    assert (obstacle.starts_at, obstacle.uid, obstacle.guest, obstacle.title) == (TEN, "", "", "")
    own = await why(store, ben, TEN, owner="team:support")
    assert own.parties[1].obstacles[0].guest == "Cleo Çelik"


@pytest.mark.rule(39)
async def test_a_colleague_does_not_learn_the_names_of_calendars(store: Store, ada: Host) -> None:
    """Nor which one could not be read."""
    ben = await cast.host(store, "Ben Okri")
    await cast.team_event_type(store, (ada, ben), COLLECTIVE)
    await busy(store, ben, (TEN, TEN + HOUR), name="Doctor")
    await busy(store, ben, name="Divorce", read_at=NOW - 4 * HOUR)
    told = msgspec.json.encode((await why(store, ada, TEN, owner="team:support")).parties)
    assert b"Doctor" not in told
    assert b"Divorce" not in told
    assert b"calendar_stale" in told


@pytest.mark.rule(61)
async def test_a_team_learns_whose_turn_it_is(store: Store, ada: Host, availability: Availability) -> None:
    """Whoever was booked less often is next, and the reason is told."""
    ben = await cast.host(store, "Ben Okri")
    await cast.team_event_type(store, (ada, ben), ROUND_ROBIN)
    wish = cast.request(TEN, host="team:support")
    first = cast.booked(await book(store, availability, wish, now=NOW, actor=AS_CLEO))
    found = await why(store, ada, TEN + HOUR, owner="team:support")
    assert found.assigned == ("ben",) if first.host_id == ada.id else ("ada",)
    assert [decision.decided_by for decision in found.decisions] == ["least_booked"]


@pytest.mark.rule(66)
async def test_a_room_that_is_taken_is_named(store: Store, ada: Host, availability: Availability) -> None:
    """The host is free, the only room is not."""
    ben = await cast.host(store, "Ben Okri")
    room = await cast.room(store, ada, "Blue room")
    for host in (ada, ben):
        made = await cast.event_type(store, await cast.schedule(store, host), "there")
        async with store.write() as tx:
            need = NeededResource(resource_id=room.id, group="", position=0)
            await resources.insert_needed(tx, made.id, need)
    wish = cast.request(TEN, host="ben", event_type="there")
    await book(store, availability, wish, now=NOW, actor=AS_CLEO)
    found = await why(store, ada, TEN, slug="there")
    assert found.decisive is not None
    assert (found.decisive.kind, found.decisive.name) == ("resource", "Blue room")
    assert found.decisive.obstacles[0].uid == ""


@pytest.mark.rule(39)
async def test_only_who_takes_part_is_told(store: Store, ada: Host) -> None:
    """To Mallory the event type does not exist."""
    mallory, found = await cast.host(store, "Mallory"), await offer(store.reader, "ada", "intro")
    assert isinstance(await explained_to(store.reader, found.event_type.id, ada.id), Offer)
    with pytest.raises(CallyError, match="no such event type"):
        await explained_to(store.reader, found.event_type.id, mallory.id)


@pytest.mark.rule(39)
async def test_who_manages_a_team_is_told_of_what_it_offers(store: Store, ada: Host) -> None:
    """Ben manages it and Cem is in it; neither takes part, and only a manager sees how the others stand."""
    ben, cem = await cast.host(store, "Ben Okri"), await cast.host(store, "Cem Kaya")
    shared = await cast.team_event_type(store, (ada,), ROUND_ROBIN)
    async with store.write() as tx:
        for host in (ben, cem):
            member = TeamMember(team_id=shared.owner_id, host_id=host.id, manages=host is ben)
            await teams.insert_member(tx, member, now=NOW)
    assert [one.id for one in await list_explained(store.reader, ben.id)] == [shared.id]
    assert await list_explained(store.reader, cem.id) == []
    with pytest.raises(CallyError, match="no such event type"):
        await explained_to(store.reader, shared.id, cem.id)


@pytest.mark.rule(69)
async def test_a_stay_names_the_booking_and_the_night_in_the_way(
    store: Store, ada: Host, availability: Availability
) -> None:
    """Friday to Sunday is booked; a week later, the second night is not to be had, for Ada is away."""
    await cast.cabin(store, ada)
    found = await offer(store.reader, "ada", "cabin")
    friday = at("2026-10-09 13:00")
    wish = msgspec.structs.replace(cast.request(friday, event_type="cabin"), nights=2)
    booking = cast.booked(await book(store, availability, wish, now=NOW, actor=AS_CLEO))
    for starts_at, code in ((friday + DAY, "booked"), (friday + DAY - HOUR, "off_grid"), (friday + 2 * DAY, None)):
        minutes, _ = lasting(found, starts_at, None, 2)
        told = await explain(store.reader, found, starts_at, duration_minutes=minutes, now=NOW, told=ada.id)
        assert (told.refusal.code if told.refusal else None) == code
        assert [one.uid for one in only(told).obstacles] == ([booking.uid] if code == "booked" else [])
    off = msgspec.structs.replace(found.schedule.rules, time_off=((date(2026, 10, 17), date(2026, 10, 17)),))
    async with store.write() as tx:
        await schedules.update(tx, msgspec.structs.replace(found.schedule, rules=off), now=NOW)
    found = await offer(store.reader, "ada", "cabin")
    told = await explain(store.reader, found, friday + 7 * DAY, duration_minutes=minutes, now=NOW, told=ada.id)
    rule = only(told).facts.day_rule
    assert rule is not None
    assert (rule.kind, rule.on) == ("time_off", date(2026, 10, 17))
