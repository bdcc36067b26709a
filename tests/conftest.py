"""What every test may ask for: a real encrypted store in a folder of its own, and the vault of its key."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cally.store import Store, open_store
from cally.vault import Vault

KEY = bytes(range(32))
IN_MEMORY = "/dev/shm"  # noqa: S108 - pytest makes folders of its own in it
ROOM_BYTES = 6 * 2**30


def _put_databases_in_memory() -> None:
    """Where the machine has the room: what tests write need not outlive the power."""
    if not os.access(IN_MEMORY, os.W_OK):
        return
    found = os.statvfs(IN_MEMORY)
    if found.f_bavail * found.f_frsize > ROOM_BYTES and not found.f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", IN_MEMORY)


_put_databases_in_memory()


@pytest.fixture
def vault() -> Vault:
    return Vault(KEY)


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database that every migration has been through, once for all tests of a process."""
    file = tmp_path_factory.mktemp("new") / "cally.db"
    with asyncio.Runner() as runner:
        runner.run(_make(file))
    return file


async def _make(file: Path) -> None:
    await open_store(file, KEY).close()


@pytest.fixture
async def store(tmp_path: Path, vault: Vault, new_database: Path) -> AsyncIterator[Store]:
    shutil.copy(new_database, tmp_path / "cally.db")
    opened = open_store(tmp_path / "cally.db", vault.database_key)
    yield opened
    await opened.close()
