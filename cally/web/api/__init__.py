"""The door for programs: API v1, its reference, the health checks, and figures for Prometheus."""

from typing import Any

from cally.web.api import health, metrics, reference
from cally.web.api.answering import routes
from cally.web.api.v1 import ENDPOINTS

ROUTES: list[Any] = [*health.ROUTES, *metrics.ROUTES, *reference.ROUTES, *routes(ENDPOINTS)]
