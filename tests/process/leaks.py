"""Builds that leak secrets on purpose: the search of `canaries` must find each."""

import base64
import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest

from cally.store import audit
from cally.vault import Vault


def _heard(patch: pytest.MonkeyPatch, tell: Any) -> None:
    """Whatever is sealed is told as well."""
    seal = Vault.seal

    def overheard(self: Vault, text: str, **where: Any) -> bytes:
        tell(text)
        return seal(self, text, **where)

    patch.setattr(Vault, "seal", overheard)


def leaks_into_the_log(patch: pytest.MonkeyPatch) -> None:
    """As it is, in a line that was meant to help somebody."""
    _heard(patch, lambda text: logging.getLogger("cally").info("sealing (%s)", text))


def leaks_into_a_file(patch: pytest.MonkeyPatch) -> None:
    """In hexadecimal, in a temporary file that nobody removes."""
    _heard(patch, lambda text: Path(tempfile.mktemp()).write_text(text.encode().hex()))  # noqa: S306 - it leaks on purpose


def leaks_into_the_database(patch: pytest.MonkeyPatch) -> None:
    """In base64, behind the encryption, where only the key's owner looks."""
    sealed: list[str] = []
    insert = audit.insert

    async def told(tx: Any, **given: Any) -> None:
        seen, sealed[:] = " ".join(sealed), []  # all since the last entry: work in the background seals as well
        await insert(tx, **given, seen=base64.b64encode(f"({seen})".encode()).decode() if seen else "")

    _heard(patch, sealed.append)
    patch.setattr(audit, "insert", told)


LEAKS = (leaks_into_the_log, leaks_into_a_file, leaks_into_the_database)
