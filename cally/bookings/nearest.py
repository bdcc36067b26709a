"""The nearest slots to one that cannot be had: looked for nearby first, further only when too little is there (R70)."""

from collections.abc import Awaitable, Callable, Iterable

from cally import engine

DAY_SECONDS = 86_400
ALTERNATIVES = 3
NEARBY_DAYS = ((3, 14), (31, 62))
"""Days before and after the one that was wanted."""
AHEAD_DAYS = 400
"""The furthest look: from today on, so that it is the same for every time that is wanted."""

Load = Callable[[int, int], Awaitable[Iterable[int]]]
"""The starts that can be had within `[from, to]`."""


async def nearest(load: Load, wanted: int, *, now: int, tz: str) -> tuple[int, ...]:
    """At most three starts around a wanted one, spread over days local to `tz`, however far the first of them is.

    Three looks at most: within two weeks, within two months, then everything that the next 400 days have.
    """
    day, today = wanted - wanted % DAY_SECONDS, now - now % DAY_SECONDS
    reaches = [(max(today, day - before * DAY_SECONDS), day + after * DAY_SECONDS) for before, after in NEARBY_DAYS]
    found: set[int] = set()
    for from_at, to_at in (*reaches, (today, today + AHEAD_DAYS * DAY_SECONDS)):
        if from_at < to_at and len(found) < ALTERNATIVES:
            found.update(start for start in await load(from_at, to_at) if start != wanted)
    return tuple(engine.alternatives(found, wanted, count=ALTERNATIVES, tz=tz))
