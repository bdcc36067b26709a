"""The door for programs: API v1 and the health checks."""

from typing import Any

ROUTES: list[Any] = []
