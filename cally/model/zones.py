"""Zone names: only what the zone database knows, never a silent UTC (rule 10)."""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cally.errors import invalid

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
NOT_A_PLACE = re.compile(r"(?:posix|right)/.*|localtime|posixrules|Factory")


def zone(text: str, field: str = "tz") -> str:
    """The IANA zone name, aliases such as `Europe/Kiev` included (rule 10).

    Raises `invalid` naming `field` for every name that the zone database does not know.
    """
    name = text.strip()
    if not is_zone(name):
        shown = name[:60]
        raise invalid(field, f"The time zone “{shown}” is unknown; it should be a name like Europe/Berlin or UTC.")
    return name


@lru_cache(maxsize=1_024)
def is_zone(name: str) -> bool:
    """Whether the zone database has a zone of this name; files that stand beside it do not count."""
    if len(name) > 64 or not NAME.fullmatch(name) or NOT_A_PLACE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
