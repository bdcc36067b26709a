"""The zones that a form offers: one name per place, without aliases of another age."""

import zoneinfo
from functools import lru_cache

REGIONS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Every `Region/City` name and UTC, in order; read from the zone database once."""
    known = zoneinfo.available_timezones()
    return ("UTC", *sorted(name for name in known if name.partition("/")[0] in REGIONS))
