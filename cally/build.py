"""What this build is: its id, commit and release key, as whoever built it wrote them into `cally/build.json`."""

import base64
import sys
from functools import lru_cache
from pathlib import Path

import msgspec

from cally import __version__

FACTS = Path(__file__).with_name("build.json")
FROM_SOURCE = "source"


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a build.

    `id` is the SHA-256 (hexadecimal) of everything built in, or `source`; `commit` ends in `+` if the tree had changes.
    `release_key` is the line of a minisign public key whose signatures an upgrade trusts; None: it trusts none.
    """

    id: str
    version: str
    commit: str = ""
    release_key: str | None = None

    @property
    def short_commit(self) -> str:
        """The commit's first twelve digits, with the `+` of a changed tree."""
        return self.commit.rstrip("+")[:12] + ("+" if self.commit.endswith("+") else "")

    @property
    def from_source(self) -> bool:
        """Whether nobody built this: it runs from a source tree."""
        return self.id == FROM_SOURCE

    @property
    def key_id(self) -> str | None:
        """The release key's id as minisign shows it, 16 hexadecimal digits; None without a key.

        A public key is base64 of "Ed", 8 bytes of id (the least first) and 32 bytes of an Ed25519 key.
        """
        if self.release_key is None:
            return None
        return base64.b64decode(self.release_key)[2:10][::-1].hex().upper()


@lru_cache(maxsize=1)
def build() -> Build:
    """The facts of the running build; without `build.json` they say that it runs from source."""
    try:
        return msgspec.json.decode(FACTS.read_bytes(), type=Build)
    except FileNotFoundError:
        return Build(id=FROM_SOURCE, version=__version__)


def one_file() -> Path | None:
    """The absolute path of the one file (`cally.pyz`) that this process was started from; None for another install."""
    started = getattr(sys.modules.get("__main__"), "ONE_FILE", None)
    return Path(started) if started else None
