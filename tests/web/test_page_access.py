"""The matrix of pages: every route, tried by everybody who must not, with Ada's things in its path."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import msgspec
import pytest

from cally.accounts import add_assistant, create_account, visit, work_for
from cally.accounts.sessions import session as live_session
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.teams import TeamMember
from cally.notify import links
from cally.store import Store, accounts, teams
from cally.vault import Vault
from cally.web.doors import Doors
from tests.cast import NOW, host
from tests.web.access_rows import access_rows
from tests.web.conftest import asking
from tests.web.desks import FORM, SignedIn
from tests.web.routes import all_routes, filled
from tests.web.test_api_access import World, new_database, world  # noqa: F401 - fixtures: Ada with one of everything

CLI = Actor(kind="cli")
ROWS = access_rows()
OBJECTS = {"thing", "team", "managed", "self thing"}  # of the host at whose desk they are
SIGNED_IN = {"desk", "own", "own thing", "self", "admin", *OBJECTS}
ADAS = {"ada", "assistant", "admin acting"}  # who reads her name on their own pages, too
NOT_FOR_WHO_ACTS = {"self", "self thing", "admin"}
PRIVATE = ("cleo@example.org", "Cleo", "ada@example.com", "secret.ics", "Night watch")
Browser = Callable[[str], Awaitable[httpx2.AsyncClient]]
# Pages that are there only while something else is: a team's turns, somebody to hand over to.
NOT_THERE = {"/app/event-types/{id}/turns", "/app/bookings/{uid}/reassignment"}


class Cast(msgspec.Struct):
    """Cookies of everybody who tries, by who they are, and the ids of Ada's things."""

    cookies: dict[str, dict[str, str]]
    things: dict[str, str]


@pytest.fixture
async def cast(world: World, store: Store, signed_in: SignedIn) -> Cast:  # noqa: F811 - the fixture
    """Ben is in Ada's team; Alma works for Ada, Otto for Mallory, Nina for nobody; Root acts for Ada in one browser."""
    team = await teams.by_slug(store.reader, world.things["teams"])
    ben, gone = await host(store, "Ben Okri"), await host(store, "Gone Girl")
    assert team is not None
    async with store.write() as tx:
        await teams.insert_member(tx, TeamMember(team_id=team.id, host_id=ben.id, manages=False), now=NOW)
    cookies: dict[str, dict[str, str]] = {"nobody": {}}
    people = {
        "ada": world.ada,
        "mallory": world.mallory,
        "member": ben,
        "admin": world.root,
        "admin acting": world.root,
    }
    for name, somebody in people.items():
        cookies[name] = await signed_in(somebody)
    cookies["disabled"] = await signed_in(gone)
    for name, chosen in (("assistant", world.ada), ("another's assistant", world.mallory), ("idle assistant", None)):
        cookies[name] = await _assistant(store, signed_in, name, chosen)
    async with store.write() as tx:
        await accounts.update_disabled(tx, gone.id, NOW)
    acting = await live_session(store.reader, _secret(cookies["admin acting"]), NOW)
    assert acting is not None
    await visit(store, acting, world.ada.id, reason="Asked by phone.", now=NOW, address="")
    things = {**world.things, "teams": str(team.id), "availability": world.things["schedules"]}
    things["accounts"] = things["assistants"] = str(world.ada.id)
    return Cast(cookies=cookies, things=things)


async def _assistant(store: Store, signed_in: SignedIn, name: str, chosen: Host | None) -> dict[str, str]:
    email = f"{name.replace(' ', '-').replace(chr(39), '')}@example.net"
    made = await create_account(
        store,
        email=email,
        name=name.title(),
        role="assistant",
        password=None,
        slug=None,
        tz="UTC",
        locale="en",
        now=NOW,
        actor=CLI,
        verified=True,
    )
    stand_in = msgspec.structs.replace(await host(store, f"X{name.replace(' ', '')}"), id=made.id)
    cookie = await signed_in(stand_in)
    if chosen is not None:
        await add_assistant(store, chosen.id, email, now=NOW, actor=CLI)
        found = await live_session(store.reader, _secret(cookie), NOW)
        assert found is not None
        await work_for(store, found, chosen.id, now=NOW, address="")
    return cookie


def _secret(cookie: dict[str, str]) -> str:
    return cookie["cookie"].partition("=")[2]


def address(cast: Cast, path: str) -> str:
    """The path with Ada's things in it."""
    noun = path.split("/")[2] if path.count("/") > 1 else ""
    own = cast.things.get(noun, "1")
    known = {"host_id": cast.things["accounts"], "delivery": cast.things["delivery"]}
    return filled(path, id=own, uid=own, on="2026-12-24", token="guess" * 9, **known)


def is_refused(answer: httpx2.Response) -> bool:
    """Whether they were sent away, to a place that everybody may see."""
    place = answer.headers.get("location", "")
    return answer.status_code in {401, 403, 404, 415} or place.startswith("/sign-in?") or place == "/app/hosts"


def test_every_route_has_a_row(doors: Doors) -> None:
    """A new route needs a row in tests/web/access_rows.py that says who may; a removed one loses it."""
    there = {(method, path) for method, path in all_routes(doors) if method != "HEAD" and "/api/v1" not in path}
    missing = "\n".join(f"{method} {path}" for method, path in sorted(there - set(ROWS)))
    assert not missing, f"add to tests/web/access_rows.py who may open\n{missing}"
    gone = "\n".join(f"{method} {path}" for method, path in sorted(set(ROWS) - there))
    assert not gone, f"take out of tests/web/access_rows.py what is gone\n{gone}"


def test_rows_say_what_the_paths_say() -> None:
    """Under /admin everything is an admin's, under /app nothing but the theme is everybody's."""
    for (_, path), access in ROWS.items():
        assert path.startswith("/admin") == (access == "admin"), path
        if path.startswith("/app") and path != "/app/theme":
            assert access not in {"everybody", "token"}, path


REFUSED: dict[str, set[str]] = {
    "nobody": SIGNED_IN,
    "disabled": SIGNED_IN,
    "idle assistant": {"desk", "admin", "self", *OBJECTS, "own thing"},
    "mallory": {"admin", "own thing", *OBJECTS},
    "another's assistant": {"own thing", *NOT_FOR_WHO_ACTS, *OBJECTS},
    "member": {"admin", "own thing", "thing", "managed", "self thing"},
    "assistant": {"own thing", *NOT_FOR_WHO_ACTS},
    "admin acting": {"own thing", *NOT_FOR_WHO_ACTS},
    "admin": {"own thing", "thing", "self thing"},
    "ada": {"admin", "own thing"},
}
# What an admin may reach of another's by design: resources are everybody's, failed messages an admin's to send again.
OF_ADMINS = {"/app/resources/{id}/settings", "/app/resources/{id}/archive", "/app/resources/{id}/blocks"}
# Private things of Ada that a team's member or an admin may see: what is shared.
SHARED = {"/app/resources/{id}"}


@pytest.mark.parametrize("who", REFUSED)
async def test_who_may_not_learns_and_changes_nothing(app: Any, store: Any, cast: Cast, who: str) -> None:
    """Sent away with 404, 403 or to sign in; nothing private is said, and the database stays as it is."""
    wrong: list[tuple[str, str, object, str]] = []
    async with asking(app) as client:
        client.headers.update({**FORM, **cast.cookies[who]})
        before = store._writing.total_changes()
        for (method, path), access in ROWS.items():
            if access not in REFUSED[who] or (who == "admin" and path in OF_ADMINS | SHARED):
                continue
            answer = await client.request(method, address(cast, path))
            is_own = access == "own thing" and cast.cookies[who] and who != "disabled"  # told by a page of their own
            if not is_refused(answer) and not (is_own and answer.status_code in {303, 422}):
                wrong.append((method, path, answer.status_code, answer.headers.get("location", "")))
            private = () if who in ADAS else (*PRIVATE, "Ada Lovelace")
            if any(word in answer.text for word in private) or store._writing.total_changes() > before:
                wrong.append((method, path, "says or changes something", ""))
                before = store._writing.total_changes()
    assert not wrong


@pytest.mark.parametrize("who", ["mallory", "another's assistant", "member", "idle assistant"])
async def test_own_pages_say_nothing_of_others(app: Any, cast: Cast, who: str) -> None:
    """Whatever they may open, no guest, address or calendar of Ada is on it."""
    async with asking(app) as client:
        client.headers.update(cast.cookies[who])
        for (method, path), access in ROWS.items():
            if method == "GET" and access in {"desk", "own", "self"} - REFUSED[who]:
                answer = await client.get(address(cast, path))
                private = PRIVATE[:4] if who == "member" else PRIVATE
                assert not [word for word in private if word in answer.text], (who, path)


@pytest.mark.parametrize("who", ["ada", "assistant", "admin acting"])
async def test_who_may_gets_in(app: Any, cast: Cast, who: str) -> None:
    """Each page of the desk and each thing of it opens for Ada and for whoever works for her."""
    async with asking(app) as client:
        client.headers.update(cast.cookies[who])
        for (method, path), access in ROWS.items():
            if method == "GET" and access in {"desk", "thing", "team"} and path not in NOT_THERE:
                query = "?from=2026-09-22&to=2026-09-23" if path.endswith("capsule.json") else ""
                answer = await client.get(address(cast, path) + query)
                assert answer.status_code == 200 or path == "/setup/done", (who, path, answer.status_code)
                is_page = answer.headers["content-type"].startswith("text/html") and not path.endswith("/preview")
                if who != "ada" and is_page and "/app" in path:
                    assert 'class="acting' in answer.text, (who, path)


async def test_an_admin_opens_the_pages_of_the_server(app: Any, cast: Cast) -> None:
    """Every page under /admin that needs no number."""
    async with asking(app) as client:
        client.headers.update(cast.cookies["admin"])
        for (method, path), access in ROWS.items():
            if method == "GET" and access == "admin" and "{" not in path:
                assert (await client.get(path)).status_code == 200, path


async def test_a_secret_in_the_path_is_needed(app: Any, cast: Cast, store: Any, vault: Vault) -> None:
    """A guessed one opens nothing, whoever tries; a guest's real one opens their booking and no desk."""
    async with asking(app) as client:
        client.headers.update(FORM)
        for (method, path), access in ROWS.items():
            if access == "token":
                answer = await client.request(method, address(cast, path))
                assert answer.status_code >= 300, (method, path, answer.status_code)
                assert not [word for word in PRIVATE if word in answer.text], (method, path)
        token = links.manage_token(vault, cast.things["bookings"])
        assert (await client.get(f"/b/{token}")).status_code == 200
        refused = await client.get(f"/app/bookings/{cast.things['bookings']}")
        assert refused.headers["location"].startswith("/sign-in?")
