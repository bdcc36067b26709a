"""What pages say while maintenance is on: when it is likely to be over, and a line of whoever switched it on."""

from typing import Any, NamedTuple

from litestar import Request

from cally.ops import maintenance
from cally.ops.maintenance import Maintenance


class Closed(NamedTuple):
    """What pages say of it: in how many minutes it is likely to be over (None: soon), and a line of whoever did it."""

    minutes: int | None
    reason: str


def closed_now(request: Request[Any, Any, Any]) -> Closed | None:
    """What pages should say of it; None while everything is as usual."""
    doors = request.app.state.get("doors")
    if doors is None:
        return None
    found = maintenance.current(doors.store.path.parent)
    return None if found is None else _told(found, doors.clock())


def _told(found: Maintenance, now: int) -> Closed:
    if found.until is None or found.until <= now:
        return Closed(None, found.reason)
    minutes = -(-(found.until - now) // 60)
    return Closed(minutes if minutes <= 10 else -(-minutes // 5) * 5, found.reason)
