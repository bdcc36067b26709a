"""Zone names: only what the zone database knows, never a silent UTC (rule 10)."""

import hashlib
import importlib
import re
import zoneinfo
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cally.errors import invalid

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
NOT_A_PLACE = re.compile(r"(?:posix|right)/.*|localtime|posixrules|Factory")
LONGEST_NAME = 64
VERSION_LINE = re.compile(r"# version (\S+)")
PACKAGE_LINE = re.compile(r"""^IANA_VERSION = ["'](\S+)["']$""", re.MULTILINE)
DIGEST_LENGTH = 12


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

    `system-` and a few digits, made of the rules themselves, when the machine's copy does not say which release it is.
    Zones are read once and kept, so this is asked once too, when a process starts.
    """
    folder = _system_folder()
    if folder is None:
        return str(importlib.import_module("tzdata").IANA_VERSION)
    return _said_version(folder) or f"system-{_digest(folder)}"


def tzdata_version_on_disk() -> str | None:
    """The release that a process started now would use; None when the disk's copy does not say which it is."""
    folder = _system_folder()
    if folder is not None:
        return _said_version(folder)
    package = Path(str(importlib.import_module("tzdata").__file__))
    found = PACKAGE_LINE.search(package.read_text(encoding="utf-8")) if package.is_file() else None
    return found[1] if found else None


def _system_folder() -> Path | None:
    """The first folder in which zoneinfo finds zones (PYTHONTZPATH, else what Python was built with)."""
    return next((folder for folder in map(Path, zoneinfo.TZPATH) if (folder / "UTC").is_file()), None)


def _said_version(folder: Path) -> str | None:
    """What the copy says of itself: `tzdata.zi` of the tz project and of Linux, `+VERSION` of the BSDs and macOS."""
    try:
        with (folder / "tzdata.zi").open(encoding="utf-8") as file:
            found = VERSION_LINE.match(file.readline())
    except OSError:
        found = None
    if found is not None:
        return found[1]
    try:
        return (folder / "+VERSION").read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _digest(folder: Path) -> str:
    """A name for rules that have none: other rules, another name."""
    told = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            told.update(f"{file.relative_to(folder)}\0".encode())
            told.update(file.read_bytes())
    return told.hexdigest()[:DIGEST_LENGTH]


def wall_time(instant: int, tz: str) -> str:
    """The wall-clock time of an instant in a zone, ISO 8601 to the minute, without offset: what was meant (M5)."""
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(tz)).strftime("%Y-%m-%dT%H:%M")
