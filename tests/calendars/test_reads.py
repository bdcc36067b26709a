"""Reading calendars from a real web server into a real database, and what happens when that fails."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cally.bookings import Availability, book, offer, reschedule
from cally.calendars import read_due, read_now, remove_calendar
from cally.model.calendars import Calendar
from cally.model.hosts import Host
from cally.store import Store, calendars, occupancy
from cally.vault import Vault
from tests import cast
from tests.calendars.files import DATA, calendar, event
from tests.calendars.test_keeping import AS_ADA, add
from tests.cast import DAY, HOUR, NOW, at, booked, request
from tests.site import LOCAL, Site

MINUTE = 60
TALK = event("UID:talk@example.org", "SUMMARY:Talk", "DTSTART:20260922T080000Z", "DTEND:20260922T090000Z")
TALK_SPAN = (at("2026-09-22 08:00"), at("2026-09-22 09:00"))
Read = Callable[..., Awaitable[Calendar]]


async def busy(store: Store, host: Host) -> list[tuple[int, int]]:
    """All of a host's busy time from outside."""
    return await calendars.list_busy(store.reader, host.id, NOW - 30 * DAY, NOW + 500 * DAY)


@pytest.fixture
def read(store: Store, vault: Vault) -> Read:
    """Read a calendar now, from this machine."""

    async def reading(which: Calendar, now: int = NOW) -> Calendar:
        return await read_now(store, vault, which.id, now, allowed=LOCAL)

    return reading


@pytest.fixture
def availability(store: Store) -> Availability:
    return Availability(store)


async def test_what_a_calendar_holds_becomes_busy_time(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """The first read: the time is busy, the calendar says when it was read and when it will be again."""
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK), ETag='"1"'))
    known = await read(added)
    assert await busy(store, ada) == [TALK_SPAN]
    assert (known.last_read_at, known.events, known.failing_since, known.last_error) == (NOW, 1, None, "")
    assert NOW + 13 * MINUTE < known.next_read_at < NOW + 17 * MINUTE


async def test_busy_time_takes_slots_away(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read, availability: Availability
) -> None:
    """What was offered from memory before is not offered any more."""
    offered = await offer(store.reader, "ada", "intro")
    day = {"now": NOW, "from_at": at("2026-09-22 00:00"), "to_at": at("2026-09-23 00:00")}
    before = [slot.starts_at for slot in await availability.slots(offered, **day)]
    await read(await add(store, vault, ada, site.give("/a.ics", calendar(TALK))))
    after = [slot.starts_at for slot in await availability.slots(offered, **day)]
    assert sorted(set(before) - set(after)) == [TALK_SPAN[0], TALK_SPAN[0] + 30 * MINUTE]


async def test_an_unchanged_calendar_is_not_sent_again(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """Both validators are returned as they were given; 304 counts as read."""
    stamp = "Mon, 21 Sep 2026 05:00:00 GMT"
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK), ETag='W/"1"', Last_Modified=stamp))
    await read(added)
    site.give("/a.ics", b"", status="304 Not Modified")
    known = await read(added, NOW + HOUR)
    headers = site.asked[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('W/"1"', stamp)
    assert (known.last_read_at, known.etag) == (NOW + HOUR, 'W/"1"')
    assert await busy(store, ada) == [TALK_SPAN]


async def test_once_a_day_the_whole_file_is_asked_for(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """The horizon moves on, so an unchanged endless series has to be counted out further."""
    daily = event("UID:d", "DTSTART:20260101T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")
    added = await add(store, vault, ada, site.give("/a.ics", calendar(daily), ETag='"1"'))
    await read(added)
    furthest = (await busy(store, ada))[-1][0]
    await read(added, NOW + DAY)
    assert "if-none-match" not in site.asked[-1].headers
    assert (await busy(store, ada))[-1][0] == furthest + DAY


async def test_an_identical_read_leaves_all_that_was_computed_valid(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """The host's revision rises with the first read and not with the second."""
    added = await add(store, vault, ada, site.give("/a.ics", (DATA / "google.ics").read_bytes()))
    await read(added)
    number = await occupancy.revision(store.reader, ada.id)
    await read(added, NOW + HOUR)
    assert await occupancy.revision(store.reader, ada.id) == number


async def test_a_change_replaces_what_was_known(store: Store, vault: Vault, ada: Host, site: Site, read: Read) -> None:
    """What is gone is free, what is new is busy, what stays is not touched."""
    other = event("UID:other", "DTSTART:20260923T080000Z", "DTEND:20260923T090000Z")
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    await read(added)
    site.give("/a.ics", calendar(other))
    await read(added, NOW + HOUR)
    assert await busy(store, ada) == [(TALK_SPAN[0] + DAY, TALK_SPAN[1] + DAY)]


@pytest.mark.rule(38)
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("404 Not Found", "The address answered 404: there is no calendar at this address."),
        ("401 Unauthorized", "The address answered 401: it wants a sign-in; use the calendar's secret address."),
        ("503 Service Unavailable", "The address answered 503: it has a fault."),
        ("304 Not Modified", "The address answered 304: that is no calendar."),
        ("200 OK", "The address does not answer with a calendar."),
    ],
)
async def test_a_failed_read_keeps_what_was_known(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read, status: str, sentence: str
) -> None:
    """Never everything free: the busy time stands, the fault is shown, the last good read is not forgotten."""
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    await read(added)
    site.give("/a.ics", b"<html>", status=status)
    known = await read(added, NOW + HOUR)
    assert (known.last_error, known.failing_since, known.last_read_at) == (sentence, NOW + HOUR, NOW)
    assert await busy(store, ada) == [TALK_SPAN]


@pytest.mark.rule(38)
async def test_a_hostile_file_keeps_what_was_known(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """A calendar that has turned into a bomb is as good as one that cannot be reached."""
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    await read(added)
    site.give("/a.ics", calendar("\n".join(["BEGIN:VEVENT"] * 100_000)))
    assert "more than 20,000" in (await read(added, NOW + HOUR)).last_error
    assert await busy(store, ada) == [TALK_SPAN]


@pytest.mark.rule(38)
async def test_a_calendar_that_stays_unreadable_closes_the_page(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read, availability: Availability
) -> None:
    """At first the last known time serves; after hours of silence nothing is offered, until it can be read again."""
    offered = await offer(store.reader, "ada", "intro")
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    await read(added)
    site.give("/a.ics", b"", status="500 Internal Server Error")
    await read(added, NOW + HOUR)
    assert not await availability.closed(offered, NOW + HOUR)
    assert await availability.closed(offered, NOW + 4 * HOUR)
    site.give("/a.ics", calendar(TALK))
    await read(added, NOW + 4 * HOUR)
    assert not await availability.closed(offered, NOW + 4 * HOUR)


async def test_patience_grows_with_the_trouble(store: Store, vault: Vault, ada: Host, site: Site, read: Read) -> None:
    """First tried again within minutes, later once an hour; a success forgets it all."""
    added = await add(store, vault, ada, site.url + "/missing.ics")
    waits = [(await read(added, NOW + after)).next_read_at - NOW - after for after in (0, 20 * MINUTE, DAY)]
    assert (
        4 * MINUTE < waits[0] < 6 * MINUTE < 17 * MINUTE < waits[1] < 23 * MINUTE < 53 * MINUTE < waits[2] < 67 * MINUTE
    )
    site.give("/missing.ics", calendar())
    assert (await read(added, NOW + 2 * DAY)).failing_since is None


async def test_an_address_that_asks_to_be_left_alone_is(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """Retry-After counts when it is longer than one's own patience, up to six hours."""
    url = site.give("/a.ics", b"", status="429 Too Many Requests", Retry_After="7200")
    assert (await read(await add(store, vault, ada, url))).next_read_at == NOW + 2 * HOUR


async def test_an_address_inside_is_not_asked(store: Store, vault: Vault, ada: Host, site: Site) -> None:
    """Without the administrator's leave nothing on this machine is reached, and the host is told why."""
    added = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    known = await read_now(store, vault, added.id, NOW)
    assert "private network" in known.last_error
    assert site.asked == []


@pytest.mark.rule(35)
async def test_warnings_are_kept_for_the_host(store: Store, vault: Vault, ada: Host, site: Site, read: Read) -> None:
    """They stay until the calendar is in order."""
    odd = event("UID:o", "SUMMARY:Odd", "DTSTART:20260922T080000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES")
    added = await add(store, vault, ada, site.give("/a.ics", calendar(odd)))
    assert "“Odd”" in (await read(added)).warnings[0]
    site.give("/a.ics", calendar(TALK))
    assert (await read(added, NOW + HOUR)).warnings == ()


@pytest.mark.rule(36)
async def test_an_event_of_months_is_found_wherever_one_looks(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """A long event is stored in pieces; each day within it is busy, the days around it are not."""
    long = event("UID:l", "DTSTART:20261001T000000Z", "DTEND:20270115T000000Z")
    await read(await add(store, vault, ada, site.give("/a.ics", calendar(long))))
    for day, expected in (
        ("2026-09-30", 0),
        ("2026-10-01", DAY),
        ("2026-12-24", DAY),
        ("2027-01-14", DAY),
        ("2027-01-15", 0),
    ):
        noon = at(f"{day} 12:00")
        found = await calendars.list_busy(store.reader, ada.id, noon, noon + 60)
        assert sum(min(end, noon + 60) - max(start, noon) for start, end in found) == (60 if expected else 0)


@pytest.mark.rule(37)
async def test_our_own_booking_in_the_calendar_does_not_block_its_own_move(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read, availability: Availability
) -> None:
    """The echo is recognised by its UID, at its old time as well, and even after the booking has moved."""
    made = booked(await book(store, availability, request(at("2026-09-22 08:00")), now=NOW, actor=cast.AS_CLEO))
    echo = event(f"UID:{made.uid}@cally", "DTSTART:20260922T080000Z", "DTEND:20260922T083000Z")
    added = await add(store, vault, ada, site.give("/a.ics", calendar(echo)))
    await read(added)
    assert await busy(store, ada) == []
    moved = await reschedule(store, availability, made.uid, at("2026-09-22 08:15"), now=NOW, actor=AS_ADA)
    assert getattr(moved, "starts_at", None) == at("2026-09-22 08:15")
    await read(added, NOW + HOUR)
    assert await busy(store, ada) == []


@pytest.mark.rule(37)
async def test_a_booking_with_somebody_else_blocks(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read, availability: Availability
) -> None:
    """Ben, who is Cleo's host's guest, is busy then: the booking is not his own as a host."""
    made = booked(await book(store, availability, request(at("2026-09-22 08:00")), now=NOW, actor=cast.AS_CLEO))
    ben = await cast.host(store, "Ben")
    echo = event(f"UID:{made.uid}@cally", "DTSTART:20260922T080000Z", "DTEND:20260922T083000Z")
    await read(await add(store, vault, ben, site.give("/a.ics", calendar(echo))))
    assert await busy(store, ben) == [(made.starts_at, made.ends_at)]


async def test_removing_a_calendar_frees_its_time(
    store: Store, vault: Vault, ada: Host, site: Site, read: Read
) -> None:
    """And only its own."""
    first = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    second = await add(store, vault, ada, site.give("/b.ics", calendar(event("UID:b", "DTSTART;VALUE=DATE:20261005"))))
    await read(first)
    await read(second)
    number = await occupancy.revision(store.reader, ada.id)
    await remove_calendar(store, first.id, host_id=ada.id, now=NOW, actor=AS_ADA)
    assert len(await busy(store, ada)) == 1
    assert await occupancy.revision(store.reader, ada.id) > number


async def test_a_calendar_removed_while_it_is_read_leaves_nothing(
    store: Store, vault: Vault, ada: Host, site: Site
) -> None:
    """The read ends in nothing, and nobody minds."""
    added = await add(store, vault, ada)

    async def remove_then_answer(writer: asyncio.StreamWriter) -> None:
        await remove_calendar(store, added.id, host_id=ada.id, now=NOW, actor=AS_ADA)
        body = calendar(TALK)
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    site.answers["/a.ics"] = remove_then_answer
    added = await add(store, vault, ada, site.url + "/a.ics")
    assert await read_due(store, vault, now=NOW, allowed=LOCAL) == 2
    assert await busy(store, ada) == []


async def test_all_that_is_due_is_read_each_with_its_own_fate(
    store: Store, vault: Vault, ada: Host, site: Site
) -> None:
    """One that is broken, one that is slow to say no, one that is well: the last does not suffer from the others."""
    await add(store, vault, ada, site.url + "/missing.ics")
    await add(store, vault, ada, site.give("/bad.ics", b"nothing"))
    well = await add(store, vault, ada, site.give("/a.ics", calendar(TALK)))
    assert await read_due(store, vault, now=NOW, allowed=LOCAL) == 3
    assert [c.last_error == "" for c in await calendars.list_of(store.reader, ada.id)].count(True) == 1
    assert (await calendars.by_id(store.reader, well.id) or well).last_read_at == NOW
    assert await read_due(store, vault, now=NOW + MINUTE, allowed=LOCAL) == 0


async def test_another_key_is_said_to_be_the_trouble(store: Store, ada: Host, site: Site, vault: Vault) -> None:
    """A database restored without its key keeps its busy time and tells what to do."""
    added = await add(store, Vault(bytes(32)), ada, site.give("/a.ics", calendar(TALK)))
    assert "another key" in (await read_now(store, vault, added.id, NOW, allowed=LOCAL)).last_error
