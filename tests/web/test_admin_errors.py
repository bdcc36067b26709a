"""The error inbox in the browser: from the code that a guest was shown to the place in the code, and done with it."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from litestar import Litestar, get, post

from cally.ops.errors import write_errors
from cally.store import Store, audit
from cally.web import build
from cally.web.doors import Doors
from cally.web.errors import on_error
from tests.cast import NOW, ada
from tests.web.desks import SignedIn, desk, words

PAGE = "/admin/errors"
GUEST = "Cleo Celik <cleo@example.org>"


@pytest.fixture
async def failing(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    """A program with our error pages whose every route fails, heard by the inbox of these doors."""

    @get(["/fails", "/api/v1/fails"])
    async def fails() -> None:
        raise RuntimeError(f"no room for {GUEST}")

    @post("/fails")
    async def fails_too() -> None:
        raise KeyError("starts_at")

    app = Litestar(
        [fails, fails_too], exception_handlers={Exception: on_error}, openapi_config=None, logging_config=None
    )
    doors.errors.listen()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://cally.test") as client:
        yield client
    doors.errors.leave()


def code_on(page: str) -> str:
    found = re.search(r"[0-9a-f]{6}-[0-9a-f]{4}", page)
    assert found is not None, page
    return found[0]


async def test_the_code_on_an_error_page_leads_to_its_entry(
    doors: Doors, store: Store, signed_in: SignedIn, failing: httpx2.AsyncClient
):
    """Guests and programs are told the same one, and so is the log; nobody is told what the guest was called."""
    code = code_on((await failing.get("/fails")).text)
    assert (await failing.get("/api/v1/fails")).json()["error_id"] == code
    await failing.post("/fails")
    await write_errors(store, doors.errors, NOW)
    async with desk(build(doors), signed_in, await ada(store, role="admin")) as client:
        page = await client.get(PAGE)
        assert "RuntimeError no room for ‹name› ‹name›" in words(page)
        assert "Open 2" in words(page)
        led = await client.get(PAGE, params={"code": f" {code.upper()} "})
        assert led.headers["location"] == f"{PAGE}/{code}"
        said = words(await client.get(f"{PAGE}/{code}"))
        assert "2 times" in said
        assert "GET /" in said
        assert "in fails raise RuntimeError" in said
        assert "cleo" not in said.lower()
        assert "No error has this code" in words(await client.get(PAGE, params={"code": "000000-0000"}))
        assert (await client.get(f"{PAGE}/000000-0000")).status_code == 404


async def test_an_admin_is_done_with_it(doors: Doors, store: Store, signed_in: SignedIn, failing: httpx2.AsyncClient):
    """Resolved, known, open again, removed; each stands in the audit log."""
    code = code_on((await failing.get("/fails")).text)
    await write_errors(store, doors.errors, NOW)
    async with desk(build(doors), signed_in, await ada(store, role="admin")) as client:
        for state, heading in (("resolved", "Resolved 1"), ("known", "Known 1"), ("open", "Open 1")):
            await client.post(f"{PAGE}/{code}/state", data={"state": state})
            assert heading in words(await client.get(PAGE))
        assert (await client.post(f"{PAGE}/{code}/state", data={"state": "gone"})).status_code == 422
        await client.post(f"{PAGE}/{code}/removal")
        assert "No error is open" in words(await client.get(PAGE))
        assert (await client.post(f"{PAGE}/{code}/removal")).status_code == 404
    tags = [entry.tag for entry in await audit.list_latest(store.reader)]
    assert {"admin:error:resolve", "admin:error:know", "admin:error:reopen", "admin:error:delete"} <= set(tags)


async def test_a_host_sees_none_of_it(app: Any, store: Store, signed_in: SignedIn):
    """The page is not there."""
    async with desk(app, signed_in, await ada(store)) as client:
        assert (await client.get(PAGE)).status_code == 404
