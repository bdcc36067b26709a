"""The gate before every route: who asks too much is told when to come back, who comes from elsewhere finds nothing.

What stands in `DESK` and `ADMIN`, and the API with a token, may be kept to some networks; booking pages are for all.
"""

from collections.abc import Callable
from typing import Any

from cally.brakes import Part, Verdict, may_enter
from cally.brakes.limits import headers
from cally.errors import CallyError
from cally.web.addresses import client_address, is_here
from cally.web.doors import Doors
from cally.web.errors import SENTENCES, is_api

Application = Callable[[Any, Any, Any], Any]
UNCOUNTED = ("/static/", "/api/health", "/favicon.ico", "/robots.txt")
ADMIN = frozenset({"admin"})
DESK = frozenset({"app", "setup", "sign-in", "sign-out", "invitation", "reset", "verify", "oauth", "oidc", "metrics"})
VERDICTS = "verdicts"
COUNTABLE = 2**63  # what a database can hold


def gate(app: Application) -> Application:
    """Litestar's middleware around every route; raises `rate_limited` with `retry_after`, or `not_found`."""

    async def gated(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if scope["type"] != "http" or path.startswith(UNCOUNTED):
            await app(scope, receive, send)
            return
        if any(isinstance(value, int) and value >= COUNTABLE for value in scope["path_params"].values()):
            raise CallyError("not_found", SENTENCES["not_found"])
        doors: Doors = scope["litestar_app"].state.doors
        address = client_address(scope, doors.trusted_proxies)
        part = part_of(path, scope)
        if part is not None:
            await require_from(doors, scope, part, address)
        verdict = doors.guests.request(address, doors.clock())
        if verdict is not None and is_api(path):
            count(scope, verdict)
            send = _telling(scope, send)
        await app(scope, receive, send)

    return gated


def part_of(path: str, scope: Any) -> Part | None:
    """Which part of the house is asked for; None for what everybody may reach."""
    first = path.split("/", 2)[1]
    if first in ADMIN:
        return "admin"
    if first in DESK or (first == "api" and any(name == b"authorization" for name, _ in scope["headers"])):
        return "desk"
    return None


async def require_from(doors: Doors, scope: Any, part: Part, address: str) -> None:
    """Raise `not_found` unless this part may be reached from there; this machine itself always may."""
    if is_here(scope, doors.trusted_proxies) or await may_enter(doors.store.reader, part, address):
        return
    doors.guests.refuse(address, f"allow-list:{part}", doors.clock())
    raise CallyError("not_found", SENTENCES["not_found"])


def count(scope: Any, verdict: Verdict) -> None:
    """Let the answer say what this request was counted in."""
    scope["state"].setdefault(VERDICTS, []).append(verdict)


def _telling(scope: Any, send: Any) -> Any:
    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            known = {name.lower() for name, _ in message["headers"]}
            if b"ratelimit" not in known:
                told = headers(scope["state"][VERDICTS])
                more = [(name.encode(), value.encode()) for name, value in told.items()]
                message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return sent
