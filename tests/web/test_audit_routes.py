"""Every changing endpoint that succeeds leaves an audit entry with who and from where; one without a row fails."""

from typing import Any

import httpx2
import pytest

from cally.store import Store, audit
from cally.web.api.endpoints import Endpoint
from cally.web.api.v1 import ENDPOINTS
from tests.web.test_api_access import ROWS, World, ask, named, new_database, world

__all__ = ["new_database", "world"]

ADDRESS = "192.0.2.9"
CHANGING = [endpoint for endpoint in ENDPOINTS if endpoint.method != "GET"]
SUCCEEDING = [endpoint for endpoint in CHANGING if ROWS[endpoint.method, endpoint.path][2] < 300]
# Changing endpoints that note nobody, and why.
SILENT = {
    ("POST", "/holds"): "a hold ends by itself within minutes",
    ("DELETE", "/holds/{uid}"): "as above",
    ("POST", "/calendars/{id}/reading"): "reads what is outside; the calendar says how it went",
    ("POST", "/bookings/{uid}/approval"): "it stands already, so nothing is changed",
    ("POST", "/jobs/retry"): "nothing was given up, so nothing is changed",
    ("DELETE", "/message-wordings/{message}/{recipient}"): "there are no words of its own, so nothing is changed",
}
# Changing endpoints that the world of `test_api_access` refuses; `tests/test_audited.py` shows that they note.
ELSEWHERE = {(endpoint.method, endpoint.path) for endpoint in CHANGING if endpoint not in SUCCEEDING}


def test_most_are_tried_here():
    """So that this is no empty promise."""
    assert len(SUCCEEDING) > len(ELSEWHERE)
    assert set(SILENT) <= {(endpoint.method, endpoint.path) for endpoint in SUCCEEDING}


@pytest.mark.parametrize("endpoint", SUCCEEDING, ids=named)
async def test_a_change_is_noted(
    client: httpx2.AsyncClient, world: World, store: Store, bearer: Any, endpoint: Endpoint
) -> None:
    """By whom, from where, in the capacity that they had."""
    access = ROWS[endpoint.method, endpoint.path][0]
    who = {"open": None, "admin": world.root}.get(access, world.ada)
    headers = {} if who is None else await bearer(who, endpoint.scope)
    latest = (await audit.list_latest(store.reader, limit=1))[0].id
    answer = await ask(client, world, endpoint, headers)
    assert answer.status_code < 300, answer.text
    noted = [entry for entry in await audit.list_latest(store.reader) if entry.id > latest]
    if (endpoint.method, endpoint.path) in SILENT:
        assert noted == [], "it does note: take it out of SILENT"
        return
    kinds = {"open": "guest", "admin": "admin"}
    expected = (kinds.get(access, "host"), who and who.id, ADDRESS)
    assert expected in {(entry.actor, entry.account_id, entry.address) for entry in noted}, noted
