"""From an endpoint to a route: a request is read and checked, done once, and answered with its version."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from cally.web.api.bodies import malformed, read_json, read_query
from cally.web.api.callers import Caller, anybody, caller
from cally.web.api.endpoints import MANAGE_TOKEN, PREFIX, Answer, Call, Endpoint, Nothing
from cally.web.api.repeated import idempotency_key, once
from cally.web.api.versions import Twins, etag, twins_of, unless_changed, versioned
from cally.web.doors import Doors
from cally.web.errors import on_error


def routes(endpoints: tuple[Endpoint, ...]) -> list[HTTPRouteHandler]:
    """Litestar's handlers for all endpoints."""
    twins = twins_of(endpoints)
    return [route(endpoint, twins) for endpoint in endpoints]


def route(endpoint: Endpoint, twins: Twins) -> HTTPRouteHandler:
    """Litestar's handler for an endpoint; `twins` are the GETs by their paths."""
    told = endpoint.deprecated.headers() if endpoint.deprecated is not None else {}

    async def handle(request: Request[Any, Any, Any], doors: NamedDependency[Doors]) -> ASGIResponse:
        made = await _answer(endpoint, twins.get(endpoint.path), await _call(endpoint, request, doors))
        made.headers.update(told)
        return made

    def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        made = on_error(request, error)
        made.headers.update(told)
        return made

    return HTTPRouteHandler(
        PREFIX + endpoint.path.replace("}", ":str}"),
        http_method=[endpoint.method],
        name=f"api_{endpoint.name}",
        status_code=200,
        opt={"endpoint": endpoint},
        exception_handlers={Exception: refused} if told else None,
    )(handle)


async def _answer(endpoint: Endpoint, twin: Endpoint | None, call: Call) -> Answer:
    if endpoint.method == "GET":
        return versioned(call, await endpoint.does(call))
    if endpoint.method == "POST":
        key = idempotency_key(call)
        return await endpoint.does(call) if key is None or endpoint.keyed else await once(endpoint, call, key)
    if "if-match" in call.request.headers:
        made = await unless_changed(endpoint, twin, call)
    else:
        made = await endpoint.does(call)
    if twin is not None and made.status_code == 200 and endpoint.answers.get(200) is twin.answers.get(200):
        made.headers["etag"] = etag(bytes(made.body))
    return made


async def _call(endpoint: Endpoint, request: Request[Any, Any, Any], doors: Doors) -> Call:
    now = doors.clock()
    known: Caller | None = None
    if endpoint.scope and not (endpoint.manage and MANAGE_TOKEN in request.headers):
        known = await caller(request, doors, endpoint.scope, now)
    if known is None and endpoint.method != "GET":
        doors.guests.change(anybody(request, doors).address, now)
    query: Any = read_query(request, endpoint.query or Nothing)
    body, sent = await _body(endpoint, request)
    return Call(
        request=request,
        doors=doors,
        now=now,
        path=request.path_params,
        query=query,
        body=body,
        sent=sent,
        caller=known,
    )


async def _body(endpoint: Endpoint, request: Request[Any, Any, Any]) -> tuple[Any, dict[str, Any]]:
    """The body; one whose fields are all optional may be left out altogether."""
    if endpoint.method == "GET":
        return None, {}
    if not await request.body():
        return _empty(endpoint.body), {}
    if endpoint.body is None:
        raise malformed("", "This request takes no body.")
    return await read_json(request, endpoint.body)


def _empty(wanted: type | None) -> Any:
    if wanted is None:
        return None
    try:
        return msgspec.convert({}, wanted)
    except msgspec.ValidationError as error:
        raise malformed("", "This request needs a body: JSON, sent as application/json.") from error
