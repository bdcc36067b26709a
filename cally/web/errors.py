"""Errors at the web's door: each code mapped to a status once; RFC 9457 for programs, a page for people."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from cally.brakes.limits import refused
from cally.errors import CallyError
from cally.ops.errors import code_of
from cally.web import rendering

log = logging.getLogger("cally.web")

PROBLEM_TYPE = "application/problem+json"
STATUS = {
    "malformed": 400,
    "unauthorized": 401,
    "sign_in_failed": 401,
    "step_over": 401,
    "forbidden": 403,
    "password_needed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "conflict": 409,
    "answer_lost": 409,
    "idempotency_key_in_use": 409,
    "guest_limit": 409,
    "slot_taken": 409,
    "link_ended": 410,
    "precondition_failed": 412,
    "too_large": 413,
    "too_long": 414,
    "unsupported_type": 415,
    "wrong_host": 421,
    "invalid": 422,
    "idempotency_key_reused": 422,
    "rate_limited": 429,
    "internal": 500,
    "not_implemented": 501,
    "channel_failed": 502,
    "too_busy": 503,
    "maintenance": 503,
    "storage_busy": 503,
    "storage_full": 503,
    "storage_failed": 503,
}
RETRY_SECONDS = {"too_busy": 1, "maintenance": 60, "storage_busy": 1, "storage_full": 60, "storage_failed": 5}
CODES = {400: "malformed", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
HEADINGS = {
    401: "Please sign in",
    403: "This is not allowed",
    404: "Nothing is here",
    410: "This link works no more",
    429: "Too many at once",
    500: "Something went wrong",
    503: "Not possible right now",
}
SENTENCES = {
    "malformed": "This request could not be understood.",
    "not_found": "There is nothing at this address.",
    "method_not_allowed": "This address does not take this method.",
    "too_large": "The request is too large.",
    "internal": "Something went wrong here; it has been noted.",
}


def is_api(path: str) -> bool:
    """Whether a program is asking, and is to be answered in JSON."""
    return path == "/api" or path.startswith("/api/")


def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to whatever was raised while a request was being answered; the unexpected is logged once."""
    shown, headers = _shown(request, error)
    status = STATUS.get(shown.code, 500)
    if is_api(request.scope["path"]):
        return problem(shown, status, headers)
    return _page(request, shown, status, headers)


def problem(error: CallyError, status: int | None = None, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An error as an answer to a program."""
    number = STATUS.get(error.code, 500) if status is None else status
    return Response(
        content=problem_text(error, number),
        status_code=number,
        media_type=PROBLEM_TYPE,
        headers={**retry_headers(error), **(headers or {})},
    )


def problem_text(error: CallyError, status: int | None = None) -> bytes:
    """An error as RFC 9457 problem details; the facts stand beside `code` as extension members."""
    number = STATUS.get(error.code, 500) if status is None else status
    own = {
        "type": f"/api/v1/docs#problem-{error.code}",
        "title": HTTPStatus(number).phrase,
        "status": number,
        "detail": error.sentence,
        "code": error.code,
    }
    facts = {name: value for name, value in error.facts.items() if value is not None}
    return msgspec.json.encode(own | facts | own)  # a fact never takes the place of a member that RFC 9457 names


def _page(request: Request[Any, Any, Any], error: CallyError, status: int, headers: Mapping[str, str]) -> Response[Any]:
    if error.code == "password_needed" and "page" in error.facts:
        return password_page(request, str(error.facts["page"]))
    return rendering.render(
        request,
        "pages/error.html",
        status,
        headers={**retry_headers(error), **headers},
        number=status,
        heading=HEADINGS.get(status, "This did not work"),
        sentence=error.sentence,
        hint="Please try again in a moment." if status >= 500 else "",
        sign_in=error.code == "unauthorized",
        error_id=error.facts.get("error_id", ""),
    )


def password_page(
    request: Request[Any, Any, Any], page: str, *, sentence: str = "", query: str | None = None, status: int = 403
) -> Response[Any]:
    """The question for the password of a private page, `/ada/intro`; neither its title nor its host is told before."""
    asked = request.scope["query_string"].decode("ascii", "replace") if request.method == "GET" else ""
    return rendering.render(
        request,
        "pages/public/password.html",
        status,
        headers={"x-robots-tag": "noindex, nofollow"},
        action=f"{page}/password",
        query=asked if query is None else query,
        sentence=sentence,
    )


def _shown(request: Request[Any, Any, Any], error: Exception) -> tuple[CallyError, dict[str, str]]:
    if isinstance(error, CallyError) and error.code in STATUS:
        return error, _challenge(error)
    if isinstance(error, HTTPException) and error.status_code in CODES:
        code = CODES[error.status_code]
        return CallyError(code, SENTENCES[code]), _allowed(error)
    path, code = request.scope.get("path_template") or "an unknown address", code_of(error)
    origin = {"origin": f"{request.method} {path}", "error_id": code}
    log.error("A request to %s failed: %s", path, type(error).__name__, exc_info=error, extra=origin)
    return CallyError("internal", SENTENCES["internal"], error_id=code), {}


def _allowed(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}


def _challenge(error: CallyError) -> dict[str, str]:
    return {"www-authenticate": 'Bearer realm="cally"'} if error.code == "unauthorized" else {}


def retry_headers(error: CallyError) -> dict[str, str]:
    """When to come back, and which limit is used up."""
    seconds = error.facts.get("retry_after", RETRY_SECONDS.get(error.code))
    if seconds is None:
        return {}
    return {"retry-after": str(seconds), **refused(str(error.facts.get("limit", "")), int(seconds))}
