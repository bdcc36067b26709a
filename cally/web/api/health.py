"""Health: is the process there, can it serve, and how does each check stand."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from cally.model.accounts import Session
from cally.ops import itself
from cally.ops.health import Check, HealthReport, Status
from cally.web.addresses import arrived, is_local
from cally.web.api.callers import identified
from cally.web.api.instants import instant
from cally.web.doors import Doors


class HealthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A report as programs read it."""

    status: Status
    checks: dict[str, Check]
    checked_at: datetime | msgspec.UnsetType = msgspec.UNSET


@get("/api/health", name="api_health")
async def health(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], session: NamedDependency[Session | None]
) -> Response[bytes]:
    """Every check; its words only for admins and for those who ask from this machine."""
    report = await doors.health()
    return _answer(report if await _may_know(request, doors, session) else report.without_details())


@get("/api/health/ready", name="api_health_ready")
async def ready(doors: NamedDependency[Doors]) -> Response[bytes]:
    """Whether requests can be served: 503 while a check is failing."""
    report = await doors.health()
    return _answer(HealthReport(status=report.status, checks={}))


@get("/api/health/live", name="api_health_live")
async def live(request: Request[Any, Any, Any], doors: NamedDependency[Doors]) -> Response[bytes]:
    """The process answers; nothing else is looked at. To the doctor it says how the request has arrived."""
    told = _answer(HealthReport(status="ok", checks={}))
    asked = request.headers.get(itself.QUESTION)
    if asked is not None and itself.is_question(doors.vault, asked, doors.clock()):
        told.headers[itself.ANSWER] = itself.answer(doors.vault, arrived(request.scope, doors.trusted_proxies, asked))
    return told


async def _may_know(request: Request[Any, Any, Any], doors: Doors, session: Session | None) -> bool:
    if is_local(request.scope, doors.trusted_proxies):
        return True
    if session is not None and session.account.role == "admin":
        return True
    known = await identified(request, doors, doors.clock())
    return known is not None and known.has("admin:read")


def _answer(report: HealthReport) -> Response[bytes]:
    status = 503 if report.status == "failing" else 200
    at = msgspec.UNSET if report.checked_at is None else instant(report.checked_at)
    told = HealthAnswer(status=report.status, checks=report.checks, checked_at=at)
    return Response(content=msgspec.json.encode(told), status_code=status, media_type="application/json")


ROUTES = [health, ready, live]
