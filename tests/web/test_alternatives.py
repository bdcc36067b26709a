"""Every "no" to a time comes with what can be had instead, through every door, however far away that is (R70)."""

import re
from datetime import date
from typing import Any

import httpx2
import msgspec
import pytest

from cally.bookings import manage_token
from cally.model.hosts import Host
from cally.store import Store, schedules
from cally.vault import Vault
from tests.cast import HOUR, NOW, WORKING_WEEK, ada, at
from tests.web.desks import cleo_books
from tests.web.guests import buttons, fields, look, send, words

TEN = at("2026-09-22 08:00")
SLOT = "2026-09-22T08:00Z"
GUEST = {"name": "Cleo Çelik", "email": "cleo@example.org", "tz": "Europe/Berlin"}
WISH = {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z"}
NEXT = ["2026-10-26T08:00:00Z", "2026-10-26T08:30:00Z", "2026-10-27T08:00:00Z"]


@pytest.fixture
async def her(store: Store) -> Host:
    """Ada, who is away for five weeks from tomorrow on."""
    owner = await ada(store)
    (hours,) = await schedules.list_of(store.reader, owner.id)
    away = ((date(2026, 9, 22), date(2026, 10, 25)),)
    rules = msgspec.structs.replace(WORKING_WEEK, time_off=away)
    async with store.write() as tx:
        await schedules.update(tx, msgspec.structs.replace(hours, rules=rules), now=NOW)
    await _fill_today(store)
    return owner


async def _fill_today(store: Store) -> None:
    for number in range(16):
        await cleo_books(store, at("2026-09-21 07:00") + number * HOUR // 2)


def instead(answer: httpx2.Response) -> list[str]:
    """The starts that a 409 offers."""
    assert answer.status_code == 409, answer.text
    return [slot["starts_at"] for slot in answer.json()["alternatives"]]


@pytest.mark.rule(47)
async def test_bookings_and_holds_offer_the_days_after_five_weeks(client: httpx2.AsyncClient, her: Host) -> None:
    """At once, without another question."""
    assert instead(await client.post("/api/v1/bookings", json={**WISH, "guest": GUEST})) == NEXT
    assert instead(await client.post("/api/v1/holds", json=WISH)) == NEXT


async def test_a_move_by_guest_or_host_offers_them(
    client: httpx2.AsyncClient, store: Store, vault: Vault, bearer: Any, her: Host
) -> None:
    """The booking stays where it is."""
    made = await client.post("/api/v1/bookings", json={**WISH, "starts_at": NEXT[0], "guest": GUEST})
    uid = made.json()["uid"]
    other = await cleo_books(store, at("2026-10-26 09:00"))
    path, body = f"/api/v1/bookings/{uid}/reschedule", {"starts_at": "2026-10-26T09:00:00Z"}
    as_guest = await client.post(path, json=body, headers={"x-manage-token": manage_token(vault, uid)})
    as_host = await client.post(path, json=body, headers=await bearer(her))
    assert (
        instead(as_guest)
        == instead(as_host)
        == ["2026-10-26T08:30:00Z", "2026-10-26T09:30:00Z", "2026-10-27T08:00:00Z"]
    )
    assert other.starts_at == at("2026-10-26 09:00")


@pytest.mark.rule(47)
async def test_the_form_of_a_slot_that_is_gone_shows_them_before_anything_is_typed(
    client: httpx2.AsyncClient, her: Host
) -> None:
    """A link to a time that somebody else has meanwhile."""
    page = await look(client, f"/ada/intro?slot={SLOT}&tz=Europe/Berlin")
    shown = page.text.partition('class="bk-others')[2].partition("</div>")[0]
    offered = re.findall(r"slot=([0-9T%A:-]+Z)", shown)
    assert [start.replace("%3A", ":") for start in offered] == [start.replace(":00Z", "Z") for start in NEXT]


@pytest.mark.rule(47)
async def test_who_was_too_late_gets_them_with_their_words_kept(client: httpx2.AsyncClient, her: Host) -> None:
    """409, and one tap books another time."""
    page = await look(client, f"/ada/intro?slot={NEXT[0]}&tz=Europe/Berlin")
    form = {**fields(page), "name": GUEST["name"], "email": GUEST["email"], "slot": SLOT}
    late = await send(client, "/ada/intro", form)
    assert late.status_code == 409
    assert fields(late)["name"] == GUEST["name"]
    offered = [value for name, value in buttons(late) if name == "instead"]
    assert offered == [start.replace(":00Z", "Z") for start in NEXT]
    taken = await send(client, "/ada/intro", {**fields(late), "instead": offered[0]})
    assert taken.status_code == 303, words(taken)
