"""Before a booking is taken on: the trap, work when much comes, patience without scripts, mailboxes that had enough."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally.brakes import GuestBrake, solved
from cally.brakes.guests import FREE_CHANGES
from cally.brakes.limits import CHANGES, MAILBOX
from cally.store import Store, audit
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada
from tests.web.conftest import Watch, asking
from tests.web.guests import CLEO, fields, filled, look, send, words, worked

MALLORY, CLEOS = "203.0.113.66", "192.0.2.1"
EIGHT = "2026-09-22T08:00Z"


def hurried() -> GuestBrake:
    """A brake on which Mallory's network has done a little too much."""
    brake = GuestBrake()
    brake.limiter.take(CHANGES, MALLORY, NOW, times=2 * FREE_CHANGES)
    return brake


def wanted(**more: Any) -> dict[str, Any]:
    """What a program sends."""
    guest = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
    return {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z", "guest": guest, **more}


async def test_a_first_guest_is_asked_for_nothing(client: httpx2.AsyncClient, store: Store) -> None:
    """No work, no wait, and a trap that neither eye, keyboard nor screen reader meets."""
    await ada(store)
    page = await look(client, f"/ada/intro?slot={EIGHT}")
    assert "data-challenge" not in page.text
    assert "work-" not in page.text
    assert 'aria-hidden="true"><label for="f-comment-url"' in page.text
    assert 'tabindex="-1" autocomplete="off"' in page.text


async def test_a_machine_in_the_trap_sees_an_answer_like_any_other(client: httpx2.AsyncClient, store: Store) -> None:
    """Nothing is stored, and the refusal is in the audit log."""
    await ada(store)
    form = await filled(client, EIGHT, comment_url="http://buy.example")
    told = await send(client, "/ada/intro", form)
    assert told.status_code == 303
    assert told.headers["location"].startswith("/b/")
    assert (await store.reader.row("SELECT count(*) FROM booking")) == (0,)
    assert [entry.tag for entry in await audit.list_latest(store.reader)] == ["guest:booking:refuse"]
    assert (await send(client, "/ada/intro", form | {"comment_url": ""})).status_code == 303


async def test_a_hurried_network_works_and_others_do_not(doors: Doors, store: Store) -> None:
    """The work is on the page before it is needed, is good once, and for this page alone."""
    await ada(store)
    app = build(replace(doors, guests=hurried()))
    async with asking(app, address=MALLORY) as client:
        page = await look(client, f"/ada/intro?slot={EIGHT}")
        done = worked(page)
        assert done
        told = await send(client, "/ada/intro", fields(page) | CLEO)
        assert (told.status_code, "Much comes from your network" in words(told)) == (429, True)
        assert fields(told)["email"] == CLEO["email"]
        assert (await send(client, "/ada/intro", fields(page) | CLEO | done)).status_code == 303
        again = fields(await look(client, "/ada/intro?slot=2026-09-22T09:00Z")) | CLEO | done
        assert (await send(client, "/ada/intro", again)).status_code == 429
    async with asking(app, address=CLEOS) as client:
        assert "data-challenge" not in (await look(client, f"/ada/intro?slot={EIGHT}")).text


async def test_without_scripts_one_waits(doors: Doors, store: Store, watch: Watch) -> None:
    """A stamp is good some seconds later, not before, and once."""
    await ada(store)
    async with asking(build(replace(doors, guests=hurried())), address=MALLORY) as client:
        told = await send(client, "/ada/intro", fields(await look(client, f"/ada/intro?slot={EIGHT}")) | CLEO)
        assert "Please wait" in words(told)
        form = fields(told)
        early = await send(client, "/ada/intro", form)
        assert (early.status_code, fields(early)["stamp"]) == (429, form["stamp"])
        watch.now += int(early.headers["retry-after"])
        doors.guests.limiter.take(CHANGES, MALLORY, watch.now, times=0)
        assert (await send(client, "/ada/intro", form)).status_code == 303


async def test_a_program_finds_the_challenge_in_the_refusal(doors: Doors, store: Store, bearer: Any) -> None:
    """And sends the work in a header, once; one with a token is not asked."""
    owner = await ada(store)
    async with asking(build(replace(doors, guests=hurried())), address=MALLORY) as client:
        told = await client.post("/api/v1/bookings", json=wanted())
        assert (told.status_code, told.json()["code"]) == (429, "rate_limited")
        work = {"x-work": solved(told.json()["challenge"], told.json()["work"])}
        assert (await client.post("/api/v1/bookings", json=wanted(), headers=work)).status_code == 201
        later = wanted(starts_at="2026-09-22T10:00:00Z")
        assert (await client.post("/api/v1/bookings", json=later, headers=work)).status_code == 429
        shown = await bearer(owner)
        assert (await client.post("/api/v1/bookings", json=later, headers=shown)).status_code == 201


@pytest.mark.parametrize("as_companion", [False, True])
async def test_cally_bombs_nobodys_mailbox(
    doors: Doors, store: Store, watch: Watch, bearer: Any, as_companion: bool
) -> None:
    """Whatever tag it is written with, and whether as guest or as who is brought; within the hour it is over."""
    owner, brake = await ada(store), GuestBrake()
    for _ in range(MAILBOX.quota):
        brake.mailed(["victim@example.org"], NOW)
    victim = "Victim+1@example.org"
    body = wanted(companions=[{"email": victim}]) if as_companion else wanted()
    body["guest"] = body["guest"] | ({} if as_companion else {"email": victim})
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        told = await client.post("/api/v1/bookings", json=body)
        assert (told.status_code, told.json()["limit"]) == (429, "mailbox")
        assert (await client.post("/api/v1/bookings", json=wanted())).status_code == 201
        body["starts_at"] = "2026-09-22T11:00:00Z"
        watch.now += int(told.headers["retry-after"])
        assert (await client.post("/api/v1/bookings", json=body)).status_code == 201
        body["starts_at"] = "2026-09-22T12:00:00Z"
        assert (await client.post("/api/v1/bookings", json=body)).status_code == 429
        assert (await client.post("/api/v1/bookings", json=body, headers=await bearer(owner))).status_code == 201


async def test_looking_far_and_wide_costs_more(doors: Doors, store: Store) -> None:
    """A hundred days of a century ahead are a hundred looks; what is remembered costs none."""
    await ada(store)
    brake = GuestBrake()
    path = "/api/v1/hosts/ada/event-types/intro/slots?from={0}-01-01&to={0}-03-31"
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        for year in range(2126, 2150):
            told = await client.get(path.format(year))
            if told.status_code == 429:
                break
        assert told.json()["limit"] == "looks"
        assert (await client.get(path.format(2126))).status_code == 200
