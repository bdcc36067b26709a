"""The notice of the newest version: a small signed document, which is believed only while it is fresh.

{"format": 1, "kind": "cally release", "version": "0.2.0", "sha256": "…", "url": "https://…", "notes": "…",
 "published_at": "2026-12-01T00:00:00Z", "expires_at": "2027-01-01T00:00:00Z", "security": false}
"""

from datetime import datetime
from typing import Literal

import msgspec

from cally.errors import CallyError
from cally.ops.upgrades.minisign import PublicKey, verify
from cally.ops.upgrades.versions import is_newer, rank

MOST_BYTES = 65_536
NOTES_LENGTH = 5_000
CLOCK_SECONDS = 3_600


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a version; `sha256` and `url` are of its one file. Of a later format nothing here changes."""

    format: Literal[1]
    kind: Literal["cally release"]
    version: str
    sha256: str
    url: str
    notes: str
    published_at: datetime
    expires_at: datetime
    security: bool


def read_notice(document: bytes, signature: str, key: PublicKey, *, now: int, seen: Notice | None) -> Notice:
    """The notice that the holder of the release key has signed.

    Raises `notice_refused` for everything else: unsigned, over its date, older than one that was seen before.
    """
    try:
        verify(document, signature, key)
        found = msgspec.json.decode(document, type=Notice)
    except CallyError as error:
        raise _refused(error.sentence) from error
    except msgspec.MsgspecError as error:
        raise _refused("The notice cannot be read; perhaps it is for a later Cally.") from error
    _require_sense(found)
    if found.expires_at.timestamp() < now:
        raise _refused("The notice is over its date: somebody may be holding newer ones back.")
    if found.published_at.timestamp() > now + CLOCK_SECONDS:
        raise _refused("The notice is from the future; is the clock of this machine right?")
    if seen is not None and (found.published_at < seen.published_at or is_newer(seen.version, found.version)):
        raise _refused("The notice is older than one that was here before: somebody may be putting old ones back.")
    return found


def _require_sense(found: Notice) -> None:
    aware = found.published_at.tzinfo is not None and found.expires_at.tzinfo is not None
    if not aware or rank(found.version) is None or len(found.notes) > NOTES_LENGTH:
        raise _refused("The notice cannot be read; perhaps it is for a later Cally.")
    if not found.url.startswith("https://") or not found.url.isprintable():
        raise _refused("The notice names an address that is not https.")


def _refused(sentence: str) -> CallyError:
    return CallyError("notice_refused", sentence)
