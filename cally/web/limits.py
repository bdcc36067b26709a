"""The raw HTTP guard before the application: one good Host, bodies bounded in size, time and sum."""

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from cally.errors import CallyError
from cally.web.errors import PROBLEM_TYPE, is_api, problem_text

log = logging.getLogger("cally.web")

Scope = Any
Message = Any
Receive = Any
Send = Any
Application = Callable[[Scope, Receive, Send], Any]

BODY_BYTES = 262_144
BODY_SECONDS = 10.0
UPLOAD_BYTES = 5_200_000
UPLOADS = frozenset({"/app/look/picture", "/admin/look/picture", "/admin/import"})
BODIES_BYTES = 67_108_864
TARGET_BYTES = 8_192
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "POST", "PUT", "PATCH", "DELETE"})
BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
CODES = {
    400: "malformed",
    408: "too_slow",
    413: "too_large",
    414: "too_long",
    421: "wrong_host",
    500: "internal",
    501: "not_implemented",
    503: "too_busy",
}
SENTENCES = {
    400: "This is not a request that can be understood.",
    408: "The request took too long to arrive.",
    413: "The request is too large.",
    414: "The address is too long.",
    421: "This name is not served here.",
    501: "This method is not known here.",
    500: "Something went wrong here; it has been noted.",
    503: "Too much is being sent at once; please try again in a moment.",
}


class _RefusedError(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class _Budget:
    """Bytes of request bodies that are in memory at once, over all requests."""

    def __init__(self, size: int) -> None:
        self.left = size


def guard(
    application: Application,
    *,
    public_hosts: Callable[[], frozenset[str]],
    body_bytes: int = BODY_BYTES,
    body_seconds: float = BODY_SECONDS,
    uploads: frozenset[str] = UPLOADS,
    bodies_bytes: int = BODIES_BYTES,
) -> Application:
    """The application, reached only by requests whose Host is right and whose whole body is there.

    Files may be larger, at the paths of `uploads`. `public_hosts` are the names served (lower case, no port), asked at
    each request; none means any name. Addresses and `localhost` are always served. Bodies are read before the
    application is called: a slow one costs a connection and never a handler. Refusals are problem details for the API,
    plain text for others, and close the connection.
    """
    budget = _Budget(bodies_bytes)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        started = _Started(send)
        taken = 0
        try:
            length, chunked = _checked_head(scope, public_hosts)
            if chunked or length or (length is None and scope["method"] not in BODILESS):
                most = UPLOAD_BYTES if scope["path"] in uploads else body_bytes
                body = await _body(receive, length, most, body_seconds, budget)
                taken = len(body)
                receive = _replay(body, receive)
            await application(scope, receive, started)
        except _RefusedError as refused:
            await _answer(scope, send, refused.status)
        except Exception:
            log.exception("A request failed beyond the application's own error pages.")
            if not started.yes:
                await _answer(scope, send, 500)
        finally:
            budget.left += taken

    return guarded


def host_is_served(authority: str, public_hosts: frozenset[str]) -> bool:
    """Whether a Host header names this server; addresses and `localhost` always do (no foreign page can have them)."""
    match = AUTHORITY.fullmatch(authority.lower())
    if match is None:
        return False
    name = match[1].rstrip(".")
    return not public_hosts or name in public_hosts or name == "localhost" or _is_address(name)


def hosts_of(*public_urls: str) -> frozenset[str]:
    """The names in these addresses; an address or `localhost` says nothing about names, so it adds none."""
    names = (urlsplit(url).hostname or "" for url in public_urls)
    return frozenset(name for name in names if name and name != "localhost" and not _is_address(name))


class _Started:
    """`send`, remembering whether the answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.yes = False

    async def __call__(self, message: Message) -> None:
        self.yes = True
        await self._send(message)


def _checked_head(scope: Scope, public_hosts: Callable[[], frozenset[str]]) -> tuple[int | None, bool]:
    if scope["method"] not in METHODS:
        raise _RefusedError(501)
    hosts: list[bytes] = []
    lengths: set[bytes] = set()
    chunked = False
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value)
        elif name == b"content-length":
            lengths.add(value)
        elif name == b"transfer-encoding":
            chunked = True
    if len(hosts) != 1 or len(lengths) > 1 or (lengths and chunked) or not all(map(bytes.isdigit, lengths)):
        raise _RefusedError(400)
    if not host_is_served(hosts[0].decode("latin-1"), public_hosts()):
        raise _RefusedError(421 if AUTHORITY.fullmatch(hosts[0].decode("latin-1").lower()) else 400)
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > TARGET_BYTES:
        raise _RefusedError(414)
    if "\0" in scope["path"]:
        raise _RefusedError(400)
    return (int(lengths.pop()) if lengths else None), chunked


async def _body(receive: Receive, length: int | None, most: int, seconds: float, budget: _Budget) -> bytes:
    if length is not None and length > most:
        raise _RefusedError(413)
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(seconds):
            await _collect(receive, parts, most, budget)
    except TimeoutError:
        _give_back(parts, budget)
        raise _RefusedError(408) from None
    except BaseException:
        _give_back(parts, budget)
        raise
    return b"".join(parts)


async def _collect(receive: Receive, parts: list[bytes], most: int, budget: _Budget) -> None:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(400)
        part = message.get("body", b"")
        size += len(part)
        budget.left -= len(part)
        parts.append(part)
        if size > most:
            raise _RefusedError(413)
        if budget.left < 0:
            raise _RefusedError(503)
        if not message.get("more_body", False):
            return


def _give_back(parts: Iterable[bytes], budget: _Budget) -> None:
    budget.left += sum(map(len, parts))


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def _answer(scope: Scope, send: Send, status: int) -> None:
    told = is_api(scope["path"])
    text = problem_text(CallyError(CODES[status], SENTENCES[status])) if told else SENTENCES[status].encode() + b"\n"
    headers = [
        (b"content-type", PROBLEM_TYPE.encode() if told else b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text, "more_body": False})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
