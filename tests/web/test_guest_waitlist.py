"""What guests see of full times: they stand on the page, can be waited for, and are taken or left by their own link."""

from asyncio import gather
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest

from cally.bookings import cancel
from cally.model.hosts import Host
from cally.model.options import EventTypeOptions
from cally.notify.links import manage_token, waitlist_token
from cally.store import Store, bookings, event_types
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from cally.web.guest_brake import BURST, GuestBrake
from tests.bookings.waiting import TEN, seated, state, waits, with_waitlist
from tests.cast import AS_CLEO, NOW
from tests.cast import ada as make_ada
from tests.web.conftest import Watch, asking
from tests.web.guests import fields, links, look, send, words

TEXT = "2026-09-22T08:00Z"


@pytest.fixture
async def ada(store: Store) -> Host:
    """Ada, whose class of two is full at ten."""
    made = await make_ada(store)
    await with_waitlist(store, made)
    for name in ("Cleo", "Dora"):
        await seated(store, name)
    return made


@pytest.mark.rule(60)
async def test_a_full_time_can_be_waited_for(client: httpx2.AsyncClient, ada: Host):
    """It stands among the free ones; its link asks for name and address, and leads to the place in line."""
    page = await look(client, "/ada/yoga?date=2026-09-22&tz=Europe/Berlin")
    (address,) = links(page, "/ada/yoga/waitlist")
    assert "Full · waitlist" in words(page)
    form = await look(client, address)
    assert "10:00" in words(form)
    answer = await send(client, "/ada/yoga/waitlist", {**fields(form), "name": "Emil", "email": "emil@example.org"})
    assert answer.status_code == 303
    place = words(await look(client, answer.headers["location"]))
    assert "You are first in line" in place
    assert "Cleo" not in place


@pytest.mark.rule(60)
async def test_a_day_that_is_full_leads_there_too(client: httpx2.AsyncClient, store: Store, ada: Host):
    """Even when nothing else is free, the page shows what can be waited for."""
    found = await event_types.by_slug(store.reader, ada.id, "yoga")
    assert found is not None
    rules = msgspec.structs.replace(found.rules, notice_minutes=0, horizon=None, step_minutes=24 * 60)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(found, rules=rules), now=NOW)
    await seated(store, "Gil", TEN - 3_600)
    await seated(store, "Hal", TEN - 3_600)
    page = await look(client, "/ada/yoga?date=2026-09-22&tz=Europe/Berlin")
    assert "full, with a waitlist" in page.text
    assert "Full · waitlist" in words(page)


@pytest.mark.rule(60)
async def test_an_offer_is_taken_by_its_link(client: httpx2.AsyncClient, store: Store, ada: Host, vault: Vault):
    """Opening it changes nothing; the button books, and pressing it twice leads to the same ticket."""
    emil = await waits(store, "Emil")
    await free_a_seat(store, ada)
    path = f"/w/{waitlist_token(vault, emil.uid)}"
    page = await look(client, path)
    assert "A place is free for you" in words(page)
    assert await state(store, emil) == "offered"
    answers = [await send(client, path, fields(page)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    tickets = {answer.headers["location"].partition("?")[0] for answer in answers}
    assert len(tickets) == 1
    assert "You’re booked" in words(await look(client, answers[0].headers["location"]))
    assert (await look(client, path)).headers["location"] in tickets


async def test_whoever_is_brought_to_an_offer_counts(doors: Doors, store: Store, ada: Host):
    """Each of them gets a mail, as with every other booking."""
    emil = await waits(store, "Emil")
    await free_a_seat(store, ada)
    token, brought = waitlist_token(doors.vault, emil.uid), [f"c{number}@example.org" for number in range(9)]
    brake = GuestBrake()
    brake.change("203.0.113.66", NOW, times=BURST - 5)
    async with asking(build(replace(doors, guests=brake)), address="203.0.113.66") as client:
        told = await client.post(
            f"/api/v1/waitlist/{emil.uid}/acceptance",
            json={"companions": [{"email": email} for email in brought]},
            headers={"x-manage-token": token},
        )
        assert told.status_code == 429
        assert (await send(client, f"/w/{token}", {"companions": ", ".join(brought)})).status_code == 429


@pytest.mark.rule(60)
async def test_an_offer_is_given_up_or_runs_out(
    client: httpx2.AsyncClient, store: Store, ada: Host, vault: Vault, watch: Watch
):
    """Who leaves is out of the line; who comes too late is told so."""
    emil, finn = await waits(store, "Emil"), await waits(store, "Finn")
    await free_a_seat(store, ada)
    path = f"/w/{waitlist_token(vault, emil.uid)}"
    assert (await send(client, f"{path}/leave", {})).status_code == 303
    assert "You do not wait any more" in words(await look(client, path))
    watch.now = NOW + 5 * 3_600
    late = await send(client, f"/w/{waitlist_token(vault, finn.uid)}", {})
    assert late.status_code == 409
    assert "run out" in words(late)


@pytest.mark.rule(52)
async def test_a_forged_link_opens_nothing(client: httpx2.AsyncClient, store: Store, ada: Host, vault: Vault):
    """Neither a guessed token nor the manage link of a booking is the key to a place in line."""
    emil = await waits(store, "Emil")
    for token in (f"{emil.uid}.AAAA", manage_token(vault, emil.uid)):
        assert (await look(client, f"/w/{token}")).status_code == 404
        assert (await send(client, f"/w/{token}/leave", {})).status_code == 404
    assert await state(store, emil) == "waiting"


async def test_faults_stand_beside_their_fields(client: httpx2.AsyncClient, ada: Host):
    """Without a name 422; for a time that is free, a way to book it."""
    form = {"slot": TEXT, "tz": "UTC", "duration": "60", "name": "", "email": "nobody"}
    assert (await send(client, "/ada/yoga/waitlist", form)).status_code == 422
    free = await send(
        client, "/ada/yoga/waitlist", {**form, "slot": "2026-09-22T10:00Z", "name": "Emil", "email": "e@example.org"}
    )
    assert (free.status_code, "This time is free" in words(free)) == (409, True)
    there = await look(client, "/ada/yoga/waitlist?slot=2026-09-22T10:00Z")
    assert there.headers["location"].startswith("/ada/yoga?slot=")


@pytest.mark.rule(59)
async def test_guests_see_each_other_only_where_they_may(
    client: httpx2.AsyncClient, store: Store, ada: Host, vault: Vault
):
    """Cleo's page and her invitation do not name Dora; with the event type's leave the page does, the address never."""
    cleo = next(one for one in await slot(store, ada) if one.guest.name == "Cleo")
    path = f"/b/{manage_token(vault, cleo.uid)}"
    for shown in (path, f"{path}/invite.ics"):
        assert "Dora" not in (await look(client, shown)).text
    found = await event_types.by_id(store.reader, cleo.event_type_id)
    assert found is not None
    meeting = msgspec.structs.replace(found, options=EventTypeOptions(waitlist=True, guests_meet=True))
    async with store.write() as tx:
        await event_types.update(tx, meeting, now=NOW)
    page = await look(client, path)
    assert "Also there: Dora" in words(page)
    assert "dora@example.org" not in page.text


@pytest.mark.rule(58)
async def test_over_http_exactly_the_seats_are_given_away(app: Any, store: Store, ada: Host):
    """Twelve at once, some with a friend, for a class of seven: never more than seven, and nobody else is refused."""
    found = await event_types.by_slug(store.reader, ada.id, "yoga")
    assert found is not None
    rules = msgspec.structs.replace(found.rules, seats=7)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(found, rules=rules), now=NOW)

    async def one(number: int) -> tuple[int, int]:
        seats = 1 + number % 2
        body = {
            "host": "ada",
            "event_type": "yoga",
            "starts_at": "2026-09-22T11:00:00Z",
            "guest": {"name": f"G{number}", "email": f"g{number}@example.org", "tz": "UTC"},
            "companions": [{"email": f"friend{number}@example.org"}] * (seats - 1),
        }
        async with asking(app, address=f"192.0.2.{number + 1}") as client:
            return (await client.post("/api/v1/bookings", json=body)).status_code, seats

    answers = await gather(*(one(number) for number in range(12)))
    assert {status for status, _ in answers} == {201, 409}
    given = sum(seats for status, seats in answers if status == 201)
    assert given == 7 or (given == 6 and all(seats == 2 for status, seats in answers if status == 409))


async def slot(store: Store, ada: Host) -> list[Any]:
    """Who has a seat at ten."""
    found = await event_types.by_slug(store.reader, ada.id, "yoga")
    assert found is not None
    return await bookings.list_of_slot(store.reader, host_id=ada.id, event_type_id=found.id, starts_at=TEN)


async def free_a_seat(store: Store, ada: Host) -> None:
    """Cleo cancels."""
    cleo = next(one for one in await slot(store, ada) if one.guest.name == "Cleo")
    await cancel(store, cleo.uid, reason="", now=NOW, actor=AS_CLEO)
