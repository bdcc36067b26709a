"""A guest who has enough: told so on the page and in the API, with the link to move one coming by mail alone."""

from typing import Any

import httpx2
import msgspec
import pytest

from cally.model.options import EventTypeOptions
from cally.store import Store, event_types
from tests.cast import NOW, ada
from tests.web.guests import fields, look, send, words

pytestmark = pytest.mark.rule(46)
BOOKING = {
    "host": "ada",
    "event_type": "intro",
    "starts_at": "2026-09-22T08:00:00Z",
    "guest": {"name": "Cleo", "email": "cleo@example.org", "tz": "UTC"},
}


@pytest.fixture
async def first(store: Store, client: httpx2.AsyncClient) -> Any:
    """Cleo has the one booking that she may have."""
    host = await ada(store)
    known = await event_types.by_slug(store.reader, host.id, "intro")
    assert known is not None
    async with store.write() as tx:
        await event_types.update(
            tx, msgspec.structs.replace(known, options=EventTypeOptions(active_per_guest=1)), now=NOW
        )
    answer = await client.post("/api/v1/bookings", json=BOOKING)
    assert answer.status_code == 201
    return answer.json()


async def test_a_program_is_told_409_guest_limit(client: httpx2.AsyncClient, first: Any):
    """With how many there may be, and nothing of the booking there is."""
    answer = await client.post("/api/v1/bookings", json={**BOOKING, "starts_at": "2026-09-22T12:00:00Z"})
    assert (answer.status_code, answer.json()["code"], answer.json()["most"]) == (409, "guest_limit", 1)
    assert first["uid"] not in answer.text
    assert "08:00" not in answer.text


async def test_the_same_request_again_is_no_second_one(client: httpx2.AsyncClient, store: Store, first: Any):
    """An idempotency key answers with its booking before anything is counted (rule 49)."""
    key = {"idempotency-key": "one"}
    ben = {**BOOKING, "starts_at": "2026-09-22T12:00:00Z", "guest": {**BOOKING["guest"], "email": "ben@example.org"}}  # type: ignore[dict-item] # a table of mixed values
    answers = [await client.post("/api/v1/bookings", json=ben, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]


async def test_the_page_keeps_what_was_typed_and_says_where_the_link_is(client: httpx2.AsyncClient, first: Any):
    """No link, no time of the other booking: whoever typed the address may be somebody else."""
    form = fields(await look(client, "/ada/intro?slot=2026-09-22T12:00Z"))
    page = await send(client, "/ada/intro", {**form, "name": "Mallory", "email": "cleo+x@example.org"})
    assert page.status_code == 409
    assert "there is a booking ahead already" in words(page)
    assert "use the link in the mail about it" in words(page)
    assert "Mallory" in page.text
    assert "/b/" not in page.text
