"""What every test may ask for: a real encrypted store in a folder of its own, and the vault of its key."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cally.store import Store, open_store
from cally.vault import Vault

KEY = bytes(range(32))


@pytest.fixture
def vault() -> Vault:
    return Vault(KEY)


@pytest.fixture
async def store(tmp_path: Path, vault: Vault) -> AsyncIterator[Store]:
    opened = open_store(tmp_path / "cally.db", vault.database_key)
    yield opened
    await opened.close()
