"""Requests are counted at the door, by part and status; a path is never a label."""

from typing import Any

import pytest

from cally.ops.monitor.requests import Requests
from cally.web.counted import counted, part_of

SCOPE = {"type": "http", "path": "/ada"}


async def nothing_sent(_: Any) -> None:
    return


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", "pages"),
        ("/ada/intro", "pages"),
        ("/b/secret", "pages"),
        ("/wp-login.php", "pages"),
        ("", "pages"),
        ("*", "pages"),
        ("/app/bookings", "desk"),
        ("/admin/audit", "desk"),
        ("/sign-in", "desk"),
        ("/api/v1/bookings", "api"),
        ("/static/app.css", "static"),
        ("/api/health/live", "watching"),
        ("/metrics", "watching"),
        ("/admin/system", "watching"),
    ],
)
def test_every_path_is_of_one_part(path: str, part: str):
    """Of five, whatever is asked for."""
    assert part_of(path) == part


async def test_an_answer_is_counted_with_its_status():
    """When it has been sent."""
    requests = Requests()

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        assert requests.in_flight == 1
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    await counted(application, requests)(SCOPE, None, nothing_sent)
    assert requests.parts["pages"].classes == [0, 0, 0, 0, 1, 0]
    assert (sum(requests.parts["pages"].buckets), requests.in_flight) == (1, 0)


async def test_one_who_went_away_is_counted_without_a_status():
    """And is no longer being answered."""
    requests = Requests()

    async def application(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await counted(application, requests)(SCOPE, None, nothing_sent)
    assert requests.parts["pages"].classes[0] == 1
    assert requests.in_flight == 0


async def test_what_is_no_request_is_let_through():
    """The start of an application, say."""
    requests, seen = Requests(), []

    async def application(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    await counted(application, requests)({"type": "lifespan"}, None, nothing_sent)
    assert seen == ["lifespan"]
    assert requests.peoples()[0] == 0
