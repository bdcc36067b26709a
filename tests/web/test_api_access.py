"""Who may do what: every endpoint has a row here, made from the route table; one without a row fails."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest

from cally.bookings import list_sessions
from cally.model.accounts import SCOPES
from cally.model.hosts import Host
from cally.notify import links
from cally.store import Store, accounts, api_tokens, event_types, jobs, schedules, sqlite
from cally.vault import Vault
from cally.web.api.endpoints import PREFIX, Endpoint
from cally.web.api.v1 import ENDPOINTS
from cally.web.doors import Doors
from tests.bookings.waiting import seated, waits, with_waitlist
from tests.cast import NOW, ada, at, event_type, host, schedule
from tests.conftest import KEY
from tests.series import lesson
from tests.web.conftest import Watch
from tests.web.routes import filled, reading_routes

Access = Literal["open", "own list", "own thing", "admin"]
BOOKING = {
    "host": "ada",
    "event_type": "intro",
    "starts_at": "2026-09-22T08:00:00Z",
    "guest": {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"},
}
WISH = {**BOOKING, "event_type": "yoga", "starts_at": "2026-09-24T09:00:00Z"}
HOLD = {"host": "ada", "event_type": "intro", "starts_at": "2026-09-22T12:00:00Z"}
SERIES = {
    **BOOKING,
    "event_type": "lesson",
    "starts_at": "2026-11-03T13:00:00Z",
    "series": {"rhythm": "weekly", "count": 2},
}
HOURS = {"name": "Mornings", "tz": "UTC", "weekly": [{"days": ["mon"], "from": "08:00", "to": "12:00"}]}
BLOCK = {"starts_at": "2026-09-22T08:00:00Z", "ends_at": "2026-09-22T09:00:00Z", "note": "Being painted"}
ACCOUNT = {"email": "dora@example.org", "name": "Dora"}
SLOTS = "?from=2026-09-22&to=2026-09-22"

# (access, body or query, status when it is allowed)
ROWS: dict[tuple[str, str], tuple[Access, Any, int]] = {
    ("GET", "/hosts/{host}/event-types"): ("open", None, 200),
    ("GET", "/hosts/{host}/event-types/{slug}"): ("open", None, 200),
    ("GET", "/hosts/{host}/event-types/{slug}/slots"): ("open", SLOTS, 200),
    ("POST", "/holds"): ("open", HOLD, 201),
    ("DELETE", "/holds/{uid}"): ("open", None, 204),
    ("POST", "/bookings"): ("open", {**BOOKING, "starts_at": "2026-09-22T13:00:00Z"}, 201),
    ("GET", "/bookings"): ("own list", None, 200),
    ("GET", "/bookings/export"): ("own list", None, 200),
    ("GET", "/bookings/{uid}"): ("own thing", None, 200),
    ("POST", "/bookings/{uid}/cancellation"): ("own thing", {}, 200),
    ("POST", "/bookings/{uid}/reschedule"): ("own thing", {"starts_at": "2026-09-23T08:00:00Z"}, 200),
    ("POST", "/bookings/{uid}/approval"): ("own thing", None, 200),
    ("POST", "/bookings/{uid}/declination"): ("own thing", {}, 409),
    ("POST", "/bookings/{uid}/proposal"): ("own thing", {"starts": ["2026-09-23T08:00:00Z"]}, 409),  # it stands
    ("GET", "/messages"): ("own list", None, 200),
    ("GET", "/messages/{id}"): ("own thing", None, 200),
    ("POST", "/messages/{id}/resend"): ("own thing", None, 200),
    ("POST", "/bookings/{uid}/no-show"): ("own thing", None, 409),
    ("DELETE", "/bookings/{uid}/no-show"): ("own thing", None, 409),
    ("POST", "/bookings/{uid}/clock"): ("own thing", {"keep": "wall_time"}, 409),
    ("GET", "/time-law"): ("own list", None, 200),
    ("GET", "/message-settings"): ("own list", None, 200),
    ("PATCH", "/message-settings"): ("own list", {"reminders": {"guest_minutes": [60]}}, 200),
    ("GET", "/series/{id}"): ("own thing", None, 200),
    ("GET", "/sessions"): ("own list", None, 200),
    ("GET", "/sessions/{uid}"): ("own thing", None, 200),
    ("POST", "/sessions/{uid}/cancellation"): ("own thing", {}, 200),
    ("POST", "/sessions/{uid}/seats"): ("own thing", {"guest": BOOKING["guest"]}, 409),
    ("POST", "/sessions/{uid}/invitations"): ("own thing", {"guests": [BOOKING["guest"]]}, 409),
    ("GET", "/full-slots"): ("open", "?host=ada&event_type=yoga&from=2026-09-22&to=2026-09-22", 200),
    ("POST", "/waitlist"): ("open", WISH, 201),
    ("GET", "/waitlist"): ("own list", None, 200),
    ("GET", "/waitlist/{uid}"): ("own thing", None, 200),
    ("DELETE", "/waitlist/{uid}"): ("own thing", None, 204),
    ("POST", "/waitlist/{uid}/acceptance"): ("own thing", {}, 409),
    ("POST", "/waitlist/{uid}/offer"): ("own thing", None, 409),
    ("GET", "/event-types"): ("own list", None, 200),
    ("POST", "/event-types"): ("own list", {"title": "Talk", "duration_minutes": 20}, 201),
    ("GET", "/event-types/{id}"): ("own thing", None, 200),
    ("PATCH", "/event-types/{id}"): ("own thing", {"title": "Chat"}, 200),
    ("DELETE", "/event-types/{id}"): ("own thing", None, 204),
    ("GET", "/event-types/{id}/access"): ("own thing", None, 200),
    ("PATCH", "/event-types/{id}/access"): ("own thing", {"only_by_link": False}, 200),
    ("GET", "/event-types/{id}/links"): ("own thing", None, 200),
    ("POST", "/event-types/{id}/links"): ("own thing", {"name": "Cleo"}, 201),
    ("GET", "/event-types/{id}/links/{link}"): ("own thing", None, 404),
    ("DELETE", "/event-types/{id}/links/{link}"): ("own thing", None, 404),
    ("GET", "/event-types/{id}/why"): ("own thing", "?at=2026-09-22T08:00:00Z", 200),
    ("GET", "/event-types/{id}/capsule"): ("own thing", "?from=2026-09-22&to=2026-09-23", 200),
    ("GET", "/event-types/{id}/turns"): ("own thing", None, 404),  # it is no team's
    ("PATCH", "/event-types/{id}/own-part"): ("own thing", {"schedule_id": "1"}, 404),
    ("DELETE", "/event-types/{id}/own-part"): ("own thing", None, 404),
    ("GET", "/bookings/{uid}/reassignment"): ("own thing", None, 200),
    ("POST", "/bookings/{uid}/reassignment"): ("own thing", {"host": "mallory"}, 422),
    ("GET", "/teams"): ("own list", None, 200),
    ("POST", "/teams"): ("own list", {"name": "Sales"}, 201),
    ("GET", "/teams/{team}"): ("own thing", None, 200),
    ("PATCH", "/teams/{team}"): ("own thing", {"about": "We help."}, 200),
    ("DELETE", "/teams/{team}"): ("own thing", None, 204),
    ("POST", "/teams/{team}/members"): ("own thing", {"host": "root"}, 201),
    ("PATCH", "/teams/{team}/members/{host}"): ("own thing", {"manages": False}, 409),
    ("DELETE", "/teams/{team}/members/{host}"): ("own thing", None, 409),
    ("GET", "/team-invitations"): ("own list", None, 200),
    ("POST", "/team-invitations/{team}/acceptance"): ("own thing", None, 404),  # she manages it, and is not asked
    ("POST", "/team-invitations/{team}/declination"): ("own thing", None, 404),
    ("GET", "/teams/{team}/event-types"): ("open", None, 200),
    ("GET", "/teams/{team}/event-types/{slug}"): ("open", None, 404),
    ("GET", "/teams/{team}/event-types/{slug}/slots"): ("open", SLOTS, 404),
    ("GET", "/schedules"): ("own list", None, 200),
    ("POST", "/schedules"): ("own list", HOURS, 201),
    ("GET", "/schedules/{id}"): ("own thing", None, 200),
    ("PATCH", "/schedules/{id}"): ("own thing", {"name": "Days"}, 200),
    ("DELETE", "/schedules/{id}"): ("own thing", None, 409),
    ("GET", "/schedules/{id}/overrides"): ("own thing", None, 200),
    ("POST", "/schedules/{id}/overrides"): ("own thing", {"on": "2026-12-24", "hours": []}, 201),
    ("DELETE", "/schedules/{id}/overrides/{on}"): ("own thing", None, 404),
    ("GET", "/schedules/{id}/time-off"): ("own thing", None, 200),
    ("POST", "/schedules/{id}/time-off"): ("own thing", {"from": "2026-12-24", "to": "2026-12-26"}, 201),
    ("DELETE", "/schedules/{id}/time-off/{from}"): ("own thing", None, 404),
    ("GET", "/schedules/{id}/public-holidays"): ("own thing", None, 200),
    ("PATCH", "/schedules/{id}/public-holidays"): ("own thing", {"country": "DE"}, 200),
    ("DELETE", "/schedules/{id}/public-holidays"): ("own thing", None, 204),
    ("GET", "/overrides"): ("own list", None, 200),
    ("POST", "/overrides"): ("own list", {"dates": ["2026-12-28", "2026-12-29"], "hours": []}, 201),
    ("GET", "/overrides/{id}"): ("own thing", None, 200),
    ("PATCH", "/overrides/{id}"): ("own thing", {"hours": [["10:00", "12:00"]]}, 200),
    ("DELETE", "/overrides/{id}"): ("own thing", None, 204),
    ("GET", "/time-off"): ("own list", None, 200),
    ("POST", "/time-off"): ("own list", {"from": "2027-01-04", "to": "2027-01-08"}, 201),
    ("GET", "/time-off/{id}"): ("own thing", None, 200),
    ("PATCH", "/time-off/{id}"): ("own thing", {"note": "At sea."}, 200),
    ("DELETE", "/time-off/{id}"): ("own thing", None, 204),
    ("GET", "/resources"): ("own list", None, 200),
    ("POST", "/resources"): ("own list", {"name": "Red room"}, 201),
    ("GET", "/resources/{id}"): ("own thing", None, 200),
    ("PATCH", "/resources/{id}"): ("own thing", {"name": "Rose room"}, 200),
    ("DELETE", "/resources/{id}"): ("own thing", None, 204),
    ("GET", "/resources/{id}/uses"): ("own thing", "?from=2026-09-22&to=2026-09-23", 200),
    ("POST", "/resources/{id}/blocks"): ("own thing", BLOCK, 201),
    ("DELETE", "/resources/{id}/blocks/{uid}"): ("own thing", None, 404),
    ("POST", "/mail-tests"): ("admin", {"to": "ada@example.com"}, 409),  # no mail server is set up
    ("GET", "/backups"): ("admin", None, 200),
    ("POST", "/backups"): ("admin", None, 202),
    ("GET", "/jobs"): ("admin", "?state=waiting", 200),
    ("GET", "/jobs/{id}"): ("admin", None, 200),
    ("POST", "/jobs/{id}/retry"): ("admin", None, 200),
    ("POST", "/jobs/retry"): ("admin", None, 200),
    ("DELETE", "/jobs/{id}"): ("admin", None, 409),
    ("GET", "/calendars"): ("own list", None, 200),
    ("POST", "/calendars"): ("own list", {"address": "http://127.0.0.1:9/secret.ics"}, 201),
    ("GET", "/calendars/{id}"): ("own thing", None, 200),
    ("POST", "/calendars/{id}/reading"): ("own thing", None, 200),
    ("DELETE", "/calendars/{id}"): ("own thing", None, 204),
    ("GET", "/message-wordings"): ("own list", None, 200),
    ("GET", "/message-wordings/{message}/{recipient}"): ("own list", None, 200),
    ("PATCH", "/message-wordings/{message}/{recipient}"): ("own list", {"subject": "See you {when_short}"}, 200),
    ("DELETE", "/message-wordings/{message}/{recipient}"): ("own list", None, 204),
    ("GET", "/feeds"): ("own list", None, 200),
    ("POST", "/feeds"): ("own list", {"name": "Bookings"}, 201),
    ("GET", "/feeds/{id}"): ("own thing", None, 200),
    ("PATCH", "/feeds/{id}"): ("own thing", {"name": "Bookings again"}, 200),
    ("POST", "/feeds/{id}/rotation"): ("own thing", None, 200),
    ("DELETE", "/feeds/{id}"): ("own thing", None, 204),
    ("GET", "/channels"): ("own list", None, 200),
    ("POST", "/channels"): ("own list", {"name": "Phone", "address": "json://127.0.0.1:9/hook"}, 201),
    ("GET", "/channels/{id}"): ("own thing", None, 200),
    ("PATCH", "/channels/{id}"): ("own thing", {"name": "Mobile", "digest_at": "07:30"}, 200),
    ("POST", "/channels/{id}/test"): ("own thing", None, 502),
    ("DELETE", "/channels/{id}"): ("own thing", None, 204),
    ("GET", "/webhooks"): ("own list", None, 200),
    ("POST", "/webhooks"): ("own list", {"url": "http://127.0.0.1:9/hook"}, 201),
    ("GET", "/webhooks/samples"): ("own list", None, 200),
    ("GET", "/webhooks/{id}"): ("own thing", None, 200),
    ("PATCH", "/webhooks/{id}"): ("own thing", {"name": "Sheet"}, 200),
    ("DELETE", "/webhooks/{id}"): ("own thing", None, 204),
    ("POST", "/webhooks/{id}/secret"): ("own thing", None, 200),
    ("POST", "/webhooks/{id}/test"): ("own thing", None, 200),
    ("GET", "/webhooks/{id}/deliveries"): ("own thing", None, 200),
    ("GET", "/webhooks/{id}/deliveries/{delivery}"): ("own thing", None, 200),
    ("POST", "/webhooks/{id}/deliveries/{delivery}/replay"): ("own thing", None, 202),
    ("GET", "/accounts"): ("admin", None, 200),
    ("POST", "/accounts"): ("admin", ACCOUNT, 201),
    ("GET", "/accounts/{id}"): ("admin", None, 200),
    ("PATCH", "/accounts/{id}"): ("admin", {"disabled": True}, 200),
    ("DELETE", "/accounts/{id}"): ("admin", None, 409),
    ("GET", "/audit"): ("admin", None, 200),
}
SCOPED = [endpoint for endpoint in ENDPOINTS if endpoint.scope]


class World:
    """Ada with one of everything, Mallory with an account of her own, Root the admin."""

    def __init__(self, ada: Host, mallory: Host, root: Host, things: dict[str, str]) -> None:
        self.ada, self.mallory, self.root, self.things = ada, mallory, root, things

    def address(self, endpoint: Endpoint) -> str:
        """The endpoint's address with Ada's things in it."""
        sent = ROWS[endpoint.method, endpoint.path][1]
        noun = endpoint.path.split("/")[1]
        values = {
            "id": self.things.get(noun, "1"),
            "uid": self.things.get(noun, self.things["bookings"]),
            "on": "2026-12-24",
        }
        values["team"], values["delivery"] = self.things["teams"], self.things["delivery"]
        query = sent if isinstance(sent, str) else ""
        return PREFIX + filled(endpoint.path, **values, **{"from": "2026-12-24"}) + query


_kept: list[tuple[Path, World]] = []  # the world as it was made for the first test of this process


@pytest.fixture
def new_database(new_database: Path) -> Path:
    return _kept[0][0] if _kept else new_database


@pytest.fixture
async def world(
    client: httpx2.AsyncClient, store: Store, bearer: Any, tmp_path_factory: pytest.TempPathFactory
) -> World:
    if not _kept:
        made = await _make(client, store, bearer)
        _kept.append((_copy(store.path, tmp_path_factory.mktemp("world")), made))
    return _kept[0][1]


def _copy(database: Path, into: Path) -> Path:
    """What is in the file and its log, in one file."""
    for file in database.parent.glob(f"{database.name}*"):
        shutil.copy(file, into)
    sqlite.connect(into / database.name, Vault(KEY).database_key).close()
    return into / database.name


async def _make(client: httpx2.AsyncClient, store: Store, bearer: Any) -> World:
    made, mallory = await ada(store), await host(store, "Mallory")
    root = await host(store, "Root", role="admin")
    await event_type(store, await schedule(store, mallory), "trap")
    headers = await bearer(made)
    booking = await client.post(f"{PREFIX}/bookings", json=BOOKING)
    calendar = await client.post(f"{PREFIX}/calendars", json=ROWS["POST", "/calendars"][1], headers=headers)
    day = {"on": "2026-12-31", "hours": []}
    override = await client.post(f"{PREFIX}/overrides", json=day, headers=headers)
    away = await client.post(f"{PREFIX}/time-off", json={"from": "2026-12-24", "to": "2026-12-26"}, headers=headers)
    attic = {"name": "Attic", "shared": False}
    resource = await client.post(f"{PREFIX}/resources", json=attic, headers=headers)
    channel = await client.post(f"{PREFIX}/channels", json=ROWS["POST", "/channels"][1], headers=headers)
    webhook = (await client.post(f"{PREFIX}/webhooks", json=ROWS["POST", "/webhooks"][1], headers=headers)).json()["id"]
    await client.post(f"{PREFIX}/webhooks/{webhook}/test", headers=headers)
    sent = await client.get(f"{PREFIX}/webhooks/{webhook}/deliveries", headers=headers)
    feed = await client.post(f"{PREFIX}/feeds", json={"name": "Bookings"}, headers=headers)
    await lesson(store)
    await with_waitlist(store, made)
    for name in ("Gil", "Ina"):
        await seated(store, name, at("2026-09-24 09:00"))
    (session,) = await list_sessions(store.reader, made.id, from_at=NOW, to_at=at("2026-09-25 00:00"))
    entry = await waits(store, "Hal", at("2026-09-24 09:00"))
    message = await client.get(f"{PREFIX}/messages", headers=headers)
    team = await client.post(f"{PREFIX}/teams", json={"name": "Night watch"}, headers=headers)
    series = await client.post(f"{PREFIX}/bookings", json=SERIES)
    things = {
        "bookings": booking.json()["uid"],
        "series": series.json()["series"]["id"],
        "sessions": session.session.uid,
        "waitlist": entry.uid,
        "event-types": str((await event_types.list_of(store.reader, made.id))[0].id),
        "schedules": str((await schedules.list_of(store.reader, made.id))[0].id),
        "overrides": override.json()["overrides"][0]["id"],
        "time-off": away.json()["id"],
        "resources": resource.json()["id"],
        "calendars": calendar.json()["id"],
        "channels": channel.json()["id"],
        "feeds": feed.json()["id"],
        "messages": message.json()["messages"][0]["id"],
        "webhooks": webhook,
        "delivery": sent.json()["deliveries"][0]["id"],
        "teams": team.json()["slug"],
        "accounts": str(made.id),
        "jobs": str((await jobs.list_by_state(store.reader, "waiting"))[0].id),
    }
    return World(made, mallory, root, things)


async def ask(client: httpx2.AsyncClient, world: World, endpoint: Endpoint, headers: Any) -> httpx2.Response:
    sent = ROWS[endpoint.method, endpoint.path][1]
    body = sent if isinstance(sent, dict) else None
    return await client.request(endpoint.method, world.address(endpoint), json=body, headers=headers)


def named(endpoint: Endpoint) -> str:
    return endpoint.name


def test_every_endpoint_has_a_row() -> None:
    """A new endpoint needs its row, a removed one loses it."""
    assert {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS} == set(ROWS)


def test_rows_and_scopes_say_the_same() -> None:
    """Open ones need no scope, admin ones an admin scope, the others a host's; writing needs a writing scope."""
    for endpoint in ENDPOINTS:
        access = ROWS[endpoint.method, endpoint.path][0]
        assert (endpoint.scope is None) == (access == "open"), endpoint.path
        assert (endpoint.scope or "").startswith("admin:") == (access == "admin"), endpoint.path
        if endpoint.scope:
            assert endpoint.scope.endswith(":read" if endpoint.method == "GET" else ":write"), endpoint.path


@pytest.mark.parametrize("endpoint", SCOPED, ids=named)
async def test_nobody_gets_in(client: httpx2.AsyncClient, world: World, endpoint: Endpoint) -> None:
    """Without a token, with a wrong one and with another kind of sign-in: 401."""
    for headers in ({}, {"authorization": "Bearer cally_guess"}, {"authorization": "Basic YWRhOmFkYQ=="}):
        assert (await ask(client, world, endpoint, headers)).status_code == 401


@pytest.mark.parametrize("endpoint", SCOPED, ids=named)
async def test_a_session_cookie_is_no_token(
    client: httpx2.AsyncClient, world: World, signed_in: Any, endpoint: Endpoint
) -> None:
    """What a browser is signed in as counts for pages, not here."""
    headers = {**await signed_in(world.root), "origin": "http://cally.test"}
    assert (await ask(client, world, endpoint, headers)).status_code == 401


@pytest.mark.parametrize("endpoint", SCOPED, ids=named)
async def test_the_scope_is_needed(client: httpx2.AsyncClient, world: World, bearer: Any, endpoint: Endpoint) -> None:
    """With every scope but the one: 403, which names it."""
    others = [scope for scope in SCOPES if scope != endpoint.scope]
    answer = await ask(client, world, endpoint, await bearer(world.root, *others))
    assert (answer.status_code, answer.json()["scope"]) == (403, endpoint.scope)


@pytest.mark.parametrize("endpoint", SCOPED, ids=named)
async def test_mallory_sees_nothing_of_adas(
    client: httpx2.AsyncClient, world: World, bearer: Any, endpoint: Endpoint
) -> None:
    """With all scopes of a host: Ada's things do not exist, lists are her own, admin's nouns are forbidden."""
    access, _, good = ROWS[endpoint.method, endpoint.path]
    answer = await ask(client, world, endpoint, await bearer(world.mallory))
    expected = {"own list": good, "own thing": 404, "admin": 403}
    assert answer.status_code == expected[access]
    for thing in world.things.values():
        assert thing not in answer.text


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=named)
async def test_whom_it_concerns_gets_in(
    client: httpx2.AsyncClient, world: World, bearer: Any, endpoint: Endpoint
) -> None:
    """Everybody, Ada or the admin: the status that the row says."""
    access, _, good = ROWS[endpoint.method, endpoint.path]
    who = {"open": None, "admin": world.root}.get(access, world.ada)
    headers = {} if who is None else await bearer(who, endpoint.scope)
    answer = await ask(client, world, endpoint, headers)
    assert answer.status_code == good, answer.text


@pytest.mark.parametrize("endpoint", SCOPED, ids=named)
async def test_a_disabled_account_is_out_at_once(
    client: httpx2.AsyncClient, world: World, store: Store, bearer: Any, endpoint: Endpoint
) -> None:
    """Its tokens stop with it."""
    headers = await bearer(world.root)
    async with store.write() as tx:
        await accounts.update_disabled(tx, world.root.id, NOW)
    assert (await ask(client, world, endpoint, headers)).status_code == 401


@pytest.mark.rule(52)
async def test_get_changes_nothing(
    client: httpx2.AsyncClient, world: World, doors: Doors, store: Any, bearer: Any, signed_in: Any, vault: Vault
) -> None:
    """Over every GET route, signed in and with every token there is, the database stays as it is."""
    cookie, token = await signed_in(world.root), await bearer(world.root)
    manage = {"x-manage-token": links.manage_token(vault, world.things["bookings"])}
    before = store._writing.total_changes()
    for path in reading_routes(doors):
        for headers in ({}, cookie, token, manage):
            for query in ("", SLOTS):
                await client.get(filled(path, **given(world, path, vault)) + query, headers=headers)
    assert store._writing.total_changes() == before


def given(world: World, path: str, vault: Vault) -> dict[str, str]:
    """Real things for the parameters of a path, so that the routes do what they do."""
    noun = next((name for name in world.things if f"/{name}/" in path), "bookings")
    token = links.manage_token(vault, world.things["bookings"])
    if path.startswith("/w/"):
        token = links.waitlist_token(vault, world.things["waitlist"])
    uid = world.things[noun if noun in {"sessions", "waitlist"} else "bookings"]
    return {"id": world.things[noun], "uid": uid, "token": token}


async def test_a_tokens_use_is_noted_when_it_changes_something(
    client: httpx2.AsyncClient, world: World, store: Store, bearer: Callable[..., Any], watch: Watch
) -> None:
    """`last_used_at` is written by a changing request, and not by a look."""
    headers = await bearer(world.mallory)
    watch.now += 1_000
    await client.get(f"{PREFIX}/schedules", headers=headers)
    assert (await api_tokens.list_of(store.reader, world.mallory.id))[0].last_used_at is None
    await client.post(f"{PREFIX}/schedules", json=HOURS, headers=headers)
    assert (await api_tokens.list_of(store.reader, world.mallory.id))[0].last_used_at == watch.now
