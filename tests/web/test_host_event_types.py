"""A host makes and changes what they offer, with one form that works without scripts."""

from typing import Any

import pytest

from cally.model.hosts import EventType, Host
from cally.model.options import Stay
from cally.store import Store, event_types
from tests.cast import ada, at, host
from tests.web.desks import SignedIn, booking, cleo_books, desk, offers, words
from tests.web.forms_of import fields

PLAIN = {
    "title": "Coffee",
    "durations": "15, 30",
    "grid": "opening",
    "notice": "2",
    "notice_unit": "hours",
    "horizon": "rolling",
    "horizon_days": "14",
    "seats": "1",
    "listed": "1",
}


async def test_an_event_type_is_made_with_its_title_as_address(app: Any, store: Store, signed_in: SignedIn):
    """The lengths, notice and horizon are kept; without a slug the title gives one."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/event-types", data=PLAIN)
        assert answer.headers["location"] == "/app/event-types"
        assert "“Coffee” can be booked now" in words(await client.get("/app/event-types"))
    made = await _of(store, owner, "coffee")
    assert made.durations_minutes == (15, 30)
    assert (made.rules.notice_minutes, made.rules.horizon.days if made.rules.horizon else None) == (120, 14)


async def test_the_filled_form_saves_what_it_shows(app: Any, store: Store, signed_in: SignedIn):
    """Sending the edit form back unchanged changes nothing."""
    owner = await ada(store)
    extra = {
        "cap_day": "3",
        "cap_week_minutes": "600",
        "buffer_after": "15",
        "notice_days": "1",
        "approval": "1",
        "keeps": "instant",
    }
    places = {"place-kind": ["link", "guest_phone"], "place-detail": ["https://meet.example.org/ada", ""]}
    asked = {"question-id": "", "question-label": "Why?", "question-kind": "select", "question-choices": "A\r\nB"}
    async with desk(app, signed_in, owner) as client:
        await client.post("/app/event-types", data=PLAIN | extra | places | asked | {"question-required": "0"})
        before = await _of(store, owner, "coffee")
        page = await client.get(f"/app/event-types/{before.id}")
        answer = await client.post(f"/app/event-types/{before.id}", data=_fields(page.text))
    assert answer.status_code == 303
    assert await _of(store, owner, "coffee") == before
    assert [cap.per for cap in before.rules.caps] == ["day", "week"]
    assert before.questions[0].required
    assert before.options.keeps == "instant"
    assert before.questions[0].choices == ("A", "B")


async def test_rows_are_added_moved_and_removed_by_buttons(app: Any, store: Store, signed_in: SignedIn):
    """Each button shows the form again with what was typed, and stores nothing."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        page = await client.post("/app/event-types", data=PLAIN | {"act": "question:add:long_text"})
        assert page.status_code == 200
        sent = _fields(page.text)
        assert sent["title"] == ["Coffee"]
        assert sent["question-kind"] == ["long_text"]
        two = {"question-id": ["", ""], "question-label": ["One?", "Two?"], "question-kind": ["text", "text"]}
        two |= {"question-choices": ["", ""], "question-required": ["1"]}
        page = await client.post("/app/event-types", data=PLAIN | two | {"act": "question:up:1"})
        assert _fields(page.text)["question-label"] == ["Two?", "One?"]
        assert _fields(page.text)["question-required"] == ["0"]
        page = await client.post("/app/event-types", data=PLAIN | two | {"act": "question:remove:0"})
        assert _fields(page.text)["question-label"] == ["Two?"]
    assert await offers(store, owner) == ["intro"]


async def test_every_fault_stands_beside_its_field_and_the_rest_is_kept(app: Any, store: Store, signed_in: SignedIn):
    """Two wrong fields, two sentences, nothing lost."""
    owner = await ada(store)
    wrong = PLAIN | {"durations": "long", "seats": "0", "description": "With milk?"}
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/event-types", data=wrong)
    assert answer.status_code == 422
    assert "Give minutes from 1 to 1440" in words(answer)
    assert "This should be a whole number from 1 to 1000" in words(answer)
    assert "With milk?" in answer.text


async def test_a_place_without_a_link_is_named_at_its_row(app: Any, store: Store, signed_in: SignedIn):
    """The fault of a row is shown in the row."""
    owner = await ada(store)
    wrong = PLAIN | {"place-kind": "link", "place-detail": "my room"}
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/event-types", data=wrong)
    assert answer.status_code == 422
    assert "Please give a web address that starts with https://." in words(answer)


async def test_a_slug_that_is_taken_is_refused(app: Any, store: Store, signed_in: SignedIn):
    """Two event types of one host cannot share an address."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/event-types", data=PLAIN | {"slug": "intro"})
    assert answer.status_code == 422
    assert "Another event type has the address “intro”" in words(answer)


@pytest.mark.rule(56)
async def test_editing_leaves_bookings_as_they_were(app: Any, store: Store, signed_in: SignedIn):
    """What was booked keeps its title and length."""
    owner = await ada(store)
    made = await cleo_books(store, at("2026-09-22 08:00"))
    intro = await _of(store, owner, "intro")
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/event-types/{intro.id}", data=PLAIN | {"slug": "intro", "durations": "60"})
    assert (await _of(store, owner, "intro")).title == "Coffee"
    assert (await booking(store, made.uid)).terms == made.terms


async def test_an_archived_one_is_off_the_list(app: Any, store: Store, signed_in: SignedIn):
    """Its page is gone for the host as well."""
    owner = await ada(store)
    intro = await _of(store, owner, "intro")
    async with desk(app, signed_in, owner) as client:
        await client.post(f"/app/event-types/{intro.id}/archive")
        assert (await client.get(f"/app/event-types/{intro.id}")).status_code == 404
    assert await offers(store, owner) == []


async def test_the_order_is_the_hosts(app: Any, store: Store, signed_in: SignedIn):
    """Moving the second one up makes it the first."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        await client.post("/app/event-types", data=PLAIN)
        await client.post("/app/event-types/order", data={"act": "up:1"})
    assert await offers(store, owner) == ["coffee", "intro"]


async def test_mallory_cannot_see_or_change_adas(app: Any, store: Store, signed_in: SignedIn):
    """Another host's event type does not exist."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    intro = await _of(store, owner, "intro")
    async with desk(app, signed_in, mallory) as client:
        assert (await client.get(f"/app/event-types/{intro.id}")).status_code == 404
        assert (await client.post(f"/app/event-types/{intro.id}", data=PLAIN)).status_code == 404
        assert (await client.post(f"/app/event-types/{intro.id}/archive")).status_code == 404
    assert await _of(store, owner, "intro") == intro


async def test_mallory_cannot_use_adas_schedule(app: Any, store: Store, signed_in: SignedIn):
    """An event type takes only a schedule of its own host."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    intro = await _of(store, owner, "intro")
    async with desk(app, signed_in, mallory) as client:
        answer = await client.post("/app/event-types", data=PLAIN | {"schedule": str(intro.schedule_id)})
    assert answer.status_code == 422
    assert await offers(store, mallory) == []


async def _of(store: Store, owner: Host, slug: str) -> EventType:
    found = await event_types.by_slug(store.reader, owner.id, slug)
    assert found is not None
    return found


def _fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the page's main form."""
    return fields(page, "/app/event-types")


@pytest.mark.rule(69)
async def test_what_is_booked_by_the_night_is_set_in_the_form(app: Any, store: Store, signed_in: SignedIn):
    """Hours to come and go, nights and days are saved, shown again, and taken back by unticking the box."""
    owner = await ada(store)
    nights = {
        "by_night": "1",
        "check_in": "16:00",
        "check_out": "10:30",
        "nights_from": "2",
        "nights_to": "7",
        "check_in_days": ["fri", "sat"],
        "check_out_days": ["sun"],
    }
    async with desk(app, signed_in, owner) as client:
        await client.post("/app/event-types", data=PLAIN | nights)
        made = await _of(store, owner, "coffee")
        path = f"/app/event-types/{made.id}"
        await client.post(path, data=_fields((await client.get(path)).text))
        assert await _of(store, owner, "coffee") == made
        refused = await client.post(path, data=PLAIN | nights | {"seats": "3"})
        assert refused.status_code == 422
        assert "one guest at a time" in words(refused)
        await client.post(path, data=PLAIN)
    assert made.options.stay == Stay(
        check_in_minute=960,
        check_out_minute=630,
        nights_from=2,
        nights_to=7,
        check_in_days=("fri", "sat"),
        check_out_days=("sun",),
    )
    assert (await _of(store, owner, "coffee")).options.stay is None
