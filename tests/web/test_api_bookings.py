"""Bookings by programs: made once, refused with alternatives, seen and changed by whom they concern."""

import asyncio
import dataclasses
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from cally.model.rules import EventTypeRules
from cally.store import Store, hosts, schedules
from cally.web import build
from cally.web.doors import Doors
from cally.web.guest_brake import GuestBrake
from tests.cast import ada, at, event_type, host, schedule
from tests.web.conftest import Watch, asking

CLEO = {"name": "Cleo Çelik", "email": "cleo@example.org", "tz": "America/New_York"}
AT_TEN = "2026-09-22T08:00:00Z"
AT_ELEVEN = "2026-09-22T09:00:00Z"
BOOKINGS = "/api/v1/bookings"


def wanted(starts_at: str = AT_TEN, **more: Any) -> dict[str, Any]:
    return {"host": "ada", "event_type": "intro", "starts_at": starts_at, "guest": CLEO, **more}


async def booked(client: httpx2.AsyncClient, starts_at: str = AT_TEN, **more: Any) -> Any:
    answer = await client.post(BOOKINGS, json=wanted(starts_at, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def manage(booking: Any) -> dict[str, str]:
    return {"x-manage-token": booking["manage_url"].rpartition("/")[2]}


async def test_a_guest_books(client: httpx2.AsyncClient, store: Store) -> None:
    """201 with everything the guest needs, and nothing else happens at another time."""
    await ada(store)
    made = await booked(client, notes="Hello", companions=[{"email": "ben@example.org"}])
    assert (made["status"], made["sequence"]) == ("confirmed", 0)
    assert (made["starts_at"], made["ends_at"]) == (AT_TEN, "2026-09-22T08:30:00Z")
    assert made["hosts"] == [{"slug": "ada", "name": "Ada Lovelace"}]
    assert made["manage_url"].startswith("http://cally.test/b/")
    assert (await client.get(made["manage_url"])).status_code == 200
    file = await client.get(made["ics_url"])
    assert file.headers["content-type"].startswith("text/calendar")
    assert made["uid"] in file.text


@pytest.mark.rule(49)
async def test_the_same_key_is_the_same_booking(client: httpx2.AsyncClient, store: Store) -> None:
    """201, then 200 with the same uid; for another request the key is refused."""
    await ada(store)
    key = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    first = await client.post(BOOKINGS, json=wanted(), headers=key)
    again = await client.post(BOOKINGS, json=wanted(), headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await client.post(BOOKINGS, json=wanted(AT_ELEVEN), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_is_a_short_word(client: httpx2.AsyncClient, store: Store, key: str) -> None:
    """An empty or endless key is a fault of the request."""
    await ada(store)
    answer = await client.post(BOOKINGS, json=wanted(), headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.rule(39, 47, 48)
async def test_a_taken_time_has_alternatives(client: httpx2.AsyncClient, store: Store) -> None:
    """409 with the nearest slots in full, and not a word of why."""
    await ada(store)
    await booked(client)
    answer = await client.post(BOOKINGS, json=wanted())
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "slot_taken")
    assert {"starts_at": "2026-09-22T07:30:00Z", "ends_at": "2026-09-22T08:00:00Z"} in problem["alternatives"]
    assert len(problem["alternatives"]) == 3
    assert "reason" not in problem


@pytest.mark.rule(47, 48)
async def test_many_at_once_and_one_booking(doors: Doors, store: Store) -> None:
    """Fifty guests, two event types, overlapping starts: one 201, the rest 409."""
    made = await ada(store)
    hours = (await schedules.list_of(store.reader, made.id))[0]
    await event_type(store, hours, "talk", rules=EventTypeRules(duration_minutes=60))
    asked = [wanted(), wanted(event_type="talk")] * 25
    async with asking(build(dataclasses.replace(doors, guests=GuestBrake(limits=False)))) as client:
        answers = await asyncio.gather(*(client.post(BOOKINGS, json=each) for each in asked))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (1, 49)


@pytest.mark.parametrize(("starts_at", "reason"), [("2026-09-21T05:00:00Z", "past"), ("2026-09-22T03:00:00Z", None)])
async def test_only_public_reasons_are_told(
    client: httpx2.AsyncClient, store: Store, starts_at: str, reason: str | None
) -> None:
    """That a time is past is no secret; a host's hours are their own matter."""
    await ada(store)
    answer = await client.post(BOOKINGS, json=wanted(starts_at))
    assert answer.status_code == 409
    assert answer.json().get("reason") == reason


@pytest.mark.rule(50)
async def test_a_hold_keeps_the_slot_for_its_holder(client: httpx2.AsyncClient, store: Store) -> None:
    """Held: others get 409, the holder books."""
    await ada(store)
    asked = {"host": "ada", "event_type": "intro", "starts_at": AT_TEN}
    held = await client.post("/api/v1/holds", json=asked)
    assert held.status_code == 201
    assert (await client.post("/api/v1/holds", json=asked)).status_code == 409
    assert (await client.post(BOOKINGS, json=wanted())).status_code == 409
    assert (await client.post(BOOKINGS, json=wanted(hold=held.json()["uid"]))).status_code == 201


async def test_a_hold_is_given_up(client: httpx2.AsyncClient, store: Store) -> None:
    """Released, the slot is anybody's; releasing twice is no fault."""
    await ada(store)
    asked = {"host": "ada", "event_type": "intro", "starts_at": AT_TEN}
    uid = (await client.post("/api/v1/holds", json=asked)).json()["uid"]
    for _ in range(2):
        assert (await client.delete(f"/api/v1/holds/{uid}")).status_code == 204
    assert (await client.post(BOOKINGS, json=wanted())).status_code == 201


@pytest.mark.rule(54, 55)
async def test_a_guest_moves_and_cancels(client: httpx2.AsyncClient, store: Store) -> None:
    """With the manage token: the uid stays, the sequence rises; cancelling twice is no fault."""
    await ada(store)
    made = await booked(client)
    path = f"{BOOKINGS}/{made['uid']}"
    moved = await client.post(f"{path}/reschedule", json={"starts_at": AT_ELEVEN}, headers=manage(made))
    assert (moved.status_code, moved.json()["sequence"], moved.json()["starts_at"]) == (200, 1, AT_ELEVEN)
    for _ in range(2):
        gone = await client.post(f"{path}/cancellation", json={"reason": "Ill"}, headers=manage(made))
        assert (gone.status_code, gone.json()["status"], gone.json()["sequence"]) == (200, "cancelled", 2)
    late = await client.post(f"{path}/reschedule", json={"starts_at": AT_TEN}, headers=manage(made))
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


async def test_a_cancellation_needs_no_body(client: httpx2.AsyncClient, store: Store) -> None:
    """A reason is offered, not asked for."""
    await ada(store)
    made = await booked(client)
    assert (await client.post(f"{BOOKINGS}/{made['uid']}/cancellation", headers=manage(made))).status_code == 200


@pytest.mark.rule(55)
async def test_a_move_to_a_taken_time_changes_nothing(client: httpx2.AsyncClient, store: Store) -> None:
    """409 with alternatives, and the booking stays where it was."""
    await ada(store)
    made, other = await booked(client), await booked(client, AT_ELEVEN)
    path = f"{BOOKINGS}/{made['uid']}"
    refused = await client.post(f"{path}/reschedule", json={"starts_at": other["starts_at"]}, headers=manage(made))
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert (await client.get(path, headers=manage(made))).json()["starts_at"] == AT_TEN


@pytest.mark.parametrize("token", ["", "x", "forged.signature", "é".encode().decode("latin-1")])
async def test_a_forged_manage_token_opens_nothing(client: httpx2.AsyncClient, store: Store, token: str) -> None:
    """404, as for a booking that does not exist."""
    await ada(store)
    made = await booked(client)
    headers = {"x-manage-token": token.encode("latin-1")}
    assert (await client.get(f"{BOOKINGS}/{made['uid']}", headers=headers)).status_code == 404


async def test_a_manage_token_opens_its_own_booking_only(client: httpx2.AsyncClient, store: Store) -> None:
    """Cleo's secret is none for another guest's booking."""
    await ada(store)
    made, other = await booked(client), await booked(client, AT_ELEVEN)
    answer = await client.post(f"{BOOKINGS}/{other['uid']}/cancellation", headers=manage(made))
    assert answer.status_code == 404


@pytest.mark.parametrize("act", ["approval", "declination", "no-show"])
async def test_a_guest_does_not_act_as_the_host(client: httpx2.AsyncClient, store: Store, act: str) -> None:
    """Only the host says yes or no; the guest's secret does not."""
    await ada(store)
    made = await booked(client)
    assert (await client.post(f"{BOOKINGS}/{made['uid']}/{act}", headers=manage(made))).status_code == 401


@pytest.mark.rule(51)
async def test_a_host_answers_a_request(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """Pending blocks; approving twice has one effect; then it can no longer be declined."""
    made = await ada(store)
    hours = await schedule(store, made)
    await event_type(store, hours, "ask", approval=True)
    asked = await booked(client, event_type="ask")
    assert asked["status"] == "pending"
    headers = await bearer(made, "bookings:write")
    for _ in range(2):
        answer = await client.post(f"{BOOKINGS}/{asked['uid']}/approval", headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    assert "manage_url" not in answer.json()
    late = await client.post(f"{BOOKINGS}/{asked['uid']}/declination", headers=headers)
    assert late.status_code == 409


async def test_a_host_declines_with_a_reason(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """The reason is kept, the time is free."""
    made = await ada(store)
    await event_type(store, await schedule(store, made), "ask", approval=True)
    asked = await booked(client, event_type="ask")
    answer = await client.post(
        f"{BOOKINGS}/{asked['uid']}/declination", json={"reason": "Away"}, headers=await bearer(made)
    )
    assert (answer.json()["status"], answer.json()["reason"]) == ("declined", "Away")
    await booked(client)


async def test_a_no_show_is_noted_and_taken_back(
    client: httpx2.AsyncClient, store: Store, bearer: Any, watch: Watch
) -> None:
    """Not before it has begun; DELETE says that the guest came after all."""
    headers = await bearer(await ada(store))
    asked = await booked(client)
    path = f"{BOOKINGS}/{asked['uid']}/no-show"
    assert (await client.post(path, headers=headers)).status_code == 409
    watch.now = at("2026-09-22 08:20")
    assert (await client.post(path, headers=headers)).json()["no_show"] is True
    assert (await client.delete(path, headers=headers)).json()["no_show"] is False


async def test_a_host_lists_in_pages(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """Each booking once, by start, whatever the page size; the last page has no cursor."""
    made = await ada(store)
    headers = await bearer(made)
    for minute in ("07:00", "07:30", "08:00", "08:30", "09:00"):
        await booked(client, f"2026-09-22T{minute}:00Z")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await client.get(BOOKINGS, params=query, headers=headers)).json()
        seen += [booking["starts_at"] for booking in page["bookings"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "confirmed"}, 2),
        ({"status": "cancelled"}, 0),
        ({"q": "cleo@"}, 2),
        ({"q": "nobody"}, 0),
        ({"q": "%"}, 0),
        ({"from": "2026-09-22", "to": "2026-09-22"}, 1),
        ({"from": "2026-09-23"}, 1),
        ({"to": "2026-09-21"}, 0),
        ({"from": "2026-09-22T08:30:00Z"}, 1),
        ({"to": "2026-09-22T08:00:00Z"}, 0),
        ({"host": "ada"}, 2),
    ],
)
async def test_a_list_is_narrowed(
    client: httpx2.AsyncClient, store: Store, bearer: Any, query: dict[str, str], count: int
) -> None:
    """By status, words, dates in the host's zone, instants, and host."""
    headers = await bearer(await ada(store), "bookings:read")
    await booked(client)
    await booked(client, "2026-09-23T08:00:00Z")
    answer = await client.get(BOOKINGS, params=query, headers=headers)
    assert len(answer.json()["bookings"]) == count


@pytest.mark.parametrize("query", [{"status": "gone"}, {"limit": "0"}, {"limit": "201"}, {"from": "soon"}, {"tz": "X"}])
async def test_a_narrowing_that_cannot_be_is_said(
    client: httpx2.AsyncClient, store: Store, bearer: Any, query: dict[str, str]
) -> None:
    """422 with the parameter."""
    headers = await bearer(await ada(store))
    answer = await client.get(BOOKINGS, params=query, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(query)))


async def test_another_hosts_list_is_for_admins(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """A host's token sees no other host, an admin's does."""
    await ada(store)
    await booked(client)
    ben, root = await host(store, "Ben"), await host(store, "Root", role="admin")
    query = {"host": "ada"}
    assert (await client.get(BOOKINGS, params=query, headers=await bearer(ben))).status_code == 404
    shown = await client.get(BOOKINGS, params=query, headers=await bearer(root))
    assert len(shown.json()["bookings"]) == 1


async def test_a_token_ends(client: httpx2.AsyncClient, store: Store, bearer: Any, watch: Watch) -> None:
    """Past its end a token is none."""
    headers = await bearer(await ada(store), expires_at=watch.now + 60)
    assert (await client.get(BOOKINGS, headers=headers)).status_code == 200
    watch.now += 61
    assert (await client.get(BOOKINGS, headers=headers)).status_code == 401


async def test_a_renamed_host_is_found_at_the_new_address_only(client: httpx2.AsyncClient, store: Store) -> None:
    """The cached answer of the old address does not outlive it."""
    made = await ada(store)
    path = "/api/v1/hosts/{}/event-types/intro/slots?from=2026-09-22&to=2026-09-22"
    assert (await client.get(path.format("ada"))).status_code == 200
    async with store.write() as tx:
        await hosts.update(tx, replace(made, slug="lovelace"))
    assert (await client.get(path.format("ada"))).status_code == 404
    assert (await client.get(path.format("lovelace"))).status_code == 200
