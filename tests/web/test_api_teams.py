"""Teams by program: made, joined, booked, given by hand; what is not theirs does not exist."""

from typing import Any

import httpx2
import pytest

from cally.model.hosts import Host
from cally.store import Store
from tests.cast import host, schedule

API = "/api/v1"
GUEST = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
TEN = "2026-09-22T08:00:00Z"


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben with a working week each."""
    found = await host(store, "Ada Lovelace"), await host(store, "Ben Okri")
    for one in found:
        await schedule(store, one)
    return found


@pytest.fixture
async def headers(client: httpx2.AsyncClient, pair: tuple[Host, Host], bearer: Any) -> dict[str, str]:
    """Ada's token; she manages Support, and Ben is in it."""
    made: dict[str, str] = await bearer(pair[0])
    team = await client.post(f"{API}/teams", json={"name": "Support"}, headers=made)
    assert (team.status_code, team.json()["members"][0]) == (
        201,
        {"host": "ada", "name": "Ada Lovelace", "manages": True, "state": "member"},
    )
    added = await client.post(f"{API}/teams/support/members", json={"host": "ben"}, headers=made)
    assert [(one["host"], one["state"]) for one in added.json()["members"]] == [("ada", "member"), ("ben", "invited")]
    said = await client.post(f"{API}/team-invitations/support/acceptance", headers=await bearer(pair[1]))
    assert said.json() == {"team": "support", "state": "member"}
    return made


async def offered(client: httpx2.AsyncClient, headers: dict[str, str], **more: Any) -> Any:
    body = {"title": "Intro", "duration_minutes": 30, "team": "support", **more}
    answer = await client.post(f"{API}/event-types", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def booked(client: httpx2.AsyncClient, starts_at: str = TEN) -> httpx2.Response:
    body = {"team": "support", "event_type": "intro", "starts_at": starts_at, "guest": GUEST}
    return await client.post(f"{API}/bookings", json=body)


async def test_an_admins_token_has_an_admins_power_only_with_an_admins_scope(
    client: httpx2.AsyncClient, headers: dict[str, str], store: Store, bearer: Any
):
    """Without it, other hosts' teams and the guests of their bookings are not there, as for every host."""
    await offered(client, headers)
    uid, root = (await booked(client)).json()["uid"], await host(store, "Root", role="admin")
    asked = [("GET", f"/bookings/{uid}"), ("GET", "/teams/support"), ("PATCH", "/teams/support")]
    narrow = ["bookings:read", "event-types:read", "event-types:write"]
    for scopes, statuses in (
        (narrow, [404, 404, 404]),
        ([*narrow, "admin:read"], [200, 200, 404]),
        ([*narrow, "admin:write"], [404, 404, 200]),
    ):
        token = await bearer(root, *scopes)
        told = [await client.request(method, f"{API}{path}", headers=token) for method, path in asked]
        assert [answer.status_code for answer in told] == statuses


@pytest.mark.rule(61)
async def test_an_event_type_of_a_team_comes_back_as_it_was_sent(client: httpx2.AsyncClient, headers: dict[str, str]):
    """Whose it is, how hosts are found, who they are; it is listed under the team, not under Ada."""
    shares = [{"host": "ben", "weight": 200, "group": "sales"}, {"host": "ada", "required": True}]
    made = await offered(client, headers, assignment="round_robin", hosts=shares)
    assert made["url"].endswith("/team/support/intro")
    kept = [(one["host"], one["weight"], one["group"], one["required"]) for one in made["hosts"]]
    assert kept == [("ben", 200, "sales", False), ("ada", 100, "", True)]
    own = await client.get(f"{API}/event-types", headers=headers)
    of_team = await client.get(f"{API}/event-types?team=support", headers=headers)
    assert (own.json()["event_types"], of_team.json()["event_types"]) == ([], [made])


@pytest.mark.rule(62)
async def test_two_guests_are_booked_and_the_third_is_told_what_else(
    client: httpx2.AsyncClient, headers: dict[str, str]
):
    """Two hosts take two guests at ten; the third gets 409 with the nearest times, and ten is offered no more."""
    await offered(client, headers)
    answers = [await booked(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert sorted(answer.json()["hosts"][0]["slug"] for answer in answers[:2]) == ["ada", "ben"]
    assert answers[2].json()["alternatives"][0]["starts_at"]
    slots = await client.get(f"{API}/teams/support/event-types/intro/slots?from=2026-09-22&to=2026-09-22")
    assert TEN not in [slot["starts_at"] for slot in slots.json()["slots"]]


@pytest.mark.rule(64)
async def test_of_a_meeting_of_all_every_host_is_named(client: httpx2.AsyncClient, headers: dict[str, str]):
    """Both take part, and both have it in their lists."""
    await offered(client, headers, assignment="collective")
    made = await booked(client)
    assert [one["name"] for one in made.json()["hosts"]] == ["Ada Lovelace", "Ben Okri"]
    assert "decisions" not in made.json()


async def test_host_or_team_must_be_named(client: httpx2.AsyncClient, headers: dict[str, str]):
    """Neither and both are a fault, with the field."""
    await offered(client, headers)
    for named in ({}, {"host": "ada", "team": "support"}):
        answer = await client.post(
            f"{API}/bookings", json={**named, "event_type": "intro", "starts_at": TEN, "guest": GUEST}
        )
        assert (answer.status_code, answer.json()["field"]) == (422, "host")


@pytest.mark.rule(61)
async def test_turns_are_told_with_their_reasons(client: httpx2.AsyncClient, headers: dict[str, str]):
    """What each was given, who would come next, and why Ada was chosen."""
    made = await offered(client, headers)
    uid = (await booked(client)).json()["uid"]
    told = (await client.get(f"{API}/event-types/{made['id']}/turns?next=3", headers=headers)).json()
    assert [(one["host"], one["assigned"]) for one in told["hosts"]] == [("ada", 1), ("ben", 0)]
    assert [one["host"] for one in told["groups"][0]["next"]] == ["ben", "ada", "ben"]
    (decision,) = (await client.get(f"{API}/bookings/{uid}", headers=headers)).json()["decisions"]
    assert (decision["host"], decision["decided_by"]) == ("ada", "first_in_order")


@pytest.mark.rule(57)
async def test_a_booking_is_given_to_another_host(client: httpx2.AsyncClient, headers: dict[str, str]):
    """Ben is free and takes over: same uid, next sequence; then he cannot be taken out of the team."""
    await offered(client, headers)
    uid = (await booked(client)).json()["uid"]
    choices = await client.get(f"{API}/bookings/{uid}/reassignment", headers=headers)
    assert [(one["host"], one["state"]) for one in choices.json()["hosts"]] == [("ben", "free")]
    handed = await client.post(f"{API}/bookings/{uid}/reassignment", json={"host": "ben"}, headers=headers)
    assert (handed.status_code, handed.json()["sequence"], handed.json()["hosts"][0]["slug"]) == (200, 1, "ben")
    gone = await client.delete(f"{API}/teams/support/members/ben", headers=headers)
    assert (gone.status_code, gone.json()["future_bookings"]) == (409, [uid])


@pytest.mark.rule(39)
async def test_a_member_sees_and_only_a_manager_changes(
    client: httpx2.AsyncClient, store: Store, headers: dict[str, str], pair: tuple[Host, Host], bearer: Any
):
    """Ben sees the team and whose turn it is, changes nothing of others; to Mallory nothing of it is there."""
    made = await offered(client, headers)
    uid = (await booked(client)).json()["uid"]
    ben, mallory = await bearer(pair[1]), await bearer(await host(store, "Mallory"))
    for path, status in (("teams/support", 200), (f"event-types/{made['id']}/turns", 200), (f"bookings/{uid}", 404)):
        assert (await client.get(f"{API}/{path}", headers=ben)).status_code == status, path
        assert (await client.get(f"{API}/{path}", headers=mallory)).status_code == 404, path
    for who in (ben, mallory):
        changed = await client.patch(f"{API}/teams/support", json={"name": "Mine"}, headers=who)
        retitled = await client.patch(f"{API}/event-types/{made['id']}", json={"title": "Mine"}, headers=who)
        assert (changed.status_code, retitled.status_code) == (404, 404)


async def test_ben_limits_his_own_part(client: httpx2.AsyncClient, headers: dict[str, str], pair: Any, bearer: Any):
    """By the hours of another schedule of his, and then not at all."""
    made, ben = await offered(client, headers), await bearer(pair[1])
    evenings = {"name": "Evenings", "tz": "UTC", "weekly": [{"days": ["tue"], "from": "18:00", "to": "19:00"}]}
    hours = (await client.post(f"{API}/schedules", json=evenings, headers=ben)).json()["id"]
    path = f"{API}/event-types/{made['id']}"
    assert (await client.patch(f"{path}/own-part", json={"schedule_id": hours}, headers=ben)).status_code == 204
    assert (await client.get(path, headers=headers)).json()["hosts"][1]["schedule_id"] == hours
    assert (await client.delete(f"{path}/own-part", headers=ben)).status_code == 204
    assert [one["host"] for one in (await client.get(path, headers=headers)).json()["hosts"]] == ["ada"]
