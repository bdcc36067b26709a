"""An error is mapped to a status once: problem details for programs, a page for people, nothing private in either."""

import logging
from typing import Any

import httpx2
import pytest
from litestar import Litestar, get

from cally.errors import CallyError
from cally.web.errors import STATUS, on_error, problem


def app_that_raises(error: Exception) -> Litestar:
    @get(["/api/v1/fails", "/fails"])
    async def fails() -> None:
        raise error

    return Litestar([fails], exception_handlers={Exception: on_error}, openapi_config=None, logging_config=None)


async def asked(error: Exception, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app_that_raises(error))
    async with httpx2.AsyncClient(transport=transport, base_url="http://cally.test") as client:
        return await client.get(path)


@pytest.mark.parametrize("code", sorted(STATUS))
async def test_each_code_has_one_status(code: str) -> None:
    """A program gets problem details with the code, a person gets a page; both with the same status."""
    told = await asked(CallyError(code, "A sentence.", field="guest.email"), "/api/v1/fails")
    assert told.status_code == STATUS[code]
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["code"] == code
    assert told.json()["detail"] == "A sentence."
    assert told.json()["field"] == "guest.email"
    shown = await asked(CallyError(code, "A sentence."), "/fails")
    assert shown.status_code == STATUS[code]
    assert "text/html" in shown.headers["content-type"]
    assert "A sentence." in shown.text


async def test_a_fact_takes_the_place_of_no_member_of_the_format() -> None:
    """RFC 9457 says what `status` is, whatever a fact is called."""
    told = (
        await asked(CallyError("conflict", "It is over.", status="cancelled", state="cancelled"), "/api/v1/fails")
    ).json()
    assert (told["status"], told["state"]) == (409, "cancelled")


async def test_the_unexpected_is_logged_once_and_told_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is 500 without a detail; the log has it once."""
    with caplog.at_level(logging.ERROR):
        told = await asked(RuntimeError("secret=hunter2"), "/api/v1/fails")
    assert told.status_code == 500
    assert "hunter2" not in told.text
    assert [record.name for record in caplog.records] == ["cally.web"]


async def test_a_code_nobody_mapped_is_a_fault_of_ours() -> None:
    """An unknown code is not guessed at."""
    told = await asked(CallyError("never_heard_of", "Inner words."), "/api/v1/fails")
    assert told.status_code == 500
    assert "Inner words" not in told.text


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (CallyError("rate_limited", "Slow down.", retry_after=30), "30"),
        (CallyError("storage_busy", "Busy."), "1"),
        (CallyError("storage_full", "Full."), "60"),
    ],
)
def test_who_may_come_back_is_told_when(error: CallyError, seconds: str) -> None:
    """429 and 503 say after how many seconds to try again."""
    assert problem(error).headers["retry-after"] == seconds


async def test_an_unknown_address_is_a_problem_or_a_page(client: httpx2.AsyncClient) -> None:
    """404 in the asker's language: JSON below /api, HTML elsewhere."""
    told = await client.get("/api/v1/nothing-here")
    assert (told.status_code, told.json()["code"]) == (404, "not_found")
    shown = await client.get("/no/such/page/anywhere")
    assert shown.status_code == 404
    assert "text/html" in shown.headers["content-type"]


async def test_a_wrong_method_is_told_which_are_right(client: httpx2.AsyncClient) -> None:
    """405 carries `Allow`."""
    told = await client.put("/api/v1/holds")
    assert told.status_code == 405
    assert told.json()["code"] == "method_not_allowed"
    assert "POST" in told.headers["allow"]


async def test_a_missing_token_is_asked_for(client: httpx2.AsyncClient) -> None:
    """401 says how to sign in (RFC 9110 11.6.1)."""
    told = await client.get("/api/v1/bookings")
    assert told.status_code == 401
    assert told.headers["www-authenticate"].startswith("Bearer")


def test_facts_that_are_not_known_are_left_out() -> None:
    """None is no fact."""
    content: Any = problem(CallyError("conflict", "No.", status_now=None, titles=["Intro"])).content
    assert b"status_now" not in content
    assert b"Intro" in content
