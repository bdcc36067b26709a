"""The door for programs: API v1, its reference, and the health checks."""

from typing import Any

from cally.web.api import health, reference
from cally.web.api.endpoints import route
from cally.web.api.v1 import ENDPOINTS

ROUTES: list[Any] = [*health.ROUTES, *reference.ROUTES, *map(route, ENDPOINTS)]
