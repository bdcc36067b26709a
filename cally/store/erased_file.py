"""The file beside the database that remembers erasures, so that an older database in its place forgets, too."""

import os
from pathlib import Path

from cally.errors import CallyError
from cally.store.driver import Database

NAME = "erased-guests"
INSTANT_DIGITS = 12


class ErasedFile:
    """One line for each erasure: when (epoch seconds), and the address's keyed fingerprint in hexadecimal."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / NAME

    def add(self, fingerprint: bytes, now: int) -> None:
        """Write an erasure down, on disk when this returns. Raises `storage_failed`."""
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, f"{now} {fingerprint.hex()}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise CallyError("storage_failed", f"{self.path} cannot be written ({error.strerror}).") from error

    def take_over(self, text: str) -> int:
        """Write down erasures of another such file that are missing here; how many. Raises `storage_failed`."""
        known = set(self.read())
        missing = [one for one in parsed(text) if one not in known]
        for fingerprint, at in missing:
            self.add(fingerprint, at)
        return len(missing)

    def read(self) -> list[tuple[bytes, int]]:
        """Every erasure that is written down; a line that a power cut tore is left out."""
        if not self.path.exists():
            return []
        return parsed(self.path.read_text(encoding="ascii", errors="replace"))


def beside(store: Database) -> ErasedFile:
    """The file of a database."""
    return ErasedFile(store.path.parent)


def parsed(text: str) -> list[tuple[bytes, int]]:
    """The erasures of such a file's lines."""
    found = []
    for line in text.splitlines():
        at, _, hexadecimal = line.partition(" ")
        try:
            fingerprint = bytes.fromhex(hexadecimal)
        except ValueError:
            continue
        if at.isdecimal() and len(at) <= INSTANT_DIGITS and len(fingerprint) == 32:
            found.append((fingerprint, int(at)))
    return found
