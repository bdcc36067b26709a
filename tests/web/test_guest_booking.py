"""A guest books without a script: links to look, one form to confirm."""

from typing import Any

import msgspec
import pytest
from httpx2 import AsyncClient

from cally.bookings import Availability, hold
from cally.model.bookings import Hold
from cally.model.calendars import Calendar
from cally.model.hosts import Place, Question
from cally.store import Store, accounts, calendars, event_types, occupancy
from tests import cast
from tests.cast import NOW, ada
from tests.web.guests import BROWSER, booked, buttons, fields, filled, links, look, send, words

TEN = "2026-09-22T08:00Z"  # Tuesday, 10:00 in Berlin
HALF_PAST = "2026-09-22T08:30Z"


async def test_the_first_free_day_is_open_at_once(store: Store, client: AsyncClient) -> None:
    """A guest sees times before touching anything, in the host's zone while their own is unknown."""
    await ada(store)
    page = await look(client, "/ada/intro")
    assert "Mon 21 Sept 16 times free" in words(page)
    assert "09:00" in words(page)


async def test_three_taps_and_two_fields(store: Store, client: AsyncClient) -> None:
    """Day, time, confirm: every step is a link or a form, and the last leads to the ticket."""
    await ada(store)
    day = await look(client, links(await look(client, "/ada/intro"), "date=2026-09-22")[0])
    form = await look(client, links(day, "slot=2026-09-22T08")[0])
    answer = await send(client, "/ada/intro", {**fields(form), "name": "Cleo", "email": "cleo@example.org"})
    ticket = await look(client, answer.headers["location"])
    assert (answer.status_code, ticket.status_code) == (303, 200)
    assert "You’re booked" in words(ticket)


@pytest.mark.rule(52)
async def test_looking_changes_nothing(store: Store, client: AsyncClient) -> None:
    """No GET of the flow holds, books or counts: the host's revision stays."""
    host = await ada(store)
    before = await occupancy.revision(store.reader, host.id)
    for address in ("/ada", "/ada/intro", f"/ada/intro?slot={TEN}", "/ada/intro?zones=all"):
        assert (await look(client, address)).status_code == 200
    assert await occupancy.revision(store.reader, host.id) == before


@pytest.mark.rule(11)
async def test_a_slot_stands_under_the_guests_date(store: Store, client: AsyncClient) -> None:
    """16:30 on Tuesday in Berlin is Wednesday in Auckland, and the form says both."""
    await ada(store)
    page = await look(client, "/ada/intro?tz=Pacific/Auckland&slot=2026-09-22T14:30Z")
    assert "Wednesday 23 September 02:30–03:00" in words(page)
    assert "Tue 22 Sept, 16:30 for Ada in Berlin" in words(page)


@pytest.mark.rule(12)
async def test_changing_the_zone_keeps_the_day_that_was_open(store: Store, client: AsyncClient) -> None:
    """The form that sets the zone carries an instant, not a date."""
    await ada(store)
    page = await look(client, "/ada/intro?tz=Europe/Berlin&date=2026-09-22")
    near = fields(page)["at"]
    moved = await look(client, f"/ada/intro?tz=America/Los_Angeles&at={near}")
    assert near == "2026-09-22T07:00Z"
    assert "Tue 22 Sept" in words(moved)
    assert links(moved, f"slot={near.replace(':', '%3A')}")


async def test_a_zone_that_does_not_exist_is_ignored(store: Store, client: AsyncClient) -> None:
    """Nonsense in the address or the cookie falls back to the host's zone."""
    await ada(store)
    page = await look(client, "/ada/intro?tz=Mars/Olympus&month=x&date=2026-99-01", cookie="cally-tz=../../etc")
    assert page.status_code == 200
    assert "Berlin (GMT+2)" in words(page)


async def test_faults_stand_beside_their_fields_and_nothing_is_lost(store: Store, client: AsyncClient) -> None:
    """Both faults are named at once; what was right is still there."""
    await ada(store)
    form = await filled(client, TEN, name="", email="no address", notes="See you <soon>")
    answer = await send(client, "/ada/intro", form)
    assert answer.status_code == 422
    assert "Please fill this in." in words(answer)
    assert "This is not an e-mail address" in words(answer)
    assert fields(answer)["notes"] == "See you <soon>"


@pytest.mark.rule(47)
async def test_a_lost_race_offers_the_nearest_and_keeps_the_form(store: Store, client: AsyncClient) -> None:
    """409, three buttons, every field as it was; one of the buttons books."""
    await ada(store)
    late = await filled(client, TEN, notes="Bring tea")
    await booked(client, TEN)
    answer = await send(client, "/ada/intro", late)
    assert answer.status_code == 409
    assert fields(answer)["notes"] == "Bring tea"
    others = buttons(answer)
    assert [name for name, _ in others] == ["instead"] * 3
    assert (await send(client, "/ada/intro", {**fields(answer), "instead": others[0][1]})).status_code == 303


@pytest.mark.rule(49)
async def test_a_double_click_is_one_booking(store: Store, client: AsyncClient) -> None:
    """The same form twice leads to the same ticket."""
    await ada(store)
    form = await filled(client, TEN)
    first, second = [await send(client, "/ada/intro", form) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]


@pytest.mark.rule(49)
async def test_the_back_button_can_book_a_second_time_knowingly(store: Store, client: AsyncClient) -> None:
    """A used form sent for another time asks once more, and then books."""
    await ada(store)
    form = await filled(client, TEN)
    await send(client, "/ada/intro", form)
    asked = await send(client, "/ada/intro", {**form, "slot": HALF_PAST})
    assert asked.status_code == 409
    assert "already booked with this form" in words(asked)
    assert (await send(client, "/ada/intro", fields(asked))).status_code == 303


@pytest.mark.rule(50)
async def test_a_hold_keeps_others_away_and_not_its_holder(store: Store, client: AsyncClient, doors: Any) -> None:
    """While Cleo types, the time is gone for others; her own form still gets it."""
    await ada(store)
    held = await _held(store, doors.availability)
    mallory = await send(client, "/ada/intro", await filled(client, TEN, name="Mallory"))
    cleo = await send(client, "/ada/intro", await filled(client, TEN, hold=held.uid))
    assert (mallory.status_code, cleo.status_code) == (409, 303)


@pytest.mark.rule(27)
async def test_a_hold_for_another_time_does_not_stand_in_the_way(store: Store, client: AsyncClient, doors: Any) -> None:
    """A form whose hold is not for its slot is judged without it."""
    await ada(store)
    held = await _held(store, doors.availability)
    answer = await send(client, "/ada/intro", await filled(client, "2026-09-22T12:00Z", hold=held.uid))
    assert answer.status_code == 303


@pytest.mark.rule(39)
async def test_a_private_reason_is_not_told(store: Store, client: AsyncClient) -> None:
    """A time refused for being outside the hours reads like one that someone else has taken."""
    await ada(store)
    answer = await send(client, "/ada/intro", {**await filled(client, TEN), "slot": "2026-09-22T03:00Z"})
    assert answer.status_code == 409
    assert "just been taken" in words(answer)


async def test_a_link_to_a_time_that_is_gone_says_so_before_anything_is_typed(
    store: Store, client: AsyncClient
) -> None:
    """The form for a taken slot offers others as links, for there is nothing to keep yet."""
    await ada(store)
    await booked(client, TEN)
    page = await look(client, f"/ada/intro?slot={TEN}")
    assert "no longer free" in words(page)
    assert links(page, "slot=2026-09-22T08%3A30Z")


async def test_a_request_waits_for_its_answer(store: Store, client: AsyncClient) -> None:
    """Where the host approves, nothing claims to be booked."""
    host = await cast.host(store, "Ada Lovelace")
    await cast.event_type(store, await cast.schedule(store, host), approval=True)
    ticket = await look(client, f"{await booked(client, TEN)}?new=1")
    assert "Waiting for Ada’s answer" in words(ticket)
    assert "You’re booked" not in words(ticket)


async def test_every_kind_of_question_reaches_the_booking(store: Store, client: AsyncClient) -> None:
    """Questions are fields of their kind; a missing answer is asked for, several choices stay several."""
    await _with_questions(store)
    form = await filled(client, TEN)
    missing = await send(client, "/ada/intro", form)
    assert (missing.status_code, "Please answer this question." in words(missing)) == (422, True)
    answers = {"q-topic": "Design", "q-tools": ["Pen", "Ink"], "q-agree": "1", "q-people": "12"}
    whole = await send(client, "/ada/intro", {**fields(missing), **answers, "place": "1", "guest_phone": "+49 30 1234"})
    assert whole.status_code == 303
    assert "Phone: Ada Lovelace calls Cleo Çelik at +49 30 1234" in words(await look(client, whole.headers["location"]))


async def test_companions_are_invited_by_address(store: Store, client: AsyncClient) -> None:
    """Addresses may be parted by commas or lines; a wrong one is said beside the field."""
    await ada(store)
    wrong = await send(client, "/ada/intro", await filled(client, TEN, companions="ben@example.org, nobody"))
    right = await send(
        client, "/ada/intro", await filled(client, TEN, companions="ben@example.org,\r\ndora@example.org")
    )
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "ben@example.org, dora@example.org" in words(await look(client, right.headers["location"]))


async def test_several_lengths_are_several_links(store: Store, client: AsyncClient) -> None:
    """The chosen length stays in every address and is what gets booked."""
    host = await cast.host(store, "Ada Lovelace")
    await cast.event_type(store, await cast.schedule(store, host), durations=(30, 60))
    page = await look(client, "/ada/intro?duration=60&tz=Europe/Berlin&date=2026-09-22")
    form = await look(client, links(page, "slot=2026-09-22T08")[0])
    assert fields(form)["duration"] == "60"
    assert "10:00–11:00" in words(form)


@pytest.mark.rule(38)
async def test_a_calendar_that_has_gone_silent_closes_the_page_with_a_banner(store: Store, client: AsyncClient) -> None:
    """Rather nothing than a time that may be taken; and the page says why it is empty."""
    host = await ada(store)
    silent = Calendar(
        id=7,
        host_id=host.id,
        name="Work",
        shown_address="calendar.example.org",
        tz=None,
        tentative_blocks=True,
        created_at=NOW - cast.DAY,
        next_read_at=NOW,
    )
    async with store.write() as tx:
        await calendars.insert(tx, silent, address_sealed=b"sealed")
    page = await look(client, "/ada/intro")
    assert "Free times cannot be checked right now" in words(page)
    assert not links(page, "slot=")


async def test_a_host_without_free_times_says_so(store: Store, client: AsyncClient) -> None:
    """An empty schedule is a sentence, not an empty grid."""
    host = await cast.host(store, "Ada Lovelace")
    await cast.event_type(store, await cast.schedule(store, host, cast.ScheduleRules(tz=cast.TZ)))
    assert "Nothing is free at the moment" in words(await look(client, "/ada/intro"))


async def test_the_first_free_day_may_be_far_ahead(store: Store, client: AsyncClient) -> None:
    """With half a year of notice the page opens on that month at once."""
    host = await cast.host(store, "Ada Lovelace")
    rules = cast.EventTypeRules(duration_minutes=30, notice_minutes=180 * 24 * 60)
    await cast.event_type(store, await cast.schedule(store, host), rules=rules)
    assert "March 2027" in words(await look(client, "/ada/intro"))


async def test_another_sites_form_books_nothing(store: Store, client: AsyncClient) -> None:
    """A form that a foreign page sends is refused."""
    await ada(store)
    form = await filled(client, TEN)
    answer = await client.post("/ada/intro", data=form, headers={**BROWSER, "origin": "https://evil.example"})
    assert answer.status_code == 403


async def test_what_is_not_there_is_not_found(store: Store, client: AsyncClient) -> None:
    """Unknown hosts, unknown event types and hosts who are no longer in use: 404 each."""
    host = await ada(store)
    await look(client, "/ada/intro")
    async with store.write() as tx:
        await accounts.update_disabled(tx, host.id, NOW)
    answers = [await look(client, address) for address in ("/ada", "/ada/intro", "/nobody", "/ada/nothing")]
    assert [answer.status_code for answer in answers] == [404] * 4


async def test_a_profile_lists_what_is_listed(store: Store, client: AsyncClient) -> None:
    """Unlisted event types are reached by their address alone."""
    host = await cast.host(store, "Ada Lovelace")
    hours = await cast.schedule(store, host)
    await cast.event_type(store, hours)
    hidden = await cast.event_type(store, hours, "secret")
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(hidden, listed=False), now=NOW)
    page = await look(client, "/ada")
    assert links(page, "/ada/") == ["/ada/intro"]
    assert (await look(client, "/ada/secret")).status_code == 200


async def _held(store: Store, availability: Availability) -> Hold:
    held = await hold(
        store, availability, host="ada", event_type="intro", starts_at=cast.at("2026-09-22 08:00"), now=NOW
    )
    assert isinstance(held, Hold)
    return held


async def _with_questions(store: Store) -> None:
    host = await cast.host(store, "Ada Lovelace")
    places = (Place(kind="link", detail="https://meet.example.org"), Place(kind="guest_phone"))
    made = await cast.event_type(store, await cast.schedule(store, host), places=places)
    questions = (
        Question(id="topic", label="Topic", kind="select", required=True, choices=("Design", "Code")),
        Question(id="tools", label="Tools", kind="checkboxes", choices=("Pen", "Ink", "Paper")),
        Question(id="agree", label="I agree", kind="checkbox", required=True),
        Question(id="people", label="How many", kind="number"),
    )
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(made, questions=questions), now=NOW)
