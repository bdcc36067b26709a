"""What backups are called, so that ours are told from everything else in the same place.

`cally-20261129T030000Z-<id>.backup`, the id being the first half of the key's fingerprint: instances may share a place.
Those made before an upgrade end in `-before-upgrade.backup` and are counted apart.
"""

import re
from datetime import UTC, datetime

from cally.model.backups import Why

ID_DIGITS = 8
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"cally-(\d{8}T\d{6}Z)-([0-9a-f]{8})(-before-upgrade)?\.backup")


def name_of(key_id: str, made_at: int, why: Why) -> str:
    """The name of a backup that is made at an instant with a key."""
    stamp = datetime.fromtimestamp(made_at, UTC).strftime(STAMP)
    special = "-before-upgrade" if why == "before upgrade" else ""
    return f"cally-{stamp}-{key_id[:ID_DIGITS]}{special}.backup"


def made_at(name: str, key_id: str) -> int | None:
    """When the backup of that name was made with this key, by its name; None for every file that is not ours."""
    found = NAME.fullmatch(name)
    if found is None or found[2] != key_id[:ID_DIGITS]:
        return None
    try:
        return int(datetime.strptime(found[1], STAMP).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def is_before_upgrade(name: str) -> bool:
    """Whether it was made before an upgrade."""
    found = NAME.fullmatch(name)
    return found is not None and found[3] is not None


def erasures_name(key_id: str) -> str:
    """The name under which a place keeps the newest list of erased guests."""
    return f"cally-{key_id[:ID_DIGITS]}-erased-guests"
