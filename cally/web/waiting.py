"""What is answered while the database is being brought up to date: nothing but kind words, and when to come back.

There are no doors yet, so nothing of the application runs here; what was typed into a form stays on the page.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request

from cally.errors import CallyError
from cally.ops.health import Check, HealthReport
from cally.web import assets, forms, limits, rendering
from cally.web.closed import kept_fields, target
from cally.web.errors import PROBLEM_TYPE, is_api, problem_text
from cally.web.headers import with_headers
from cally.web.upkeep import Closed

Application = Any
Answer = tuple[int, str, bytes]
LIVE, HEALTH = "/api/health/live", "/api/health"
RETRY_SECONDS = 10
JSON = "application/json"
SENTENCE = "Cally is being brought up to date; it will be back in a moment."
REASON = "The database is being brought up to date."


def waiting_room(told: Callable[[], str]) -> Application:
    """The application that is served meanwhile; `told` says in one sentence how far it is, for health checks."""

    async def answered(scope: Any, receive: Any, send: Any) -> None:
        status, media_type, body = await _answer(Request[Any, Any, Any](scope, receive, send), told)
        headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
        if status != 200:
            headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return with_headers(limits.guard(answered, public_hosts=frozenset), public_url=lambda: "")


async def _answer(request: Request[Any, Any, Any], told: Callable[[], str]) -> Answer:
    path = request.scope["path"]
    found = assets.by_path(path)
    if found is not None:
        return 200, found.media_type, found.body
    if path == LIVE:
        return 200, JSON, msgspec.json.encode(HealthReport(status="ok", checks={}))
    if path.startswith(HEALTH):
        checks = {"database": Check(status="failing", detail=told())}
        return 503, JSON, msgspec.json.encode(HealthReport(status="failing", checks=checks))
    if is_api(path):
        error = CallyError("maintenance", SENTENCE, retry_after=RETRY_SECONDS)
        return 503, PROBLEM_TYPE, problem_text(error)
    return 503, "text/html; charset=utf-8", (await _page(request)).encode()


async def _page(request: Request[Any, Any, Any]) -> str:
    sends = request.method != "GET"
    sent: Any = await request.receive() if sends else {}  # the whole body: the guard has read it
    return rendering.text(
        "pages/closed.html",
        words=rendering.reader(request),
        theme=rendering.theme(request),
        upkeep=Closed(None, REASON),
        sends=sends,
        kept=kept_fields(forms.parsed_or_empty(request.headers.get("content-type", ""), sent.get("body", b""))),
        action=target(request),
    )
