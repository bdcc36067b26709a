"""The guest's page of a booking: kept, moved and cancelled by its secret address alone."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from icalendar import Calendar

from cally.bookings import approve, booking_by_uid, decline
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.store import Store
from tests import cast
from tests.cast import DAY, NOW, ada
from tests.web.guests import booked, buttons, fields, links, look, send, words

TEN = "2026-09-22T08:00Z"
NOON = "2026-09-22T10:00Z"
ADA = Actor(kind="host")


def uid_of(ticket: str) -> str:
    return ticket.removeprefix("/b/").partition(".")[0]


async def booking_of(store: Store, ticket: str) -> Booking:
    found = await booking_by_uid(store.reader, uid_of(ticket))
    assert found is not None
    return found


@pytest.mark.rule(75)
async def test_a_ticket_says_what_when_and_where_on_both_clocks(store: Store, client: AsyncClient) -> None:
    """The guest's time first, the host's beside it, each with its place."""
    await ada(store)
    said = words(await look(client, await booked(client, TEN, tz="America/New_York")))
    assert "Tuesday 22 September 04:00–04:30 New York" in said
    assert "10:00 for Ada in Berlin" in said
    assert "Intro call · Ada Lovelace" in said


async def test_a_forged_or_shortened_address_opens_nothing(store: Store, client: AsyncClient) -> None:
    """Neither another signature nor the bare uid."""
    await ada(store)
    ticket = await booked(client, TEN)
    answers = [await look(client, address) for address in (ticket[:-1] + "~", f"/b/{uid_of(ticket)}", "/b/x.y")]
    assert [answer.status_code for answer in answers] == [404] * 3


async def test_tickets_are_kept_out_of_search_engines_and_caches(store: Store, client: AsyncClient) -> None:
    """They are somebody's own."""
    await ada(store)
    headers = (await look(client, await booked(client, TEN))).headers
    assert (headers["cache-control"], "noindex" in headers["x-robots-tag"]) == ("no-store", True)


async def test_the_calendar_file_is_the_booking(store: Store, client: AsyncClient) -> None:
    """It parses, begins at the booked instant and keeps its UID when the booking moves."""
    await ada(store)
    ticket = await booked(client, TEN)
    before = Calendar.from_ical((await look(client, f"{ticket}/invite.ics")).content).walk("VEVENT")[0]
    await send(client, f"{ticket}/reschedule", {"slot": NOON})
    after = Calendar.from_ical((await look(client, f"{ticket}/invite.ics")).content).walk("VEVENT")[0]
    assert int(before.decoded("dtstart").timestamp()) == cast.at("2026-09-22 08:00")
    assert (before["uid"], after["sequence"] - before["sequence"]) == (after["uid"], 1)


@pytest.mark.rule(52)
async def test_following_the_cancel_link_cancels_nothing(store: Store, client: AsyncClient) -> None:
    """A mail scanner that opens every link leaves the booking as it is."""
    await ada(store)
    ticket = await booked(client, TEN)
    for address in (ticket, f"{ticket}/cancel", f"{ticket}/reschedule", f"{ticket}/reschedule?slot={NOON}"):
        assert (await look(client, address)).status_code == 200
    assert (await booking_of(store, ticket)).status == "confirmed"


@pytest.mark.rule(54)
async def test_cancelling_twice_is_no_fault(store: Store, client: AsyncClient) -> None:
    """The second time leads to the same ticket, which says that it is cancelled and why."""
    await ada(store)
    ticket = await booked(client, TEN)
    answers = [await send(client, f"{ticket}/cancel", {"reason": "Fell ill"}) for _ in range(2)]
    said = words(await look(client, ticket))
    assert [answer.headers["location"] for answer in answers] == [ticket, ticket]
    assert ("This booking is cancelled" in said, "Fell ill" in said) == (True, True)


@pytest.mark.rule(54)
async def test_what_has_begun_is_not_cancelled(store: Store, client: AsyncClient, watch: Any) -> None:
    """409 with a sentence; the ticket offers nothing that cannot be done."""
    await ada(store)
    ticket = await booked(client, TEN)
    watch.now = cast.at("2026-09-22 08:10")
    answer = await send(client, f"{ticket}/cancel", {"reason": ""})
    assert answer.status_code == 409
    assert not links(answer, "/cancel")
    assert "It has begun" in words(answer)


@pytest.mark.rule(55)
async def test_moving_keeps_the_booking_and_frees_the_old_time(store: Store, client: AsyncClient) -> None:
    """Same uid, next sequence, and the old time is on offer again."""
    await ada(store)
    ticket = await booked(client, TEN)
    page = await look(client, f"{ticket}/reschedule?date=2026-09-22")
    form = fields(await look(client, links(page, "slot=2026-09-22T10")[0]))
    answer = await send(client, f"{ticket}/reschedule", form)
    moved = await booking_of(store, ticket)
    assert answer.headers["location"] == f"{ticket}?moved=1"
    assert (moved.starts_at, moved.sequence) == (cast.at("2026-09-22 10:00"), 1)
    assert links(await look(client, "/ada/intro?date=2026-09-22"), "slot=2026-09-22T08%3A00Z")


@pytest.mark.rule(55)
async def test_a_move_that_loses_the_race_leaves_the_booking(store: Store, client: AsyncClient) -> None:
    """409 with the nearest others; the old time stays booked."""
    await ada(store)
    ticket = await booked(client, TEN)
    await booked(client, NOON, name="Ben", email="ben@example.org")
    answer = await send(client, f"{ticket}/reschedule", {"slot": NOON, "tz": "Europe/Berlin"})
    assert answer.status_code == 409
    assert len(buttons(answer)) == 3
    assert (await booking_of(store, ticket)).starts_at == cast.at("2026-09-22 08:00")


@pytest.mark.rule(43)
async def test_the_picker_for_a_move_does_not_count_the_booking_itself(store: Store, client: AsyncClient) -> None:
    """With one booking a day allowed, other times of the booked day are still on offer."""
    host = await cast.host(store, "Ada Lovelace")
    once = cast.EventTypeRules(duration_minutes=30, caps=(cast.Cap(per="day", bookings=1),))
    await cast.event_type(store, await cast.schedule(store, host), rules=once)
    ticket = await booked(client, TEN)
    page = await look(client, f"{ticket}/reschedule?date=2026-09-22&tz=Europe/Berlin")
    assert "15 times free" in words(page)


async def test_what_is_over_cannot_be_moved(store: Store, client: AsyncClient, watch: Any) -> None:
    """The picker leads back to the ticket."""
    await ada(store)
    ticket = await booked(client, TEN)
    watch.now = NOW + 3 * DAY
    answer = await look(client, f"{ticket}/reschedule")
    assert (answer.status_code, answer.headers["location"]) == (303, ticket)
    assert "This has taken place" in words(await look(client, ticket))


async def test_a_declined_request_is_told_kindly(store: Store, client: AsyncClient) -> None:
    """With the host's words, and a way to ask for another time."""
    await _asking_first(store)
    ticket = await booked(client, TEN)
    await decline(store, uid_of(ticket), reason="On the road", now=NOW, actor=ADA)
    page = await look(client, ticket)
    assert ("Ada cannot make it" in words(page), "On the road" in words(page)) == (True, True)
    assert links(page, "/ada/intro")


async def test_an_approved_request_becomes_a_booking_on_the_same_page(
    store: Store, client: AsyncClient, doors: Any
) -> None:
    """The address that said “waiting” says “your booking”, with the calendar file."""
    await _asking_first(store)
    ticket = await booked(client, TEN)
    waiting = await look(client, ticket)
    await approve(store, doors.availability, uid_of(ticket), now=NOW, actor=ADA)
    page = await look(client, ticket)
    assert ("Waiting for Ada’s answer" in words(waiting), "Your booking" in words(page)) == (True, True)
    assert (links(waiting, "invite.ics"), len(links(page, "invite.ics"))) == ([], 1)


async def _asking_first(store: Store) -> None:
    host = await cast.host(store, "Ada Lovelace")
    await cast.event_type(store, await cast.schedule(store, host), approval=True)
