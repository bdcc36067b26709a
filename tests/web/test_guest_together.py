"""Hosts together at `/ada+ben`: one address, the same page and API as any other, and nobody is told on (rule 67)."""

from typing import Any

import httpx2
import pytest

from cally.accounts import disable_account
from cally.bookings import list_bookings
from cally.hosts import update_host
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.rules import DAYS, ScheduleRules, WeeklyHours, Window
from cally.store import Store, messages
from tests.cast import NOW, event_type, host, schedule
from tests.web.desks import FORM, SignedIn, desk, words

CLI = Actor(kind="cli")
SLOTS = "/api/v1/hosts/ada+ben/event-types/meeting/slots?from=2026-09-22&to=2026-09-22&tz=UTC"
TWO = "2026-09-22T14:00Z"
CLEO = {"name": "Cleo Çelik", "email": "cleo@example.org", "tz": "America/New_York"}


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada works nine to five in Berlin, Ben in New York: together they have two hours."""
    ada, ben = await host(store, "Ada Lovelace"), await host(store, "Ben Okri", tz="America/New_York")
    await schedule(store, ada)
    window = Window(from_minute=9 * 60, to_minute=17 * 60)
    rules = ScheduleRules(tz="America/New_York", weekly=(WeeklyHours(days=DAYS[:5], hours=window),))
    await schedule(store, ben, rules)
    return ada, ben


def form(slot: str = TWO, **changed: str) -> dict[str, str]:
    """What Cleo sends without scripts."""
    return {"slot": slot, "duration": "30", "key": "one", "hold": "", **CLEO, **changed}


async def booked(client: httpx2.AsyncClient, slot: str = TWO) -> str:
    """Cleo books; the address of her ticket."""
    page = await client.get(f"/ada+ben?slot={slot}")
    assert 'method="post" action="/ada+ben"' in page.text
    answer = await client.post("/ada+ben", data=form(slot), headers=FORM)
    assert answer.headers["location"].startswith("/b/"), words(answer)
    return str(answer.headers["location"])


@pytest.mark.rule(67)
@pytest.mark.parametrize("address", ["/ben+ada", "/ada+ben+ada", "/ben%2Bada", "/ada++ben"])
async def test_every_order_leads_to_one_address(client: httpx2.AsyncClient, pair: Any, address: str):
    """Names in order, each once; what else the address says is kept."""
    answer = await client.get(f"{address}?duration=45&tz=UTC")
    assert (answer.status_code, answer.headers["location"]) == (301, "/ada+ben?duration=45&tz=UTC")
    assert (await client.get("/ada%2Bben")).status_code == 200


@pytest.mark.rule(67)
async def test_the_page_offers_what_all_have(client: httpx2.AsyncClient, pair: Any):
    """Both names, four lengths, and times of nine to five in two zones."""
    page = await client.get("/ada+ben?date=2026-09-22&tz=UTC", headers={"accept-language": "en-GB"})
    said = words(page)
    assert "Ada Lovelace and Ben Okri" in said
    assert "15 min 30 min 45 min 60 min" in said
    assert "13:00 13:15" in said
    assert "14:30" in said
    assert "12:45" not in said
    assert 'rel="canonical" href="http://cally.test/ada+ben"' in page.text


@pytest.mark.rule(39, 67)
async def test_whoever_cannot_be_named_is_not_given_away(client: httpx2.AsyncClient, pair: Any, store: Store):
    """Opted out, disabled, unknown: the same page, byte for byte."""
    _, ben = pair
    before = await client.get("/ada+ben")
    await update_host(store, ben.id, dynamic_links=False, now=NOW, actor=CLI)
    answers = [await client.get("/ada+ben"), await client.get("/ada+nobody"), await client.get("/ada+")]
    await update_host(store, ben.id, dynamic_links=True, now=NOW, actor=CLI)
    await disable_account(store, ben.id, now=NOW, actor=CLI)
    answers.append(await client.get("/ada+ben"))
    assert before.status_code == 200
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert (await client.get(SLOTS)).status_code == 404


async def test_it_is_booked_moved_and_cancelled_without_scripts(client: httpx2.AsyncClient, pair: Any, store: Store):
    """The ticket names both; each of them is told by mail, and the times are theirs again."""
    ticket = await booked(client)
    page = words(await client.get(ticket))
    assert "Meeting · Ada Lovelace and Ben Okri" in page
    path = ticket.partition("?")[0]
    moved = await client.post(f"{path}/reschedule", data={"slot": "2026-09-22T13:00Z"}, headers=FORM)
    assert moved.headers["location"] == f"{path}?moved=1"
    assert (await client.post(f"{path}/cancel", data={"reason": ""}, headers=FORM)).status_code == 303
    (booking,) = await list_bookings(store.reader, host_id=pair[1].id)
    assert booking.status == "cancelled"
    told = {(one.kind, one.address) for one in await messages.list_of(store.reader, booking.id)}
    for kind in ("confirmed", "rescheduled", "cancelled"):
        for address in ("ada@example.com", "ben@example.com", "cleo@example.org"):
            assert (kind, address) in told


async def test_both_find_it_on_their_desk(app: Any, client: httpx2.AsyncClient, pair: Any, signed_in: SignedIn):
    """In the list, and by its own page."""
    await booked(client)
    for one in pair:
        async with desk(app, signed_in, one) as own:
            assert "Cleo Çelik" in words(await own.get("/app/bookings"))


@pytest.mark.rule(47)
async def test_one_slot_goes_to_one_guest(client: httpx2.AsyncClient, pair: Any):
    """The second keeps what they typed and is offered other times at the same address."""
    await booked(client)
    lost = await client.post("/ada+ben", data=form(email="dana@example.org", key="two"), headers=FORM)
    assert lost.status_code == 409
    assert "Someone was faster" in words(lost)
    assert "dana@example.org" in lost.text


@pytest.mark.rule(67)
async def test_programs_see_hold_and_book_it_as_any_other(client: httpx2.AsyncClient, pair: Any):
    """`ada+ben` is a host and `meeting` its event type; in whatever order it is asked for."""
    shown = (await client.get("/api/v1/hosts/ben+ada/event-types/meeting")).json()
    assert (shown["host"]["slug"], shown["url"]) == ("ada+ben", "http://cally.test/ada+ben")
    (listed,) = (await client.get("/api/v1/hosts/ada%2Bben/event-types")).json()["event_types"]
    assert (listed["slug"], listed["durations_minutes"]) == ("meeting", [30, 15, 45, 60])
    slots = (await client.get(f"{SLOTS}&duration=60")).json()["slots"]
    assert [slot["starts_at"][11:16] for slot in slots] == ["13:00", "13:15", "13:30", "13:45", "14:00"]
    wanted = {"host": "ben+ada", "event_type": "meeting", "starts_at": "2026-09-22T14:00:00Z"}
    held = await client.post("/api/v1/holds", json=wanted)
    assert held.status_code == 201
    book = wanted | {"guest": CLEO, "hold": held.json()["uid"]}
    made = await client.post("/api/v1/bookings", json=book)
    assert made.status_code == 201
    assert [one["slug"] for one in made.json()["hosts"]] == ["ada", "ben"]
    assert (await client.post("/api/v1/bookings", json=wanted | {"guest": CLEO})).status_code == 409


async def test_what_is_shown_changes_with_everybodys_time(client: httpx2.AsyncClient, pair: Any, store: Store):
    """Asked before and after Ben is booked elsewhere, with memory in between."""
    (hours,) = [await schedule(store, pair[1])]
    await event_type(store, hours, "own")
    before = await client.get(SLOTS)
    assert (await client.get(SLOTS, headers={"if-none-match": before.headers["etag"]})).status_code == 304
    wanted = {"host": "ben", "event_type": "own", "starts_at": "2026-09-22T14:00:00Z", "guest": CLEO}
    assert (await client.post("/api/v1/bookings", json=wanted)).status_code == 201
    after = await client.get(SLOTS)
    starts = [[slot["starts_at"][11:16] for slot in answer.json()["slots"]] for answer in (before, after)]
    assert starts[0] == ["13:00", "13:15", "13:30", "13:45", "14:00", "14:15", "14:30"]
    assert starts[1] == ["13:00", "13:15", "13:30", "14:30"]


async def test_a_single_hosts_page_takes_no_form(client: httpx2.AsyncClient, pair: Any):
    """Only links are booked at an address of one part."""
    assert (await client.post("/ada", data=CLEO, headers=FORM)).status_code == 404
