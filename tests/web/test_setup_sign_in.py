"""Signing in and out: one equal sentence, a wait that is named, and never off to another site."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from cally import accounts
from cally.model.accounts import Actor
from cally.store import Store
from cally.web.entering import local_path
from tests.cast import NOW, ada
from tests.web.conftest import asking
from tests.web.desks import FORM, words

PASSWORD = "seven quiet otters knitting"
ADA = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
async def browser(app: Any, store: Store) -> AsyncIterator[httpx2.AsyncClient]:
    owner = await ada(store)
    await accounts.set_password(store, owner.id, PASSWORD, now=NOW, actor=Actor(kind="cli"))
    async with asking(app) as client:
        client.headers.update(FORM)
        yield client


async def test_signing_in_leads_to_where_one_wanted(browser: httpx2.AsyncClient):
    """The page that was asked for first, with its query."""
    asked = await browser.get("/app/bookings?q=cleo")
    page = await browser.get(asked.headers["location"])
    assert 'value="/app/bookings?q=cleo"' in page.text
    answer = await browser.post("/sign-in", data=ADA | {"next": "/app/bookings?q=cleo"})
    assert answer.headers["location"] == "/app/bookings?q=cleo"
    assert (await browser.get("/app/bookings?q=cleo")).status_code == 200


async def test_a_refusal_is_the_same_for_every_reason(browser: httpx2.AsyncClient):
    """A wrong password and an unknown address are answered with equal pages."""
    wrong = await browser.post("/sign-in", data=ADA | {"password": "something else altogether"})
    unknown = await browser.post("/sign-in", data={"email": "eve@example.com", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    assert "The e-mail address or the password is wrong." in words(wrong)
    assert wrong.text.replace("ada@example.com", "X") == unknown.text.replace("eve@example.com", "X")
    assert PASSWORD not in unknown.text


async def test_too_many_attempts_are_told_when_to_come_back(browser: httpx2.AsyncClient):
    """The right password does not help while one has to wait."""
    for _ in range(5):
        await browser.post("/sign-in", data=ADA | {"password": "something else altogether"})
    answer = await browser.post("/sign-in", data=ADA)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "please try again in" in words(answer)


async def test_signing_out_ends_the_session_itself(browser: httpx2.AsyncClient):
    """The cookie of before opens nothing any more."""
    await browser.post("/sign-in", data=ADA)
    kept = browser.cookies["cally"]
    await browser.post("/sign-out")
    browser.cookies.set("cally", kept)
    assert (await browser.get("/app")).status_code == 303


async def test_a_new_sign_in_ends_the_session_before(browser: httpx2.AsyncClient):
    """No former session stays behind in the same browser."""
    await browser.post("/sign-in", data=ADA)
    first = browser.cookies["cally"]
    await browser.post("/sign-in", data=ADA)
    assert browser.cookies["cally"] != first
    browser.cookies.clear()
    browser.cookies.set("cally", first)
    assert (await browser.get("/app")).status_code == 303


@pytest.mark.parametrize(
    "text",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "", "/a\r\nb: c"],
)
def test_next_never_leads_to_another_site(text: str):
    """Whatever could leave this site becomes the desk."""
    assert local_path(text) == "/app"
