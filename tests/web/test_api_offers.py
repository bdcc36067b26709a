"""What a host sets up by program: schedules and event types, in the capsule's words."""

from typing import Any

import httpx2
import pytest

from cally.store import Store
from tests.cast import ada, at, host
from tests.web.conftest import Watch

HOURS = {
    "name": "Evenings",
    "tz": "Europe/Berlin",
    "weekly": [{"days": ["mon", "tue"], "from": "18:00", "to": "21:00"}],
    "patterns": [{"rrule": "FREQ=MONTHLY;BYDAY=2TU", "anchored_on": "2026-01-13", "from": "12:00", "to": "13:00"}],
    "overrides": [{"on": "2026-12-24", "hours": []}, {"on": "2026-12-28", "hours": [["10:00", "12:00"]]}],
    "holidays": ["2027-01-01"],
    "time_off": [["2026-11-02", "2026-11-06"]],
    "travel": [{"from": "2027-03-20", "to": "2027-03-25", "tz": "Asia/Tokyo"}],
}
TALK = {
    "slug": "talk",
    "title": "A long talk",
    "description": "About everything.",
    "duration_minutes": 45,
    "durations_minutes": [45, 90],
    "step_minutes": 15,
    "buffer_after_minutes": 10,
    "notice_minutes": 120,
    "horizon": {"kind": "rolling", "days": 30},
    "caps": [{"per": "day", "bookings": 2}],
    "places": [{"kind": "in_person", "detail": "Room 1"}, {"kind": "guest_phone"}],
    "questions": [{"label": "What about?", "kind": "text", "required": True}],
    "approval": True,
    "listed": False,
    "keeps": "instant",
    "active_per_guest": 2,
    "keep_host": False,
    "guests_meet": True,
    "waitlist": True,
    "stay": None,
    "series": {"rhythms": ["weekly", "monthly"], "most": 6, "clashes": "skip"},
}


@pytest.fixture
async def headers(store: Store, bearer: Any) -> dict[str, str]:
    made: dict[str, str] = await bearer(await host(store, "Ben"))
    return made


async def created(client: httpx2.AsyncClient, path: str, body: Any, headers: Any) -> Any:
    answer = await client.post(f"/api/v1/{path}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/{path}/{answer.json()['id']}"
    return answer.json()


async def test_a_schedule_comes_back_as_it_was_sent(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Every part of the capsule's schedule survives, and is listed."""
    made = await created(client, "schedules", HOURS, headers)
    assert {name: made[name] for name in HOURS} == HOURS
    listed = (await client.get("/api/v1/schedules", headers=headers)).json()["schedules"]
    assert listed == [made]


async def test_a_schedule_is_changed_field_by_field(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """What is not sent stays."""
    made = await created(client, "schedules", HOURS, headers)
    path = f"/api/v1/schedules/{made['id']}"
    changed = (await client.patch(path, json={"tz": "UTC", "holidays": []}, headers=headers)).json()
    assert changed == {**made, "tz": "UTC", "holidays": []}


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"tz": "Mars/Olympus"}, 422, "tz"),
        ({"weekly": [{"days": ["mon"], "from": "25:00", "to": "26:00"}]}, 422, "weekly[0].from"),
        ({"weekly": [{"days": ["mon"], "from": "nine", "to": "10:00"}]}, 422, "weekly[0].from"),
        ({"weekly": [{"days": ["someday"], "from": "09:00", "to": "10:00"}]}, 422, "weekly[0].days[0]"),
        ({"weekly": [{"days": ["mon"], "from": "09:00", "to": "10:00", "x": 1}]}, 400, "weekly[0].x"),
        ({"overrides": [{"on": "2026-02-30", "hours": []}]}, 422, "overrides[0].on"),
        ({"time_off": [["2026-11-06", "2026-11-02"]]}, 422, "time_off[0]"),
        ({"name": ""}, 422, "name"),
        ({"surprise": 1}, 400, "surprise"),
    ],
)
async def test_a_faulty_schedule_is_refused_with_the_path(
    client: httpx2.AsyncClient, headers: dict[str, str], change: Any, status: int, field: str
) -> None:
    """The path leads to the fault."""
    answer = await client.post("/api/v1/schedules", json={**HOURS, **change}, headers=headers)
    assert (answer.status_code, answer.json().get("field")) == (status, field)


async def test_overrides_and_time_off_are_kept_one_by_one(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Put, listed, replaced, taken away; what is not there cannot be taken away."""
    made = await created(client, "schedules", {**HOURS, "overrides": [], "time_off": []}, headers)
    path = f"/api/v1/schedules/{made['id']}"
    for hours in ([["08:00", "09:00"]], []):
        sent = {"on": "2026-12-24", "hours": hours}
        assert (await client.post(f"{path}/overrides", json=sent, headers=headers)).status_code == 201
    assert (await client.get(f"{path}/overrides", headers=headers)).json()["overrides"] == [sent]
    away = {"from": "2026-11-02", "to": "2026-11-06"}
    for _ in range(2):
        assert (await client.post(f"{path}/time-off", json=away, headers=headers)).status_code == 201
    assert (await client.get(f"{path}/time-off", headers=headers)).json()["time_off"] == [away]
    for one in ("overrides/2026-12-24", "time-off/2026-11-02"):
        assert (await client.delete(f"{path}/{one}", headers=headers)).status_code == 204
        assert (await client.delete(f"{path}/{one}", headers=headers)).status_code == 404


async def test_an_event_type_comes_back_as_it_was_sent(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Rules in the capsule's names, and what guests read."""
    hours = await created(client, "schedules", HOURS, headers)
    made = await created(client, "event-types", {**TALK, "schedule_id": hours["id"]}, headers)
    for name in set(TALK) - {"questions", "places", "caps", "horizon"}:
        assert made[name] == TALK[name], name
    assert made["schedule_id"] == hours["id"]
    assert made["questions"][0]["id"] == "what-about"
    assert made["horizon"]["days"] == 30
    assert made["caps"][0]["bookings"] == 2
    assert made["url"] == "http://cally.test/ben/talk"


async def test_the_least_that_makes_an_event_type(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """A title and a length: slug, schedule and the rest come by themselves."""
    made = await created(client, "event-types", {"title": "Quick chat", "duration_minutes": 15}, headers)
    assert (made["slug"], made["durations_minutes"], made["listed"]) == ("quick-chat", [15], True)


async def test_an_event_type_is_changed_field_by_field(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """What is not sent stays; null takes the horizon away; a new default length takes the old one's place."""
    made = await created(client, "event-types", TALK, headers)
    path = f"/api/v1/event-types/{made['id']}"
    change = {"horizon": None, "step_minutes": None, "duration_minutes": 60, "title": "A talk"}
    changed = (await client.patch(path, json=change, headers=headers)).json()
    assert changed == {**made, **change, "durations_minutes": [60, 90]}
    again = (await client.patch(path, json={"durations_minutes": [20, 40]}, headers=headers)).json()
    assert (again["duration_minutes"], again["durations_minutes"]) == (20, [20, 40])


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"duration_minutes": 0}, 422, "duration_minutes"),
        ({"active_per_guest": 0}, 422, "active_per_guest"),
        ({"series": None, "stay": {"nights_to": 0}}, 422, "stay.nights_to"),
        ({"stay": {"nights": 1}}, 400, "stay.nights"),
        ({"duration_minutes": "45"}, 400, "duration_minutes"),
        ({"slug": "Not A Slug"}, 422, "slug"),
        ({"title": ""}, 422, "title"),
        ({"step_minutes": -5}, 422, "step_minutes"),
        ({"horizon": {"kind": "rolling"}}, 422, None),
        ({"horizon": {"kind": "endless"}}, 422, "horizon.kind"),
        ({"caps": [{"per": "day"}]}, 422, None),
        ({"caps": [{"per": "decade", "bookings": 1}]}, 422, "caps[0].per"),
        ({"places": [{"kind": "moon"}]}, 422, "places[0].kind"),
        ({"places": [{"kind": "link", "detail": "javascript:alert(1)"}]}, 422, "places[0].detail"),
        ({"questions": [{"label": "Which?", "kind": "select"}]}, 422, "questions[0].choices"),
        ({"schedule_id": "1"}, 422, "schedule_id"),
        ({"schedule_id": 1}, 400, "schedule_id"),
        ({"id": "1"}, 400, "id"),
    ],
)
async def test_a_faulty_event_type_is_refused_with_the_path(
    client: httpx2.AsyncClient, headers: dict[str, str], change: Any, status: int, field: str | None
) -> None:
    """The path leads to the fault."""
    answer = await client.post("/api/v1/event-types", json={**TALK, **change}, headers=headers)
    assert answer.status_code == status, answer.text
    if field is not None:
        assert answer.json()["field"] == field


async def test_a_slug_is_used_once(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """The second one is told so; archived, the slug is free again."""
    made = await created(client, "event-types", TALK, headers)
    answer = await client.post("/api/v1/event-types", json=TALK, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "slug")
    assert (await client.delete(f"/api/v1/event-types/{made['id']}", headers=headers)).status_code == 204
    await created(client, "event-types", TALK, headers)


async def test_a_schedule_in_use_stays(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """409 names the event types that need it."""
    hours = await created(client, "schedules", HOURS, headers)
    await created(client, "schedules", {**HOURS, "name": "Other"}, headers)
    await created(client, "event-types", {**TALK, "schedule_id": hours["id"]}, headers)
    answer = await client.delete(f"/api/v1/schedules/{hours['id']}", headers=headers)
    assert (answer.status_code, answer.json()["titles"]) == (409, ["A long talk"])


async def test_guests_see_what_is_listed_and_no_addresses(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Unlisted ones are shown by address only; a place's detail comes with the booking."""
    await created(client, "event-types", TALK, headers)
    assert (await client.get("/api/v1/hosts/ben/event-types")).json() == {"event_types": [], "next_cursor": None}
    shown = await client.get("/api/v1/hosts/ben/event-types/talk")
    assert shown.json()["places"] == [{"kind": "in_person"}, {"kind": "guest_phone"}]
    assert "Room 1" not in shown.text


@pytest.mark.rule(56)
async def test_editing_leaves_bookings_alone(
    client: httpx2.AsyncClient, store: Store, bearer: Any, watch: Watch
) -> None:
    """A booking keeps its title and length."""
    headers = await bearer(await ada(store))
    guest = {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"}
    sent = {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T08:00:00Z", "guest": guest}
    made = (await client.post("/api/v1/bookings", json=sent)).json()
    known = (await client.get("/api/v1/event-types", headers=headers)).json()["event_types"][0]
    change = {"title": "Something else", "duration_minutes": 90}
    await client.patch(f"/api/v1/event-types/{known['id']}", json=change, headers=headers)
    watch.now = at("2026-09-21 07:00")
    shown = (await client.get(f"/api/v1/bookings/{made['uid']}", headers=headers)).json()
    assert (shown["title"], shown["duration_minutes"]) == ("Intro call", 30)


async def test_an_admin_makes_an_account_that_can_be_booked(
    client: httpx2.AsyncClient, store: Store, bearer: Any
) -> None:
    """The account is verified, its host has an address, and the audit log knows who made it."""
    headers = await bearer(await host(store, "Root", role="admin"))
    sent = {"email": "Dora@Example.org", "name": "Dora Maar", "tz": "Europe/Paris", "verified": True}
    made = await created(client, "accounts", sent, headers)
    assert (made["email"], made["slug"], made["disabled_at"]) == ("dora@example.org", "dora-maar", None)
    assert (await client.get("/api/v1/hosts/dora-maar/event-types")).status_code == 200
    entry = (await client.get("/api/v1/audit", params={"limit": 1}, headers=headers)).json()["entries"][0]
    assert (entry["tag"], entry["subject"]) == ("admin:account:create", f"account:{made['id']}")
    assert "password" not in str(made)


async def test_the_audit_log_pages(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """Latest first, each entry once."""
    headers = await bearer(await host(store, "Root", role="admin"))
    for name in ("One", "Two", "Three"):
        await created(client, "schedules", {**HOURS, "name": name}, headers)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "1", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/api/v1/audit", params=query, headers=headers)).json()
        seen += [entry["id"] for entry in page["entries"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 3


async def test_what_is_secret_in_an_address_is_never_shown(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    """Calendars and channels only hint at their addresses."""
    sent = {"address": "https://calendar.example/hunter2-hunter2/basic.ics", "name": "Private"}
    await created(client, "calendars", sent, headers)
    hook = {"name": "Chat", "address": "json://account:hunter2-hunter2@chat.example/path"}
    assert (await client.post("/api/v1/channels", json=hook, headers=headers)).status_code == 201
    for noun in ("calendars", "channels"):
        assert "hunter2" not in (await client.get(f"/api/v1/{noun}", headers=headers)).text
