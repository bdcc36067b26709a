"""Who may open which page: nobody without signing in, hosts their own desk, admins this server as well."""

from typing import Any

import pytest

from cally.store import Store
from cally.web.doors import Doors
from tests.cast import ada, host
from tests.web.conftest import asking
from tests.web.desks import FORM, SignedIn, desk
from tests.web.routes import all_routes, filled

OPEN = {"/app/theme"}


async def test_nobody_reaches_a_desk_without_signing_in(app: Any, doors: Doors):
    """Every page and act of `/app`, `/admin` and the later set-up screens sends to the sign-in page."""
    async with asking(app) as stranger:
        stranger.headers.update(FORM)
        for method, path in _desk_routes(doors):
            answer = await stranger.request(method, filled(path))
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/sign-in?next="), (method, path)


async def test_admin_pages_do_not_exist_for_hosts(app: Any, doors: Doors, store: Store, signed_in: SignedIn):
    """Every route under `/admin` answers a host with 404."""
    owner = await ada(store)
    routes = [(method, path) for method, path in _desk_routes(doors) if path.startswith("/admin")]
    assert routes
    async with desk(app, signed_in, owner) as client:
        for method, path in routes:
            assert (await client.request(method, filled(path))).status_code == 404, (method, path)


async def test_every_page_opens_for_an_admin(app: Any, doors: Doors, store: Store, signed_in: SignedIn):
    """No page of the desk without a parameter is broken, whatever is set up."""
    boss = await host(store, "Ben Bell", role="admin")
    async with desk(app, signed_in, boss) as client:
        for method, path in _desk_routes(doors):
            if method == "GET" and "{" not in path and path != "/setup/done":
                assert (await client.get(path)).status_code == 200, path


async def test_a_number_that_no_database_could_hold_is_not_there(
    app: Any, doors: Doors, store: Store, signed_in: SignedIn
):
    """For whoever is signed in could fill the error inbox with them, and alarm the admins."""
    boss = await host(store, "Ben Bell", role="admin")
    numbered = [(method, path) for method, path in _desk_routes(doors) if "{id}" in path]
    assert numbered
    async with desk(app, signed_in, boss) as client:
        for method, path in numbered:
            answer = await client.request(method, filled(path, id=str(2**63)))
            assert answer.status_code == 404, (method, path)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_foreign_page_changes_nothing(app: Any, store: Store, signed_in: SignedIn, site: str):
    """A form on another site's page is refused before the desk looks at it."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        foreign = {"sec-fetch-site": site, "origin": "https://evil.example"}
        assert (await client.post("/app/profile", data={"name": "Evil"}, headers=foreign)).status_code == 403


async def test_a_form_of_another_type_is_refused(app: Any, store: Store, signed_in: SignedIn):
    """Neither JSON nor plain text is read as a form."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/profile", content=b"name=Evil", headers={"content-type": "text/plain"})
    assert answer.status_code == 422


async def test_pages_of_the_desk_are_kept_by_nobody(app: Any, store: Store, signed_in: SignedIn):
    """They are personal: no cache may keep them."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        assert "no-store" in (await client.get("/app/bookings")).headers["cache-control"]


def _desk_routes(doors: Doors) -> list[tuple[str, str]]:
    starts = ("/app", "/admin", "/setup/hours", "/setup/link", "/setup/done")
    found = [(method, path) for method, path in all_routes(doors) if path.startswith(starts) and path not in OPEN]
    assert len(found) > 40
    return [(method, path) for method, path in found if method != "HEAD"]
