"""Maintenance mode at the web's door: one gate over every route, kind words, nothing lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cally.ops import maintenance
from cally.store import Store, audit
from cally.web.doors import Doors
from tests.cast import NOW, ada, host
from tests.hostile import TEXTS, faults, tamed
from tests.web.conftest import asking
from tests.web.desks import FORM, desk
from tests.web.guests import fields, filled, look, send, words
from tests.web.routes import changing_routes, reading_routes
from tests.web.routes import filled as path_of

GOES_ON = {
    "POST /admin/maintenance",
    "POST /app/theme",
    "POST /sign-in",
    "POST /sign-in/again",
    "POST /sign-in/again/passkey",
    "POST /sign-in/again/passkey/challenge",
    "POST /sign-in/back/{slug}",
    "POST /sign-in/passkey",
    "POST /sign-in/passkey/challenge",
    "POST /sign-in/second",
    "POST /sign-in/second/passkey",
    "POST /sign-in/second/passkey/challenge",
    "POST /sign-in/with/{slug}",
    "POST /sign-out",
    "POST /team/{team}/{slug}/password",
    "POST /{host}/{slug}/password",
}
SLOT = "2026-09-22T08:00Z"


def close(directory: Path, *, reason: str = "", minutes: int | None = None) -> None:
    """An admin switches it on."""
    maintenance.begin(directory, reason=reason, by="Ada", minutes=minutes, now=NOW)


async def refused(app: Any, method: str, path: str) -> bool:
    """Whether the gate answers, and as it should."""
    async with asking(app) as client:
        told = await client.request(method, path_of(path), headers=FORM)
    if told.status_code != 503:
        return False
    assert told.headers["retry-after"] == "60"
    if path.startswith("/api/"):
        assert told.json()["code"] == "maintenance"
    else:
        assert "Back in a few minutes" in words(told)
    return True


async def test_nothing_that_changes_goes_on_but_the_way_to_end_it(app: Any, doors: Doors, tmp_path: Path) -> None:
    """Over the whole route table, so that a new route is behind the gate unless this list says otherwise."""
    with maintenance.during(tmp_path, reason="", by="an upgrade", now=NOW):
        assert {f"{m} {p}" for m, p in changing_routes(doors) if p.startswith("/admin/")} & GOES_ON
    close(tmp_path)
    found = {f"{m} {p}" for m, p in changing_routes(doors) if not await refused(app, m, p)}
    assert {one for one in found if not one.startswith("POST /admin/")} | {"POST /admin/maintenance"} == GOES_ON


async def test_an_admins_settings_go_on_unless_a_program_is_at_work(app: Any, doors: Doors, tmp_path: Path) -> None:
    """To set up a mail server is what maintenance may be for; into a database that is being replaced nobody writes."""
    admins = [(m, p) for m, p in changing_routes(doors) if p.startswith("/admin/") and p != "/admin/maintenance"]
    close(tmp_path)
    assert not any([await refused(app, m, p) for m, p in admins])
    maintenance.end(tmp_path)
    with maintenance.during(tmp_path, reason="", by="an upgrade", now=NOW):
        async with asking(app) as client:
            told = [(await client.request(m, path_of(p), headers=FORM)).status_code for m, p in admins]
    assert set(told) == {503}


async def test_everything_can_still_be_read(app: Any, doors: Doors, tmp_path: Path) -> None:
    """No reading route answers otherwise than it did."""

    async def statuses() -> dict[str, int]:
        async with asking(app) as client:
            return {path: (await client.get(path_of(path))).status_code for path in reading_routes(doors)}

    before = await statuses()
    close(tmp_path)
    assert await statuses() == before


async def bookings_of(store: Store) -> int:
    """How many there are."""
    row = await store.reader.row("SELECT count(*) FROM booking")
    assert row is not None
    return int(row[0])


async def test_a_guest_reads_on_and_is_told_when_to_come_back(
    client: httpx2.AsyncClient, store: Store, tmp_path: Path
) -> None:
    """A calm line on the page with the times, also when that page is in memory; gone when it is over."""
    await ada(store)
    assert "Bookings pause" not in words(await look(client, "/ada/intro"))
    close(tmp_path, reason="We are moving <house>.", minutes=20)
    page = words(await look(client, "/ada/intro"))
    assert "Bookings pause for a moment" in page
    assert "come back in about 20 minutes" in page
    assert "We are moving <house>." in page
    maintenance.end(tmp_path)
    assert "Bookings pause" not in words(await look(client, "/ada/intro"))


async def test_what_a_guest_typed_is_kept_and_books_afterwards(
    client: httpx2.AsyncClient, store: Store, tmp_path: Path
) -> None:
    """The kind page holds the form; sending it again when it is over books."""
    await ada(store)
    typed = await filled(client, SLOT, notes='He said "<b>hi</b>"')
    close(tmp_path)
    told = await send(client, "/ada/intro?tz=Europe/Berlin", typed)
    assert (told.status_code, told.headers["retry-after"]) == (503, "60")
    assert await bookings_of(store) == 0
    kept = fields(told)
    assert kept == typed
    assert 'action="/ada/intro?tz=Europe/Berlin"' in told.text
    assert (await send(client, "/ada/intro?tz=Europe/Berlin", kept)).status_code == 503
    maintenance.end(tmp_path)
    assert (await send(client, "/ada/intro?tz=Europe/Berlin", kept)).status_code == 303


async def test_passwords_are_not_written_into_the_page(app: Any, tmp_path: Path) -> None:
    """They are typed again; everything else is there."""
    close(tmp_path)
    async with asking(app) as client:
        told = await client.post(
            "/app/security/password", data={"password": "hunter2", "new_password": "x", "name": "Ada"}, headers=FORM
        )
    assert (told.status_code, fields(told)) == (503, {"name": "Ada"})
    assert "hunter2" not in told.text


async def test_a_program_is_told_why_and_when(
    client: httpx2.AsyncClient, store: Store, bearer: Callable[..., Any], tmp_path: Path
) -> None:
    """Problem details; reading goes on, and the token is not even looked at."""
    known = await ada(store)
    close(tmp_path, reason="New disk.", minutes=2)
    told = await client.post("/api/v1/event-types", json={}, headers=await bearer(known))
    assert (told.status_code, told.headers["retry-after"]) == (503, "120")
    assert told.json()["code"] == "maintenance"
    assert told.json()["detail"].endswith("New disk.")
    assert (await client.get("/api/v1/event-types", headers=await bearer(known))).status_code == 200


async def test_an_admin_switches_it_on_and_off_in_the_browser(
    app: Any, store: Store, signed_in: Callable[..., Any], tmp_path: Path
) -> None:
    """From the Updates page, noted in the audit log; what was typed wrongly is said beside its field."""
    known = await ada(store, role="admin")
    async with desk(app, signed_in, known) as browser:
        wrong = await browser.post("/admin/maintenance", data={"wanted": "on", "minutes": "soon"})
        assert (wrong.status_code, maintenance.current(tmp_path)) == (422, None)
        told = await browser.post("/admin/maintenance", data={"wanted": "on", "reason": "New disk.", "minutes": "9"})
        assert told.status_code == 303
        found = maintenance.current(tmp_path)
        assert found is not None
        assert (found.reason, found.by, found.until) == ("New disk.", known.name, NOW + 540)
        page = await browser.get("/admin/updates")
        assert "Open again" in words(page)
        assert "Maintenance is on" in words(await browser.get("/app"))
        assert (await browser.post("/admin/maintenance", data={"wanted": "off"})).status_code == 303
    assert maintenance.current(tmp_path) is None
    tags = [entry.tag for entry in await audit.list_latest(store.reader, limit=5)]
    assert tags.count("admin:maintenance:change") == 2


async def test_nobody_else_can(app: Any, store: Store, signed_in: Callable[..., Any], tmp_path: Path) -> None:
    """To a host the switch does not exist; and a program's work ends by itself."""
    ben = await host(store, "Ben Bell")
    close(tmp_path)
    async with desk(app, signed_in, ben) as browser:
        assert (await browser.post("/admin/maintenance", data={"wanted": "off"})).status_code == 404
    assert maintenance.current(tmp_path) is not None
    maintenance.end(tmp_path)
    known = await ada(store, role="admin")
    with maintenance.during(tmp_path, reason="", by="an upgrade", now=NOW):
        async with desk(app, signed_in, known) as browser:
            assert (await browser.post("/admin/maintenance", data={"wanted": "off"})).status_code == 422
        assert maintenance.current(tmp_path) is not None


@pytest.mark.parametrize("data", [b"", b"\xff=1", b"a=" + b"x" * 99])
async def test_what_no_form_of_ours_sends_is_answered_as_kindly(app: Any, tmp_path: Path, data: bytes) -> None:
    """Bytes of whatever kind."""
    close(tmp_path)
    async with asking(app) as client:
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
            told = await client.post("/ada/intro", content=data, headers={**FORM, "content-type": kind})
            assert told.status_code == 503


@pytest.mark.parametrize("said", TEXTS.values(), ids=TEXTS)
async def test_a_reason_that_harms_is_only_read(
    client: httpx2.AsyncClient, store: Store, tmp_path: Path, said: str
) -> None:
    """On the page that is open, and on the one that says no."""
    await ada(store)
    close(tmp_path, reason=tamed(said, maintenance.REASON_LENGTH))
    assert faults((await look(client, "/ada/intro")).text) == []
    assert faults((await client.post("/ada/intro", data={}, headers=FORM)).text) == []
