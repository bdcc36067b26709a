"""The face of a place that keeps files: put one there, list them, bring one back, remove one."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all, now and then."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is kept: its name (no folder in it), its size, and when it was put there (epoch seconds)."""

    name: str
    size_bytes: int
    modified_at: int


class Target(Protocol):
    """A place that keeps files, whole or not at all: a name appears there only when its file is complete.

    Every method raises `CallyError("target_failed", sentence)` in words an admin can act on, without the secret; what
    was there before is then as it was.
    """

    async def put(self, name: str, file: Path, progress: Progress) -> None:
        """Keep a copy of `file` under a name, in place of an older one of that name."""

    async def list_all(self) -> list[Kept]:
        """Everything that is kept there, by name; an empty list when the folder does not exist yet."""

    async def get(self, name: str, file: Path, progress: Progress) -> None:
        """Bring a kept file back into `file`, which must not exist yet; half a file never stays."""

    async def remove(self, name: str) -> None:
        """Keep it no longer; a name that is not there is no error."""

    async def close(self) -> None:
        """Let go of the connection, if there is one."""
