"""Dynamic links: hosts named together are met together, by everybody's own hours, and nobody is told on (rule 67)."""

import asyncio

import msgspec
import pytest

from cally.accounts import disable_account
from cally.bookings import Availability, book, cancel, hold, is_there, offer, offer_of, reschedule
from cally.errors import CallyError
from cally.hosts import list_event_types, update_host
from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Hold, Taken
from cally.model.hosts import Host
from cally.model.rules import DAYS, Cap, EventTypeRules, Interval, ScheduleRules, WeeklyHours, Window
from cally.store import Store, bookings, event_types, occupancy, schedules
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW, at

CLI = Actor(kind="cli")
DAY_OF_TUESDAY = (at("2026-09-22 00:00"), at("2026-09-23 00:00"))
TWO = at("2026-09-22 14:00")  # 16:00 in Berlin, 10:00 in New York
NINE_TO_FIVE = Window(from_minute=9 * 60, to_minute=17 * 60)


@pytest.fixture
async def ada(store: Store) -> Host:
    """Ada works nine to five in Berlin."""
    made = await cast.host(store, "Ada Lovelace")
    await cast.schedule(store, made)
    return made


@pytest.fixture
async def ben(store: Store) -> Host:
    """Ben works nine to five in New York."""
    made = await cast.host(store, "Ben Okri", tz="America/New_York")
    hours = (WeeklyHours(days=DAYS[:5], hours=NINE_TO_FIVE),)
    await cast.schedule(store, made, ScheduleRules(tz="America/New_York", weekly=hours))
    return made


def wish(starts_at: int, **changes: object) -> BookingRequest:
    """Cleo asks both for half an hour."""
    return msgspec.structs.replace(cast.request(starts_at, host="ada+ben", event_type="meeting"), **changes)


async def ask(store: Store, starts_at: int, **changes: object) -> Booked | Taken:
    return await book(store, Availability(store), wish(starts_at, **changes), now=NOW, actor=AS_CLEO)


async def free(store: Store, owner: str = "ada+ben", window: Interval = DAY_OF_TUESDAY) -> list[str]:
    """The clock times (UTC) at which they are free together for an hour."""
    found = await offer(store.reader, owner, "meeting")
    slots = await Availability(store).slots(found, now=NOW, from_at=window[0], to_at=window[1], duration_minutes=60)
    return [f"{slot.starts_at % DAY // HOUR:02}:{slot.starts_at % HOUR // 60:02}" for slot in slots]


@pytest.mark.rule(67)
async def test_everybody_is_asked_by_their_own_clock(store: Store, ada: Host, ben: Host):
    """Nine to five in Berlin and in New York meet for two hours: 13:00 to 15:00 in UTC, on quarters of the hour."""
    assert await free(store) == ["13:00", "13:15", "13:30", "13:45", "14:00"]


@pytest.mark.rule(67)
async def test_the_order_of_names_and_repeating_them_mean_nothing(store: Store, ada: Host, ben: Host):
    """One link, one address: names in order, each once."""
    for owner in ("ben+ada", "ada+ben+ada", "ada++ben"):
        found = await offer(store.reader, owner, "meeting")
        assert (found.owner, found.path, found.name) == ("ada+ben", "/ada+ben", "Ada Lovelace and Ben Okri")


@pytest.mark.rule(39, 67)
async def test_whoever_cannot_be_named_makes_the_whole_link_nothing(store: Store, ada: Host, ben: Host):
    """Opted out, disabled, without hours, unknown: always the same answer, which names nobody."""
    answers = [await refused(store, "ada+nobody"), await refused(store, "ada"), await refused(store, "ada+")]
    idle = await cast.host(store, "Ida Rhodes")
    answers.append(await refused(store, f"ada+{idle.slug}"))
    await update_host(store, ben.id, dynamic_links=False, now=NOW, actor=CLI)
    answers.append(await refused(store, "ada+ben"))
    await update_host(store, ben.id, dynamic_links=True, now=NOW, actor=CLI)
    await disable_account(store, ben.id, now=NOW, actor=CLI)
    answers.append(await refused(store, "ada+ben"))
    assert set(answers) == {("not_found", "There is no such event type.")}


async def refused(store: Store, owner: str) -> tuple[str, str]:
    with pytest.raises(CallyError) as caught:
        await offer(store.reader, owner, "meeting")
    return caught.value.code, caught.value.sentence


async def test_at_most_ten_are_named(store: Store, ada: Host):
    """An address is no way to make the server look for thousands."""
    for number in range(10):
        await cast.schedule(store, await cast.host(store, f"H{number} Host"))
    slugs = [f"h{number}" for number in range(10)]
    assert len((await offer(store.reader, "+".join(slugs), "meeting")).participants) == 10
    assert (await refused(store, "+".join(["ada", *slugs])))[0] == "not_found"


@pytest.mark.rule(67)
async def test_opting_out_is_noticed_at_once(store: Store, ada: Host, ben: Host):
    """What was remembered of the link is there no more; a new slug is another host's."""
    found = await offer(store.reader, "ada+ben", "meeting")
    assert await is_there(store.reader, found)
    await update_host(store, ben.id, dynamic_links=False, now=NOW, actor=CLI)
    assert not await is_there(store.reader, found)
    await update_host(store, ben.id, dynamic_links=True, slug="benno", now=NOW, actor=CLI)
    assert not await is_there(store.reader, found)


@pytest.mark.rule(47, 64)
async def test_it_takes_everybodys_time_once(store: Store, ada: Host, ben: Host):
    """Of three guests at once one is booked; both hosts are taken, and free again when it is cancelled."""
    answers = await asyncio.gather(*(ask(store, TWO) for _ in range(3)))
    (made,) = [answer.booking for answer in answers if isinstance(answer, Booked)]
    assert made.hosts == (ada.id, ben.id)
    assert made.terms.title == "Meeting"
    for host in (ada, ben):
        claims = await occupancy.list_between(store.reader, host.id, TWO, TWO + HOUR)
        assert [claim.uid for claim in claims] == [made.uid]
    await cancel(store, made.uid, reason="", now=NOW, actor=AS_CLEO)
    assert "14:00" in await free(store)


@pytest.mark.rule(29, 67)
async def test_buffers_of_what_is_booked_count(store: Store, ada: Host, ben: Host):
    """Ben needs a quarter of an hour after his own meeting; the link has no buffers, and keeps his."""
    (hours,) = await schedules.list_of(store.reader, ben.id)
    rules = EventTypeRules(duration_minutes=30, buffer_after_minutes=15)
    await cast.event_type(store, hours, "own", rules=rules)
    request = cast.request(at("2026-09-22 13:00"), host="ben", event_type="own")
    cast.booked(await book(store, Availability(store), request, now=NOW, actor=AS_CLEO))
    assert await free(store) == ["13:45", "14:00"]


@pytest.mark.rule(45, 67)
async def test_everybodys_own_caps_count(store: Store, ada: Host, ben: Host):
    """Ada takes one booking a day; the second guest of the link has to come another day."""
    await update_host(store, ada.id, caps=(Cap(per="day", bookings=1),), now=NOW, actor=CLI)
    cast.booked(await ask(store, TWO))
    assert await free(store) == []
    assert isinstance(await ask(store, TWO - HOUR), Taken)


async def test_three_hosts_are_another_link(store: Store, ada: Host, ben: Host):
    """What is remembered of two is not told of three, though the same row of the store stands for both."""
    idle = await cast.host(store, "Eve Host")
    short = ScheduleRules(tz="UTC", weekly=(WeeklyHours(days=DAYS[:5], hours=Window(from_minute=840, to_minute=900)),))
    await cast.schedule(store, idle, short)
    availability = Availability(store)
    found = {owner: await offer(store.reader, owner, "meeting") for owner in ("ada+ben", "ada+ben+eve")}
    slots = [
        len(await availability.slots(one, now=NOW, from_at=DAY_OF_TUESDAY[0], to_at=DAY_OF_TUESDAY[1]))
        for one in (found["ada+ben"], found["ada+ben+eve"], found["ada+ben"])
    ]
    assert slots == [7, 3, 7]


@pytest.mark.rule(55)
async def test_it_moves_with_its_own_hosts_even_if_one_opts_out_later(store: Store, ada: Host, ben: Host):
    """What is agreed stands; it moves to where both are free, and nowhere else."""
    made = cast.booked(await ask(store, TWO))
    await update_host(store, ben.id, dynamic_links=False, now=NOW, actor=CLI)
    found = await offer_of(store.reader, made)
    assert [one.host.id for one in found.participants] == [ada.id, ben.id]
    availability = Availability(store)
    moved = await reschedule(store, availability, made.uid, TWO - HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert (moved.uid, moved.hosts) == (made.uid, made.hosts)
    refused = await reschedule(store, availability, made.uid, at("2026-09-22 09:00"), now=NOW, actor=AS_CLEO)
    assert isinstance(refused, Taken)
    assert at("2026-09-22 13:15") in refused.alternatives


@pytest.mark.rule(50)
async def test_a_hold_keeps_both_and_its_holder_books_within_it(store: Store, ada: Host, ben: Host):
    """Somebody else is told no meanwhile, by either host's own link as well."""
    availability = Availability(store)
    held = await hold(store, availability, host="ben+ada", event_type="meeting", starts_at=TWO, now=NOW)
    assert isinstance(held, Hold)
    assert isinstance(await ask(store, TWO), Taken)
    answer = await ask(store, TWO, hold=held.uid)
    assert cast.booked(answer).hosts == (ada.id, ben.id)


@pytest.mark.parametrize("minutes", [15, 30, 45, 60])
async def test_a_guest_chooses_the_length(store: Store, ada: Host, ben: Host, minutes: int):
    """A quarter of an hour to an hour, and nothing else."""
    made = cast.booked(await ask(store, TWO, duration_minutes=minutes))
    assert made.ends_at - made.starts_at == minutes * 60
    with pytest.raises(CallyError, match="15, 45, 60 minutes, not 20"):
        await ask(store, TWO, duration_minutes=20)


async def test_its_row_is_shown_in_no_list_and_at_no_address(store: Store, ada: Host, ben: Host):
    """One row for all bookings of a first host's links; neither the host nor a guest ever meets it."""
    first, second = cast.booked(await ask(store, TWO)), cast.booked(await ask(store, TWO - HOUR))
    assert first.event_type_id == second.event_type_id
    assert await list_event_types(store.reader, ada.id) == []
    assert await event_types.by_slug(store.reader, ada.id, "+") is None
    assert await bookings.by_uid(store.reader, first.uid) == first
