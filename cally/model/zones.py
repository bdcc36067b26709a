"""Zone names: only what the zone database knows, never a silent UTC (rule 10)."""

import importlib
import re
from functools import lru_cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from cally.errors import invalid

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
NOT_A_PLACE = re.compile(r"(?:posix|right)/.*|localtime|posixrules|Factory")
LONGEST_NAME = 64
VERSION_LINE = re.compile(r"# version (\S+)")


def zone(text: str, field: str = "tz") -> str:
    """The IANA zone name, aliases such as `Europe/Kiev` included (rule 10).

    Raises `invalid` naming `field` for every name that the zone database does not know.
    """
    name = text.strip()
    if not is_zone(name):
        shown = name[:LONGEST_NAME]
        raise invalid(field, f"The time zone “{shown}” is unknown; it should be a name like Europe/Berlin or UTC.")
    return name


@lru_cache(maxsize=1_024)
def is_zone(name: str) -> bool:
    """Whether the zone database has a zone of this name; files that stand beside it do not count."""
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name) or NOT_A_PLACE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def tzdata_version() -> str:
    """The release of the zone rules in use, such as `2026b` (rule 9): the system's, else the package's.

    `system` when the machine's own copy does not say which release it is.
    """
    for folder in map(Path, TZPATH):
        if (folder / "UTC").is_file():
            return _system_version(folder)
    return str(importlib.import_module("tzdata").IANA_VERSION)


def _system_version(folder: Path) -> str:
    try:
        with (folder / "tzdata.zi").open(encoding="utf-8") as file:
            found = VERSION_LINE.match(file.readline())
    except OSError:
        return "system"
    return found[1] if found else "system"
