"""Teams at the desk: made, joined, offered, looked at, handed over; without scripts."""

from typing import Any

import httpx2
import pytest

from cally.model.hosts import Host
from cally.model.rules import EventTypeRules
from cally.store import Store, event_types, teams
from tests.cast import at, host, schedule, team_event_type
from tests.web.desks import SignedIn, booking, cleo_books, desk, words
from tests.web.forms_of import fields
from tests.web.test_host_event_types import PLAIN

TEN = at("2026-09-22 08:00")
TURNS = EventTypeRules(duration_minutes=30, assignment="round_robin")


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben."""
    return await host(store, "Ada Lovelace"), await host(store, "Ben Okri")


async def test_a_team_is_made_joined_and_offered(app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]):
    """Four forms: the team, whom to ask, their yes, an event type in which both take turns."""
    await schedule(store, pair[1])
    async with desk(app, signed_in, pair[0]) as client:
        place = (await client.post("/app/teams", data={"name": "Support"})).headers["location"]
        await client.post(f"{place}/members", data={"host": str(pair[1].id)})
        async with desk(app, signed_in, pair[1]) as asked:
            await asked.post(f"{place}/invitation", data={"act": "accept"})
        page = await client.get(f"/app/event-types/new?team={place.rpartition('/')[2]}")
        sent = {
            **fields(page.text, "/app/event-types"),
            **PLAIN,
            "share": [str(one.id) for one in pair],
            "assignment": "round_robin",
        }
        sent[f"share-weight-{pair[1].id}"] = "200"
        made = await client.post("/app/event-types", data=sent)
        assert made.headers["location"] == place, words(made)
        assert "Coffee" in words(await client.get(place))
    (event_type,) = await event_types.list_of(store.reader, int(place.rpartition("/")[2]))
    shares = await teams.assignable(store.reader, event_type.id)
    assert [(one.host_id, one.weight) for one in shares] == [(pair[0].id, 100), (pair[1].id, 200)]
    assert event_type.rules.assignment == "round_robin"


@pytest.mark.rule(63)
async def test_the_filled_form_saves_what_it_shows(
    app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]
):
    """Sent back unchanged, hosts, weights, schedules and the option stay; unticked, a moved booking goes by turn."""
    made = await team_event_type(store, pair, TURNS, weights=(300, 100))
    before = await teams.assignable(store.reader, made.id)
    async with desk(app, signed_in, pair[0]) as client:
        sent = fields((await client.get(f"/app/event-types/{made.id}")).text, f"/app/event-types/{made.id}")
        await client.post(f"/app/event-types/{made.id}", data=sent)
        assert await teams.assignable(store.reader, made.id) == before
        sent.pop("keep_host")
        await client.post(f"/app/event-types/{made.id}", data=sent)
    saved = await event_types.by_id(store.reader, made.id)
    assert saved is not None
    assert (saved.options.keep_host, saved.team_id, saved.schedule_id) == (False, made.team_id, made.schedule_id)


@pytest.mark.rule(61)
async def test_turns_are_drawn_and_simulated(app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]):
    """What each was given, the next twenty with reasons; on the booking's page why Ada was chosen."""
    made = await team_event_type(store, pair, TURNS)
    booked = await cleo_books(store, TEN, host="team:support")
    async with desk(app, signed_in, pair[1]) as client:
        page = words(await client.get(f"/app/event-types/{made.id}/turns"))
    assert "1 given · weight 100" in page
    assert "Ben Okri, booked least" in page
    assert "Ada Lovelace 10" in page
    async with desk(app, signed_in, pair[0]) as client:
        detail = words(await client.get(f"/app/bookings/{booked.uid}"))
    assert "Why Ada Lovelace?" in detail
    assert "Ada Lovelace stood first" in detail


@pytest.mark.rule(57)
async def test_a_booking_is_handed_over(app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]):
    """Ben is free, and takes it; busy, he could not."""
    await team_event_type(store, pair, TURNS)
    first = await cleo_books(store, TEN, host="team:support")
    async with desk(app, signed_in, pair[0]) as client:
        assert "Ben Okri free" in words(await client.get(f"/app/bookings/{first.uid}/reassignment"))
        answer = await client.post(f"/app/bookings/{first.uid}/reassignment", data={"host": "ben"})
        assert "Ben Okri meets Cleo" in words(await client.get(answer.headers["location"]))
        assert "You gave it from Ada Lovelace to Ben Okri" in words(await client.get(f"/app/bookings/{first.uid}"))
        second = await cleo_books(store, TEN, host="team:support")
        page = await client.post(f"/app/bookings/{second.uid}/reassignment", data={"host": "ben"})
        assert (page.status_code, "busy then" in words(page)) == (409, True)
    assert (await booking(store, first.uid)).host_id == pair[1].id


@pytest.mark.rule(64)
async def test_who_takes_part_sees_it_on_every_page(
    app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]
):
    """Ben does not answer for it: it is on his first page, in his list, and he may cancel it."""
    await team_event_type(store, pair, EventTypeRules(duration_minutes=30, assignment="collective"))
    both = await cleo_books(store, TEN, host="team:support")
    async with desk(app, signed_in, pair[1]) as client:
        for path in ("/app", "/app/bookings", f"/app/bookings/{both.uid}"):
            assert "Cleo" in words(await client.get(path)), path
        await client.post(f"/app/bookings/{both.uid}/cancellation", data={"reason": ""})
    assert (await booking(store, both.uid)).status == "cancelled"


@pytest.mark.rule(39)
async def test_mallory_sees_nothing_of_it(app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]):
    """No page of the team, its event type or its booking is there for her; nor can she change them."""
    made = await team_event_type(store, pair, TURNS)
    uid = (await cleo_books(store, TEN, host="team:support")).uid
    paths = (
        f"/app/teams/{made.team_id}",
        f"/app/event-types/{made.id}",
        f"/app/event-types/{made.id}/turns",
        f"/app/event-types/new?team={made.team_id}",
        f"/app/bookings/{uid}",
        f"/app/bookings/{uid}/reassignment",
    )
    async with desk(app, signed_in, await host(store, "Mallory")) as client:
        answers = [await client.get(path) for path in paths]
        answers += [await client.post(path, data={"host": "ada", "name": "Mine"}) for path in paths if "?" not in path]
    assert {answer.status_code for answer in answers if not _is_get_only(answer)} == {404}


def _is_get_only(answer: httpx2.Response) -> bool:
    return answer.status_code == 405


async def test_a_member_looks_and_leaves(app: Any, store: Store, signed_in: SignedIn, pair: tuple[Host, Host]):
    """Ben sees the team without its forms, takes part no more, and leaves."""
    made = await team_event_type(store, pair, TURNS)
    async with desk(app, signed_in, pair[1]) as client:
        assert "Name and address" not in words(await client.get(f"/app/teams/{made.team_id}"))
        await client.post(f"/app/event-types/{made.id}/own-part", data={"act": "leave"})
        await client.post(f"/app/teams/{made.team_id}/members/{pair[1].id}", data={"act": "remove"})
        assert "You are in no team yet" in words(await client.get("/app/teams"))
    assert [one.host_id for one in await teams.members(store.reader, made.team_id or 0)] == [pair[0].id]
