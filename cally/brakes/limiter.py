"""Counting what came lately, by name of a limit and whom it is counted for: one small record each, in bounded memory.

The generic cell rate algorithm in whole numbers, written here because it is thirty lines, takes two microseconds and
needs our clock. A store that several processes share (Redis, Valkey) can stand in as another `Limiter`.
"""

from collections import OrderedDict
from typing import Protocol

import msgspec

REMEMBERED = 20_000  # of one limit


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """So many come free at once, and again within the window, spread evenly; `sentence` tells those who are refused."""

    name: str
    quota: int
    window_seconds: int
    sentence: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit says: `left` may still come now; `wait_seconds` is how long the asked must wait, 0 for a yes."""

    limit: Limit
    left: int
    wait_seconds: int
    full_in_seconds: int


class Limiter(Protocol):
    """Where it is counted; asked in the middle of requests, so it answers at once."""

    def take(self, limit: Limit, key: str, now: int, *, times: int = 1) -> Verdict:
        """Count so many for the key, unless that would be too many; what is refused does not count."""
        ...

    def look(self, limit: Limit, key: str, now: int, *, times: int = 1) -> Verdict:
        """What `take` would say, counting nothing."""
        ...

    def busiest(self, limit: Limit, now: int) -> tuple[str, Verdict] | None:
        """The key with least left, None when nobody has used any."""
        ...


class MemoryLimiter:
    """The limiter of one process. A clock that goes back costs nobody more than one window."""

    def __init__(self) -> None:
        self._known: dict[str, OrderedDict[str, int]] = {}

    def take(self, limit: Limit, key: str, now: int, *, times: int = 1) -> Verdict:
        """Count so many for the key, unless that would be too many; what is refused does not count."""
        known = self._known.setdefault(limit.name, OrderedDict())
        due = _due(limit, known.pop(key, 0), now)
        verdict, after = _judged(limit, due, now, times)
        known[key] = due if verdict.wait_seconds else after
        if len(known) > REMEMBERED:
            known.popitem(last=False)
        return verdict

    def look(self, limit: Limit, key: str, now: int, *, times: int = 1) -> Verdict:
        """What `take` would say, counting nothing."""
        due = self._known.get(limit.name, OrderedDict()).get(key, 0)
        return _judged(limit, _due(limit, due, now), now, times)[0]

    def busiest(self, limit: Limit, now: int) -> tuple[str, Verdict] | None:
        """The key with least left, None when nobody has used any."""
        known = self._known.get(limit.name)
        key = max(known, key=lambda name: known[name]) if known else ""
        verdict = self.look(limit, key, now, times=0)
        return (key, verdict) if verdict.left < limit.quota else None


def _due(limit: Limit, kept: int, now: int) -> int:
    """When all that was counted has come free again, in parts of a second (as many as the quota)."""
    here = now * limit.quota
    return min(max(kept, here), here + limit.window_seconds * limit.quota)


def _judged(limit: Limit, due: int, now: int, times: int) -> tuple[Verdict, int]:
    here, room = now * limit.quota, limit.window_seconds * limit.quota
    after = due + times * limit.window_seconds
    over = after - here - room
    kept = due if over > 0 else after
    verdict = Verdict(
        limit=limit,
        left=(room - (kept - here)) // limit.window_seconds,
        wait_seconds=-(-over // limit.quota) if over > 0 else 0,
        full_in_seconds=-(-(kept - here) // limit.quota),
    )
    return verdict, after
