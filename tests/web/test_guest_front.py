"""The bare address of the server."""

from typing import Any

from cally.store import Store
from tests import cast
from tests.web.conftest import asking
from tests.web.desks import SignedIn, desk
from tests.web.guests import words


async def test_before_the_first_run_it_says_how_to_begin(app: Any) -> None:
    """A newcomer who opens the server's address is not left at an error."""
    async with asking(app) as client:
        page = await client.get("/")
    assert page.status_code == 200
    assert "one-time address" in words(page)


async def test_a_stranger_is_shown_no_hosts(app: Any, store: Store) -> None:
    """Booking pages are found by their links; the front door lists nobody."""
    await cast.ada(store)
    async with asking(app) as client:
        page = await client.get("/")
    assert "open the link" in words(page)
    assert "ada" not in page.text.lower().replace("loading", "")


async def test_a_host_goes_on_to_the_desk(app: Any, store: Store, signed_in: SignedIn) -> None:
    """Typing the server's name is enough."""
    async with desk(app, signed_in, await cast.ada(store)) as client:
        page = await client.get("/")
    assert (page.status_code, page.headers["location"]) == (303, "/app")
