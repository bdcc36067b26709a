"""Figures for Prometheus: the state of this server in numbers, for a token that may read them."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.response.base import ASGIResponse

from cally.errors import CallyError
from cally.ops.monitor.exposition import OPEN_METRICS, TEXT, exposition
from cally.ops.monitor.metrics import families
from cally.web.api.callers import caller
from cally.web.doors import Doors
from cally.web.errors import problem

SCOPE = "metrics:read"


def refused(_: Request[Any, Any, Any], error: CallyError) -> Response[bytes]:
    """No, as programs are told it."""
    return problem(error, headers={"www-authenticate": 'Bearer realm="cally"'} if error.code == "unauthorized" else {})


@get("/metrics", name="metrics", exception_handlers={CallyError: refused})
async def metrics(request: Request[Any, Any, Any], doors: NamedDependency[Doors]) -> ASGIResponse:
    """All figures, as OpenMetrics for who accepts it, else in Prometheus' own format."""
    await caller(request, doors, SCOPE, doors.clock())
    open_metrics = "application/openmetrics-text" in request.headers.get("accept", "")
    found = await families(doors.store, doors.monitor, await doors.health())
    body = exposition(found, open_metrics=open_metrics).encode()
    return ASGIResponse(body=body, media_type=OPEN_METRICS if open_metrics else TEXT, status_code=200)


ROUTES = [metrics]
