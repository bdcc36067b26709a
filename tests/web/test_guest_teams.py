"""Guests and teams: whom they meet is said before and after, and the flow is that of one host."""

import httpx2
import pytest

from cally.model.rules import EventTypeRules
from cally.store import Store
from tests.cast import host, team_event_type
from tests.web.guests import CLEO, fields, links, look, send, words

TEN = "2026-09-22T08:00Z"
TURNS = EventTypeRules(duration_minutes=30, assignment="round_robin")
TOGETHER = EventTypeRules(duration_minutes=30, assignment="collective")
PAGE = "/team/support/intro"


@pytest.fixture
async def pair(store: Store) -> tuple:
    """Ada and Ben."""
    return await host(store, "Ada Lovelace"), await host(store, "Ben Okri")


async def booked(client: httpx2.AsyncClient) -> httpx2.Response:
    form = fields(await look(client, f"{PAGE}?slot={TEN}&tz=Europe/Berlin"))
    return await send(client, PAGE, {**form, **CLEO})


@pytest.mark.rule(61)
async def test_before_it_is_someone_of_the_team_and_after_it_is_ada(
    store: Store, client: httpx2.AsyncClient, pair: tuple
):
    """The page names the team; the ticket names who was chosen, and leads back to the team's page."""
    await team_event_type(store, pair, TURNS)
    before = words(await look(client, PAGE))
    assert "You meet someone of Support" in before
    assert "Ada" not in before
    answer = await booked(client)
    assert answer.status_code == 303
    ticket = await look(client, answer.headers["location"])
    assert "Support call · Ada Lovelace" in words(ticket)


@pytest.mark.rule(64)
async def test_of_a_meeting_of_all_everybody_is_named(store: Store, client: httpx2.AsyncClient, pair: tuple):
    """Before and after, on the page and in the calendar file."""
    await team_event_type(store, pair, TOGETHER)
    assert "You meet Ada Lovelace and Ben Okri" in words(await look(client, PAGE))
    ticket = (await booked(client)).headers["location"].partition("?")[0]
    assert "Ada Lovelace and Ben Okri" in words(await look(client, ticket))
    assert "SUMMARY:Support call: Ada Lovelace\\, Ben Okri" in (await look(client, f"{ticket}/invite.ics")).text


@pytest.mark.rule(62)
async def test_the_third_guest_is_offered_other_times(store: Store, client: httpx2.AsyncClient, pair: tuple):
    """Their details are kept."""
    await team_event_type(store, pair, TURNS)
    form = {**fields(await look(client, f"{PAGE}?slot={TEN}&tz=Europe/Berlin")), **CLEO}
    keys = [{**form, "key": f"key-{number}"} for number in range(3)]
    answers = [await send(client, PAGE, one) for one in keys]
    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert "Someone was faster" in words(answers[2])
    assert fields(answers[2])["email"] == CLEO["email"]


@pytest.mark.rule(63)
async def test_a_guest_moves_and_cancels(store: Store, client: httpx2.AsyncClient, pair: tuple):
    """Through the same pages, and stays with Ada."""
    await team_event_type(store, pair, TURNS)
    ticket = (await booked(client)).headers["location"].partition("?")[0]
    asked = await look(client, f"{ticket}/reschedule?slot=2026-09-22T09:00Z")
    assert "Ada Lovelace" in words(asked)
    moved = await send(client, f"{ticket}/reschedule", fields(asked))
    assert moved.headers["location"] == f"{ticket}?moved=1"
    gone = await send(client, f"{ticket}/cancel", {"reason": ""})
    assert gone.status_code == 303
    again = await look(client, ticket)
    assert links(again, "/team/support/intro")


async def test_the_profile_lists_what_and_who(store: Store, client: httpx2.AsyncClient, pair: tuple):
    """The team's name, its people and what it offers; an unknown team is not there."""
    await team_event_type(store, pair, TURNS)
    page = await look(client, "/team/support")
    assert "Ada Lovelace" in words(page)
    assert links(page, PAGE) == [PAGE]
    assert (await look(client, "/team/nobody")).status_code == 404
    assert (await look(client, "/team/nobody/intro")).status_code == 404
