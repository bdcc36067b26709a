"""What runs here, by name and version; nothing of it says where or whose this machine is."""

import platform
from functools import lru_cache

from cally.build import build
from cally.model.zones import tzdata_version
from cally.store.shell import sqlite_version


@lru_cache(maxsize=1)
def known() -> dict[str, str]:
    """Each part with its version; read once, for a process keeps what it began with."""
    made = build()
    commit = f" ({made.short_commit})" if made.short_commit else ""
    return {
        "Cally": f"{made.version}{' from source' if made.from_source else ''}{commit}",
        "Python": platform.python_version(),
        "SQLite": sqlite_version(),
        "Time zone rules": tzdata_version(),
        "System": f"{_system()}, {platform.machine()}",
    }


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"
