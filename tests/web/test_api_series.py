"""Series by programs: booked with one request, shown with every date, ended and moved by scope."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally.model.options import Series
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from cally.web.guest_brake import GuestBrake
from tests.cast import ada, host
from tests.series import EVERY, lesson
from tests.web.conftest import asking
from tests.web.test_api_bookings import CLEO, manage

BOOKINGS = "/api/v1/bookings"
TEN = "2026-10-06T08:00:00Z"
SKIPPING = Series(rhythms=EVERY, clashes="skip")


def wanted(starts_at: str = TEN, *, count: int = 4, **series: Any) -> dict[str, Any]:
    asked = {"rhythm": "weekly", "count": count, **series}
    return {"host": "ada", "event_type": "lesson", "starts_at": starts_at, "guest": CLEO, "series": asked}


async def booked(client: httpx2.AsyncClient, **series: Any) -> Any:
    answer = await client.post(BOOKINGS, json=wanted(**series))
    assert answer.status_code == 201, answer.text
    return answer.json()


def starts(series: Any) -> list[str]:
    return [one["starts_at"] for one in series["bookings"]]


def states(series: Any) -> list[str]:
    return [one["status"] for one in series["bookings"]]


@pytest.mark.rule(4, 68)
async def test_a_series_is_booked_with_one_request(client: httpx2.AsyncClient, store: Store) -> None:
    """201 with the first booking and, in `series`, every one with its own manage link."""
    await ada(store)
    await lesson(store)
    made = await booked(client)
    series = made["series"]
    assert starts(series) == [TEN, "2026-10-13T08:00:00Z", "2026-10-20T08:00:00Z", "2026-10-27T09:00:00Z"]
    assert (made["uid"], series["count"], series["skipped"]) == (series["bookings"][0]["uid"], 4, [])
    assert len({one["manage_url"] for one in series["bookings"]}) == 4


@pytest.mark.rule(39, 68)
async def test_a_clash_is_named_without_its_reason(client: httpx2.AsyncClient, store: Store) -> None:
    """409 with the date in the way and what is near it; nothing was booked."""
    await ada(store)
    await lesson(store)
    taken = {**wanted("2026-10-20T08:00:00Z"), "event_type": "intro", "series": None}
    await client.post(BOOKINGS, json=taken)
    answer = await client.post(BOOKINGS, json=wanted())
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "slot_taken")
    (clash,) = problem["clashes"]
    assert (clash["starts_at"], clash["reason"], len(clash["alternatives"])) == ("2026-10-20T08:00:00Z", None, 3)
    assert len(problem["free"]) == 3
    assert (await client.post(BOOKINGS, json={**taken, "starts_at": TEN})).status_code == 201


@pytest.mark.rule(68)
async def test_what_is_skipped_is_said(client: httpx2.AsyncClient, store: Store) -> None:
    """`skipped` has the start that was not free."""
    await ada(store)
    await lesson(store, terms=SKIPPING)
    taken = {**wanted("2026-10-13T08:00:00Z"), "event_type": "intro", "series": None}
    await client.post(BOOKINGS, json=taken)
    series = (await booked(client))["series"]
    assert (series["skipped"], series["count"]) == (["2026-10-13T08:00:00Z"], 3)


@pytest.mark.rule(49, 68)
async def test_the_same_key_is_the_same_series(client: httpx2.AsyncClient, store: Store) -> None:
    """201, then 200 with the same; for another count the key is refused."""
    await ada(store)
    await lesson(store)
    key = {"idempotency-key": "one-series"}
    first = await client.post(BOOKINGS, json=wanted(), headers=key)
    again = await client.post(BOOKINGS, json=wanted(), headers=key)
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    other = await client.post(BOOKINGS, json=wanted(count=5), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.rule(47, 68)
async def test_one_of_many_at_once_wins_wholly(doors: Doors, store: Store) -> None:
    """Twelve guests ask for overlapping series: one 201, the others 409."""
    await ada(store)
    await lesson(store)
    firsts = [TEN, "2026-10-13T08:00:00Z", "2026-10-20T08:00:00Z"] * 4
    async with asking(build(replace(doors, guests=GuestBrake(limits=False)))) as client:
        answers = await asyncio.gather(*(client.post(BOOKINGS, json=wanted(first)) for first in firsts))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (1, 11)


@pytest.mark.parametrize(
    ("series", "field"),
    [
        ({"count": 1}, "series.count"),
        ({"count": 500}, "series.count"),
        ({"clashes": "skip"}, "series.clashes"),
    ],
)
async def test_what_is_not_offered_is_named(
    client: httpx2.AsyncClient, store: Store, series: dict[str, Any], field: str
) -> None:
    """422 with the field."""
    await ada(store)
    await lesson(store)
    answer = await client.post(BOOKINGS, json=wanted(**series))
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.rule(68)
@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("one", ["confirmed", "cancelled", "confirmed", "confirmed"]),
        ("following", ["confirmed", "cancelled", "cancelled", "cancelled"]),
        ("all", ["cancelled"] * 4),
    ],
)
async def test_a_guest_ends_one_some_or_all(
    client: httpx2.AsyncClient, store: Store, scope: str, left: list[str]
) -> None:
    """The manage token of any date is enough; the series says what became of each."""
    await ada(store)
    await lesson(store)
    made = await booked(client)
    second = made["series"]["bookings"][1]
    answer = await client.post(
        f"{BOOKINGS}/{second['uid']}/cancellation", json={"scope": scope}, headers=manage(second)
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    seen = await client.get(f"/api/v1/series/{made['series']['id']}", headers=manage(made))
    assert states(seen.json()) == left


@pytest.mark.rule(55, 68)
async def test_the_rest_is_moved_or_stays(client: httpx2.AsyncClient, store: Store) -> None:
    """An hour later from the third on; then onto a time that is taken: 409, and nothing has moved."""
    await ada(store)
    await lesson(store)
    made = await booked(client)
    third = made["series"]["bookings"][2]
    address, token = f"{BOOKINGS}/{third['uid']}/reschedule", manage(third)
    body = {"starts_at": "2026-10-20T09:00:00Z", "scope": "following"}
    moved = (await client.post(address, json=body, headers=token)).json()
    assert starts(moved["series"])[1:] == ["2026-10-13T08:00:00Z", "2026-10-20T09:00:00Z", "2026-10-27T10:00:00Z"]
    taken = {**wanted("2026-10-27T13:00:00Z"), "event_type": "intro", "series": None}
    await client.post(BOOKINGS, json=taken)
    answer = await client.post(address, json={**body, "starts_at": "2026-10-20T12:00:00Z"}, headers=token)
    assert (answer.status_code, len(answer.json()["clashes"])) == (409, 1)


@pytest.mark.rule(51, 68)
async def test_a_host_answers_all_of_it(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """One approval confirms every date; each booking says which of how many it is."""
    host_ada = await ada(store)
    await lesson(store, approval=True)
    made, headers = await booked(client), await bearer(host_ada)
    assert states(made["series"]) == ["pending"] * 4
    third = made["series"]["bookings"][2]["uid"]
    answer = await client.post(f"{BOOKINGS}/{third}/approval", headers=headers)
    assert (answer.json()["series"]["number"], answer.json()["series"]["count"]) == (3, 4)
    seen = await client.get(f"/api/v1/series/{made['series']['id']}", headers=headers)
    assert states(seen.json()) == ["confirmed"] * 4
    assert "manage_url" not in seen.text


async def test_a_series_is_for_whom_it_concerns(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """Mallory's token, or the manage token of another booking, opens nothing."""
    await ada(store)
    await lesson(store)
    made = await booked(client)
    other = await client.post(BOOKINGS, json={**wanted("2026-10-05T08:00:00Z"), "series": None})
    address = f"/api/v1/series/{made['series']['id']}"
    mallory = await bearer(await host(store, "Mallory"))
    assert (await client.get(address, headers=mallory)).status_code == 404
    assert (await client.get(address, headers=manage(other.json()))).status_code == 404
