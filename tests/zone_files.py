"""Time zone rules of one's own: compiled files that zoneinfo is told to use, so that laws change for real."""

import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import pack

from cally.engine import zones as engine_zones
from cally.model import zones as model_zones
from cally.notify import vtimezone

MODULES = (engine_zones, model_zones, vtimezone)


class ZoneFiles:
    """A folder of zones. `rule` is a POSIX TZ string, such as `ALMT-5` or `EET-2EEST,M3.5.0/3,M10.5.0/4`."""

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "tzdata.zi").write_text(f"# version {version}\n", encoding="utf-8")
        self.zone("UTC", "UTC0")

    def zone(self, name: str, rule: str) -> None:
        """A zone that has followed one rule for all time."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(compiled(rule))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """These rules, as if the process had been started with them; the machine's own ones afterwards."""
        known = zoneinfo.TZPATH
        start_with((str(self.folder), *known))
        try:
            yield
        finally:
            start_with(known)


def start_with(folders: tuple[str, ...]) -> None:
    """Let zoneinfo look in these folders, and forget whatever was read elsewhere."""
    zoneinfo.reset_tzpath(folders)
    zoneinfo.ZoneInfo.clear_cache()
    for module in MODULES:
        for found in vars(module).values():
            if hasattr(found, "cache_clear"):
                found.cache_clear()


def compiled(rule: str) -> bytes:
    """A TZif file (RFC 8536) without transitions: one type, which the footer's rule overrides."""
    head = b"TZif" + b"2" + bytes(15) + pack(">6L", 0, 0, 0, 0, 1, 4)
    body = pack(">lBB", 0, 0, 0) + b"LMT\0"
    return head + body + head + body + f"\n{rule}\n".encode()
