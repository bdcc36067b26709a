"""Names at a target: what a kept file may be called, and what a file is called until it is complete."""

from collections.abc import Iterable

from cally.ops.backups.targets.directory import NAME
from cally.ops.backups.targets.face import Kept
from cally.ops.backups.targets.reaching import failed

HALF = ".half"  # not .part, a name that Nextcloud takes from nobody
HALF_SECONDS = 86_400
SIZE_DIGITS = 18  # what a database can count


def checked(name: str) -> str:
    """The name, if it is one for a file that is kept; raises `target_failed`."""
    if not is_kept(name):
        raise failed("This is no name for a file that is kept.")
    return name


def is_kept(name: str) -> bool:
    """Whether a name is that of a complete file, and safe to use as one here."""
    return NAME.fullmatch(name) is not None and not name.endswith(HALF)


def half(name: str) -> str:
    """What a file is called while it is on its way; the dot keeps it out of lists."""
    return f".{checked(name)}{HALF}"


def size_of(text: str) -> int | None:
    """A size as a server writes it; None for what is none, or none that can be counted."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= SIZE_DIGITS else None


def left_behind(found: Iterable[Kept], now: int) -> list[str]:
    """The halves that a process left behind when it was killed: a day old by the target's own clock, or older."""
    return [
        one.name
        for one in found
        if one.name.startswith(".cally-") and one.name.endswith(HALF) and one.modified_at < now - HALF_SECONDS
    ]


def by_name(found: Iterable[Kept]) -> list[Kept]:
    """The complete files, in the order of their names."""
    return sorted(
        (one for one in found if is_kept(one.name) and one.size_bytes < 10**SIZE_DIGITS), key=lambda one: one.name
    )
